"""What was said and asked on an estimate is answered on what became of it, for all lists."""

import pytest
from django.urls import reverse

from portal_plugin.models import ChangeRequest, Comment
from portal_plugin.services import answering, converting, listing, proofs
from portal_plugin.statuses import ChangeRequestState, WaitingFor
from tests import factories, samples
from tests.filling import filled, url_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def estimate():
    return factories.estimate_factory(items=2)


def write(document):
    link = factories.link_factory(document)
    comment = Comment.objects.create(document=document, text="When?", link=link)
    listing.refresh(document)
    return comment


def ask(document, item=None):
    link, key = factories.link_factory(document), item.key if item else None
    request = ChangeRequest.objects.create(
        document=document, item_key=key, text="Bigger", link=link, number=1
    )
    listing.refresh(document)
    return request


def order_with_request(estimate, item=None):
    """Of an estimate with an open request, which goes on on its order."""
    request = ask(estimate, item)
    order = converting.convert(factories.fresh(estimate), takes_all=True)
    assert order.waiting_for == WaitingFor.US
    return order, request


def turns_of(*documents):
    """As the lists have it, which is what holds."""
    rows = [factories.fresh(document) for document in documents]
    assert [row.waiting_for for row in rows] == [row.whose_turn for row in rows]
    return [row.waiting_for for row in rows]


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    return lambda: django_capture_on_commit_callbacks(execute=True)


def test_an_answer_on_the_order_is_one_to_what_was_written_on_the_estimate(
    estimate, client, committed
):
    write(estimate)
    order = factories.approve(estimate).resulting_order
    assert turns_of(estimate, order) == [WaitingFor.US, WaitingFor.US]
    user = factories.user_factory()
    client.force_login(user)
    page = client.get(reverse("portal_admin:overview", args=[order.pk]))
    seen = page.context["unanswered"].pk
    with committed():
        answering.reply(order, "On Friday", user, seen=seen)
    assert turns_of(estimate) == [WaitingFor.NOBODY]
    with committed():
        answering.take_back(order.comments.get(), user)
    assert turns_of(estimate) == [WaitingFor.US]
    with committed():
        answering.settle_comments(order, user, seen=seen)
    assert turns_of(estimate) == [WaitingFor.NOBODY]


def test_a_closed_request_of_the_estimate_lets_its_order_wait_for_the_customer(estimate, committed):
    order, request = order_with_request(estimate)
    with committed():
        answering.close_change_request(request, "Done", factories.user_factory())
    assert turns_of(estimate, order) == [WaitingFor.NOBODY, WaitingFor.CUSTOMER]


def test_a_new_version_of_the_order_answers_what_was_asked_on_the_estimate(estimate, committed):
    order, request = order_with_request(estimate, estimate.lines[0])
    assert turns_of(estimate) == [WaitingFor.US]
    rows = list(order.line_items.all())
    next(row for row in rows if row.key == request.item_key).quantity = 5
    order.line_items = rows
    with committed():
        factories.publish(order)
    request.refresh_from_db()
    assert request.state == ChangeRequestState.ANSWERED
    assert turns_of(estimate, order) == [WaitingFor.NOBODY, WaitingFor.CUSTOMER]


def test_a_proof_on_the_order_answers_what_was_asked_on_the_estimate(estimate, committed):
    order, request = order_with_request(estimate, estimate.lines[0])
    proofs.add_proof_version(order, request.item_key, samples.upload("a.png", samples.png((9, 9))))
    with committed():
        proofs.send_now(order, factories.user_factory())
    request.refresh_from_db()
    assert request.state == ChangeRequestState.ANSWERED
    assert turns_of(order) == [WaitingFor.CUSTOMER]


def test_what_is_withdrawn_on_the_order_waits_nowhere(estimate, client, enter, committed):
    order, request = order_with_request(estimate, estimate.lines[0])
    enter(order, request.link)
    url = url_of(order, "withdraw_change_request")
    with committed():
        assert client.post(url, filled(client, url)).status_code == 303
    assert turns_of(estimate, order) == [WaitingFor.NOBODY, WaitingFor.CUSTOMER]


def test_what_is_said_on_the_rest_is_no_business_of_the_order(estimate, committed):
    estimate = factories.approve(estimate, [estimate.lines[0].key])
    order = converting.convert(estimate)
    rest = converting.rest_of(estimate)
    comment = write(rest)
    with committed():
        answering.reply(order, "On Friday", factories.user_factory())
    comment.refresh_from_db()
    assert comment.answered_at is None
    assert turns_of(rest) == [WaitingFor.US]

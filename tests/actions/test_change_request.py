"""A change request takes its item out of approval until it is answered or withdrawn."""

from uuid import uuid4

import pytest

from portal_plugin import registry
from portal_plugin.exceptions import NotAvailable
from portal_plugin.models import ChangeRequest, Order
from portal_plugin.services.visits import Visit
from portal_plugin.statuses import ChangeRequestState
from tests import factories
from tests.filling import filled, url_of

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]


def test_a_change_request_takes_its_item_out_of_approval(client, estimate, keys):
    url = url_of(estimate, "change_request", keys[0])
    client.post(url, filled(client, url, text="Bigger please"))
    request = ChangeRequest.objects.get()
    assert (request.number, request.item_key, request.is_late) == (1, keys[0], False)
    assert factories.fresh(estimate).waiting_for == "us"
    assert client.get(url_of(estimate, "approve", keys[0])).status_code == 409
    assert client.get(url_of(estimate, "approve", keys[1])).status_code == 200


def test_a_withdrawn_change_request_lets_its_item_wait_again(client, estimate, keys):
    url = url_of(estimate, "change_request", keys[0])
    client.post(url, filled(client, url, text="Bigger please"))
    url = url_of(estimate, "withdraw_change_request")
    assert client.post(url, filled(client, url)).status_code == 303
    assert ChangeRequest.objects.get().state == ChangeRequestState.WITHDRAWN
    assert client.get(url_of(estimate, "approve", keys[0])).status_code == 200


def test_a_late_change_request_voids_nothing(client, enter):
    order = factories.order_factory(items=1)
    enter(order)
    url = url_of(order, "approve", order.lines[0].key)
    client.post(url, filled(client, url, accept_terms="on"))
    url = url_of(order, "change_request")
    client.post(url, filled(client, url, text="Can it be red?"))
    assert ChangeRequest.objects.get().is_late
    assert Order.objects.get().state == "approved"


@pytest.mark.parametrize("about", ["the document", "what waits", "what is approved"])
@pytest.mark.parametrize("kind", ["estimate", "order"])
def test_it_is_late_where_an_order_has_its_yes(client, enter, kind, about):
    document = getattr(factories, f"{kind}_factory")(items=2)
    first, second = (line.key for line in document.lines)
    factories.approve(document, [first])
    enter(document)
    key = {"what waits": second, "what is approved": first}.get(about)
    url = url_of(document, "change_request", key)
    client.post(url, filled(client, url, text="Can it be red?"))
    is_late = ChangeRequest.objects.get().is_late
    assert is_late is (kind == "order" and about == "what is approved")


def test_its_number_goes_on_through_the_family_and_begins_anew_in_another(client, enter):
    estimate = factories.estimate_factory(items=1)
    order = factories.order_factory(items=1, family=estimate.family, ancestors=[estimate.pk])
    for document in (estimate, order, factories.estimate_factory(items=1)):
        enter(document)
        url = url_of(document, "change_request")
        client.post(url, filled(client, url, text="Larger"))
    assert list(ChangeRequest.objects.order_by("pk").values_list("number", flat=True)) == [1, 2, 1]


def test_only_an_open_one_of_the_document_is_withdrawn(client, enter, estimate, keys):
    withdraw = url_of(estimate, "withdraw_change_request")
    assert client.get(withdraw).status_code == 409
    url = url_of(estimate, "change_request", keys[0])
    client.post(url, filled(client, url, text="Larger"))
    other = factories.estimate_factory(items=1)
    theirs = other.change_requests.create(number=1, text="Smaller")
    data = filled(client, withdraw)
    assert client.post(withdraw, data | {"change_request": theirs.pk}).status_code == 400
    ChangeRequest.objects.filter(document=estimate.pk).update(state=ChangeRequestState.DONE)
    assert client.post(withdraw, data).status_code == 409
    url = url_of(estimate, "change_request", keys[1])
    client.post(url, filled(client, url, text="Redder"))
    assert client.post(withdraw, data).status_code == 400
    assert not ChangeRequest.objects.filter(state=ChangeRequestState.WITHDRAWN).exists()


def test_about_what_nobody_chose_it_is_not_late():
    option = factories.line_item(2, is_optional=True, is_selected=False)
    order = factories.order_factory([factories.line_item(1), option])
    visit = Visit(order, factories.link_factory(order))
    assert not registry.action("change_request")(visit, order.lines[1].key).is_late


class AnsweredMeanwhile(registry.action("withdraw_change_request")):
    """The shop answers it between the look at the form and the lock; another one stays open."""

    def prepare(self, form):
        form.cleaned_data["change_request"].state = ChangeRequestState.DONE
        form.cleaned_data["change_request"].save()


@pytest.mark.says_it_first
def test_what_the_shop_has_answered_by_then_is_not_withdrawn():
    estimate = factories.estimate_factory(items=1)
    mine, _other = (estimate.change_requests.create(number=n, text="Larger") for n in (1, 2))
    visit = Visit(factories.fresh(estimate), factories.link_factory(estimate))
    with pytest.raises(NotAvailable):
        AnsweredMeanwhile(visit).run({"client_key": str(uuid4()), "change_request": mine.pk})
    assert factories.fresh(mine).state == ChangeRequestState.DONE

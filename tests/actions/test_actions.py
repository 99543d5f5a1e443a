"""What every action has in common, and what each of the small ones does."""

import re
import uuid

import pytest

from portal_plugin import registry
from portal_plugin.exceptions import NotAvailable
from portal_plugin.models import (
    Activity,
    ChangeRequest,
    Comment,
    Decision,
    Order,
    OutgoingEmail,
    Submission,
)
from portal_plugin.models.documents import lock
from portal_plugin.services import staging, terms
from portal_plugin.services.visits import Visit
from portal_plugin.statuses import ChangeRequestState
from tests import factories

pytestmark = pytest.mark.django_db


def url_of(document, action, key=None):
    tail = f"{key}/" if key else ""
    return f"/portal/d/{document.public_id}/a/{action}/{tail}"


def filled(client, url, **values):
    """The form as the page shows it, with what a customer types and ticks."""
    response = client.get(url)
    assert response.status_code == 200, response.content.decode()[:500]
    form = response.context["form"]
    hidden = {field.name: field.value() for field in form.hidden_fields()}
    return {name: "" if value is None else value for name, value in hidden.items()} | values


def written():
    models = (Submission, Decision, Comment, ChangeRequest, OutgoingEmail, Activity)
    return [model.objects.count() for model in models]


@pytest.fixture
def estimate(enter):
    estimate = factories.estimate_factory(items=3)
    enter(estimate)
    return estimate


@pytest.fixture
def keys(estimate):
    return [item.key for item in estimate.lines]


def test_approving_one_item_keeps_what_was_accepted_and_by_whom(client, estimate, keys):
    url = url_of(estimate, "approve", keys[0])
    response = client.post(url, filled(client, url, accept_terms="on"))
    assert response.status_code == 303
    decision = Decision.objects.get()
    assert (decision.item_key, decision.verdict) == (keys[0], "approve")
    submission = decision.submission
    assert submission.name == estimate.customer.name
    assert submission.terms_text == factories.TERMS
    assert submission.address == "127.0.0.1"


def test_another_name_is_kept_as_given(client, estimate, keys):
    url = url_of(estimate, "approve", keys[0])
    client.post(url, filled(client, url, accept_terms="on", name="Boss", email="boss@example.org"))
    submission = Submission.objects.get()
    assert (submission.name, submission.link.recipient.name) == ("Boss", estimate.customer.name)


def test_without_the_tick_nothing_is_written(client, estimate, keys):
    url = url_of(estimate, "approve", keys[0])
    before = written()
    response = client.post(url, filled(client, url, name="Boss"))
    assert response.status_code == 400
    assert b"tick the box" in response.content
    assert b"Boss" in response.content
    assert written() == before


def test_the_tick_is_never_set_beforehand(client, estimate, keys):
    page = client.get(url_of(estimate, "approve", keys[0])).content.decode()
    assert "checked" not in page


def test_terms_that_changed_meanwhile_are_shown_first(client, estimate, keys):
    url = url_of(estimate, "approve", keys[0])
    data = filled(client, url, accept_terms="on")
    before = written()
    terms.add(estimate.site, "en", "estimate", "New terms of today.")
    response = client.post(url, data)
    assert response.status_code == 409
    assert b"New terms of today." in response.content
    assert written() == before
    form = response.context["form"]
    again = {field.name: field.value() for field in form.hidden_fields()} | {"accept_terms": "on"}
    assert client.post(url, again).status_code == 303
    assert Submission.objects.get().terms_text == "New terms of today."


def test_an_item_that_the_shop_changed_is_refused_with_what_changed(client, estimate, keys):
    url = url_of(estimate, "approve", keys[0])
    data = filled(client, url, accept_terms="on")
    estimate.lines[0].quantity = 500
    estimate.line_items = estimate.lines
    factories.publish(estimate)
    before = written()
    response = client.post(url, data)
    assert response.status_code == 409
    assert "Quantity: 2 → 500" in str(response.context["stale"][0])
    assert written() == before
    form = response.context["form"]
    again = {field.name: field.value() for field in form.hidden_fields()} | {"accept_terms": "on"}
    assert client.post(url, again).status_code == 303


def test_approving_several_is_all_or_nothing(client, estimate, keys):
    url = url_of(estimate, "approve_multiple")
    data = filled(client, url, accept_terms="on", items=[str(keys[0]), str(keys[1])])
    assert client.post(url, data).status_code == 303
    assert Decision.objects.count() == 2
    assert Submission.objects.count() == 1


def changed(document, **values):
    """Published with other values outside the items."""
    for name, value in values.items():
        setattr(document, name, value)
    return factories.publish(document)


@pytest.mark.parametrize(
    "values",
    [
        {"shipping_amount": 20},
        {"deposit_percent": 50},
        {"delivery_text": "In autumn"},
    ],
)
@pytest.mark.parametrize("action", ["approve", "approve_multiple", "order_approved"])
def test_what_is_payable_is_confirmed_once_more_where_it_changed(
    client, estimate, keys, action, values
):
    if action == "order_approved":
        factories.approve(estimate, [keys[1]])
    url = url_of(estimate, action, keys[0] if action == "approve" else None)
    ticks = {"accept_terms": "on", "items": [str(keys[0])], "confirm": "on"}
    data = filled(client, url, **ticks)
    changed(estimate, **values)
    before = written()
    response = client.post(url, data)
    assert response.status_code == 409
    assert " → " in str(response.context["stale"][0])
    assert written() == before
    form = response.context["form"]
    again = {field.name: field.value() for field in form.hidden_fields()} | ticks
    assert client.post(url, again).status_code == 303


def test_new_terms_hide_nothing_else_that_changed(client, estimate, keys):
    url = url_of(estimate, "approve", keys[0])
    data = filled(client, url, accept_terms="on")
    estimate.lines[0].quantity = 500
    estimate.line_items = estimate.lines
    changed(estimate, shipping_amount=20)
    terms.add(estimate.site, "en", "estimate", "New terms of today.")
    response = client.post(url, data)
    assert b"New terms of today." in response.content
    item, total = response.context["stale"]
    assert "500" in str(item)
    assert "Total: " in str(total)


def test_a_lower_total_needs_no_second_confirmation(client, estimate, keys):
    url = url_of(estimate, "approve", keys[0])
    data = filled(client, url, accept_terms="on")
    changed(estimate, discount_percent=5)
    assert client.post(url, data).status_code == 303


def test_a_new_introduction_is_no_change_of_what_is_payable(client, estimate, keys):
    url = url_of(estimate, "approve", keys[0])
    data = filled(client, url, accept_terms="on")
    changed(estimate, introduction="Good morning")
    assert client.post(url, data).status_code == 303


def test_one_stale_item_among_several_keeps_the_other_ticks(client, estimate, keys):
    url = url_of(estimate, "approve_multiple")
    data = filled(client, url, accept_terms="on", items=[str(keys[0]), str(keys[1])])
    estimate.lines[0].description = "Glossy, 170 g"
    estimate.line_items = estimate.lines
    factories.publish(estimate)
    response = client.post(url, data)
    assert response.status_code == 409
    assert not Decision.objects.exists()
    form = response.context["form"]
    assert form["items"].data == [str(keys[1])]
    assert not form.errors
    ticked = re.findall(r'value="([^"]+)" id="choice-[^>]* checked', response.content.decode())
    assert ticked == [str(keys[1])]
    hidden = {field.name: field.value() for field in form.hidden_fields()}
    again = hidden | {"accept_terms": form["accept_terms"].value(), "items": [str(keys[1])]}
    assert client.post(url, again).status_code == 303


def test_new_terms_keep_the_ticked_items_and_ask_for_their_own_tick(client, estimate, keys):
    url = url_of(estimate, "approve_multiple")
    data = filled(client, url, accept_terms="on", items=[str(keys[0]), str(keys[1])])
    terms.add(estimate.site, "en", "estimate", "New terms of today.")
    form = client.post(url, data).context["form"]
    assert form["items"].data == [str(keys[0]), str(keys[1])]
    assert not form["accept_terms"].data
    assert not form.errors


@pytest.mark.parametrize(
    "items", [[], ["x"], ["-1"], [str(2**63)], [str(uuid.uuid4())], ["x"] * 3000]
)
def test_what_is_no_waiting_item_is_refused(client, estimate, items):
    url = url_of(estimate, "approve_multiple")
    before = written()
    data = filled(client, url, accept_terms="on", items=items)
    assert client.post(url, data).status_code == 400
    assert written() == before


NONSENSE = ["9" * 5000, "x", "a:b", "\0"]


@pytest.mark.parametrize(
    ("name", "value"),
    [(name, value) for name in ("terms_id", "version", "shown") for value in NONSENSE]
    + [(name, value) for name in ("terms_id", "shown") for value in ("", "-1", str(2**63))],
)
def test_hidden_fields_of_no_page_of_ours_approve_nothing(client, estimate, keys, name, value):
    url = url_of(estimate, "approve", keys[0])
    data = filled(client, url, accept_terms="on") | {name: value}
    before = written()
    assert client.post(url, data).status_code in (400, 409)
    assert written() == before


@pytest.mark.parametrize("forged", ["", "2", "2-" + "0" * 16, "1-" + "0" * 16, "99-" + "0" * 16])
def test_nobody_agrees_to_a_total_by_naming_a_version_they_have_not_seen(
    client, estimate, keys, forged
):
    url = url_of(estimate, "approve", keys[0])
    data = filled(client, url, accept_terms="on") | {"version": forged}
    estimate = type(estimate).objects.get(pk=estimate.pk)
    estimate.shipping_amount = 20
    factories.publish(estimate)
    before = written()
    answer = client.post(url, data)
    assert answer.status_code == 409
    assert written() == before
    assert "€377.00" in answer.content.decode()
    hidden = {field.name: field.value() for field in answer.context["form"].hidden_fields()}
    assert client.post(url, data | hidden).status_code == 303


def test_an_item_that_is_ticked_twice_is_approved_once(client, estimate, keys):
    url = url_of(estimate, "approve_multiple")
    data = filled(client, url, accept_terms="on", items=[str(keys[0])] * 3)
    assert client.post(url, data).status_code == 303
    assert [decision.item_key for decision in Decision.objects.all()] == [keys[0]]


def test_a_second_arrival_has_no_second_effect(client, estimate, keys):
    url = url_of(estimate, "approve", keys[0])
    data = filled(client, url, accept_terms="on")
    first, second = client.post(url, data), client.post(url, data)
    assert first.url == second.url
    assert Decision.objects.count() == 1


def test_a_second_arrival_of_the_deciding_post_leads_to_the_order(client, enter):
    estimate = factories.estimate_factory(items=1)
    enter(estimate)
    url = url_of(estimate, "approve", estimate.lines[0].key)
    data = filled(client, url, accept_terms="on")
    client.post(url, data)
    again = client.post(url, data)
    assert again.status_code == 303
    assert Order.objects.count() == 1
    assert client.get(again.url, follow=True).status_code == 200


def test_declining_takes_an_optional_reason(client, estimate, keys):
    url = url_of(estimate, "decline", keys[0])
    assert client.post(url, filled(client, url, reason="Too expensive")).status_code == 303
    decision = Decision.objects.get()
    assert (decision.verdict, decision.reason) == ("decline", "Too expensive")


def test_declining_the_last_item_says_that_the_rest_is_an_order(client, estimate, keys):
    factories.approve(estimate, keys[:2])
    url = url_of(estimate, "decline", keys[2])
    page = client.post(url, filled(client, url), follow=True).content.decode()
    assert f"This is now order {Order.objects.get().number}." in page


@pytest.mark.parametrize(
    ("action", "model"), [("comment", Comment), ("change_request", ChangeRequest)]
)
@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_an_empty_text_is_asked_for(client, estimate, action, model, text):
    url = url_of(estimate, action)
    response = client.post(url, filled(client, url, text=text))
    assert response.status_code == 400
    assert not model.objects.exists()


def test_a_text_at_its_limit_is_taken_and_one_above_is_not(client, estimate):
    url = url_of(estimate, "comment")
    assert client.post(url, filled(client, url, text="x" * 5000)).status_code == 303
    assert client.post(url, filled(client, url, text="x" * 5001)).status_code == 400
    assert Comment.objects.count() == 1


def test_markup_is_text(client, estimate):
    url = url_of(estimate, "comment")
    client.post(url, filled(client, url, text="<script>alert(1)</script>"))
    page = client.get(f"/portal/d/{estimate.public_id}/").content
    assert b"<script>alert(1)" not in page
    assert b"&lt;script&gt;alert(1)" in page


def test_a_change_request_takes_its_item_out_of_approval(client, estimate, keys):
    url = url_of(estimate, "change_request", keys[0])
    client.post(url, filled(client, url, text="Bigger please"))
    request = ChangeRequest.objects.get()
    assert (request.number, request.item_key, request.is_late) == (1, keys[0], False)
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


def test_after_a_partial_approval_the_rest_can_be_left(client, estimate, keys):
    url = url_of(estimate, "approve", keys[0])
    client.post(url, filled(client, url, accept_terms="on"))
    url = url_of(estimate, "order_approved")
    assert client.post(url, filled(client, url)).status_code == 400
    assert client.post(url, filled(client, url, confirm="on")).status_code == 303
    assert [item.key for item in Order.objects.get().lines] == [keys[0]]


def test_fields_that_nobody_asked_for_are_ignored(client, estimate, keys):
    url = url_of(estimate, "comment")
    extra = {"price": "1", "status": "paid", "document": "1", "is_internal": "1", "link": "1"}
    client.post(url, filled(client, url, text="Hello", **extra))
    comment = Comment.objects.get()
    assert comment.document_id == estimate.pk
    assert comment.is_from_customer


def test_a_limit_is_a_sentence_and_nothing_written(client, estimate, settings):
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "MESSAGES_PER_HOUR": 2}
    url = url_of(estimate, "comment")
    answers = [client.post(url, filled(client, url, text=f"Comment {n}")) for n in range(3)]
    assert [answer.status_code for answer in answers] == [303, 303, 429]
    assert answers[-1]["Retry-After"] == "3600"
    assert Comment.objects.count() == 2


def test_a_key_of_another_document_is_unknown_here(client, enter, estimate):
    url = url_of(estimate, "comment")
    data = filled(client, url, text="First")
    client.post(url, data)
    other = factories.estimate_factory(items=1)
    enter(other)
    client.post(url_of(other, "comment"), data | {"text": "Second"})
    assert set(Comment.objects.values_list("text", flat=True)) == {"First", "Second"}


def test_a_fragment_is_the_inside_of_a_dialog(client, estimate, keys):
    url = url_of(estimate, "approve", keys[0])
    headers = {"X-Portal-Fragment": "1"}
    fragment = client.get(url, headers=headers).content
    assert b"<html" not in fragment
    data = filled(client, url, accept_terms="on")
    done = client.post(url, data, headers=headers)
    assert (done.status_code, done["X-Portal-Done"]) == (200, "1")


def test_an_unknown_action_is_unknown(client, estimate):
    assert client.get(url_of(estimate, "nothing")).status_code == 404


class CancelledMeanwhile(registry.action("approve")):
    """Staff cancel between the look at the page and the lock."""

    def prepare(self, form):
        staging.cancel(self.document, "Out of material")


def test_the_second_look_is_taken_under_the_lock(client, estimate, keys):
    url = url_of(estimate, "approve", keys[0])
    data = filled(client, url, accept_terms="on")
    visit = Visit(document=lock(estimate), link=estimate.links.get())
    with pytest.raises(NotAvailable):
        CancelledMeanwhile(visit, keys[0]).run(data)
    assert not Decision.objects.exists()

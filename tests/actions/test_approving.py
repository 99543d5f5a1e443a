"""What changed between the page and the form is shown first, and nothing is written."""

import pytest
from django.utils import timezone

from portal_plugin import registry
from portal_plugin.models import Submission
from portal_plugin.services import terms
from portal_plugin.services.visits import Visit
from tests import factories
from tests.filling import filled, shown_again, url_of, written

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]


def changed(document, **values):
    """Published with other values outside the items."""
    for name, value in values.items():
        setattr(document, name, value)
    return factories.publish(document)


def test_terms_that_changed_meanwhile_are_shown_first(client, estimate, keys):
    url = url_of(estimate, "approve", keys[0])
    data = filled(client, url, accept_terms="on")
    before = written()
    terms.add(estimate.site, "en", "estimate", "New terms of today.")
    response = client.post(url, data)
    assert response.status_code == 409
    assert b"New terms of today." in response.content
    assert written() == before
    assert client.post(url, shown_again(response, accept_terms="on")).status_code == 303
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
    assert client.post(url, shown_again(response, accept_terms="on")).status_code == 303


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
    assert not form["confirm" if action == "order_approved" else "accept_terms"].value()
    assert client.post(url, shown_again(response, **ticks)).status_code == 303


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


NONSENSE = ["9" * 5000, "x", "a:b", "\0"]


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [("terms_id", value, 409) for value in (*NONSENSE, "", "-1", str(2**63))]
    + [("version", value, 400) for value in NONSENSE]
    + [("shown", value, 400) for value in (*NONSENSE, "-1", str(2**63))]
    + [("shown", "", 409)],
)
def test_hidden_fields_of_no_page_of_ours_approve_nothing(
    client, estimate, keys, name, value, status
):
    url = url_of(estimate, "approve", keys[0])
    data = filled(client, url, accept_terms="on") | {name: value}
    before = written()
    assert client.post(url, data).status_code == status
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
    assert client.post(url, data | shown_again(answer)).status_code == 303


@pytest.mark.parametrize(
    ("verdict", "says"),
    [("approve", "This makes an order; a deposit of"), ("decline", "This makes an order.")],
)
def test_no_deposit_is_promised_that_comes_to_less_after_a_decline(client, enter, verdict, says):
    estimate = factories.estimate_factory(items=2, deposit_percent=50)
    enter(estimate)
    first, last = (line.key for line in estimate.lines)
    url = url_of(estimate, verdict, first)
    client.post(
        url, filled(client, url, **({"accept_terms": "on"} if verdict == "approve" else {}))
    )
    assert says in client.get(url_of(estimate, "approve", last)).content.decode()


def test_a_shop_that_took_its_terms_back_is_answered_all_the_same(client, estimate, keys):
    terms.add(estimate.site, "en", "estimate", "")
    url = url_of(estimate, "approve", keys[0])
    assert client.post(url, filled(client, url, accept_terms="on")).status_code == 303
    assert Submission.objects.get().terms is None


def test_of_those_who_were_faster_the_last_one_is_named():
    order = factories.order_factory(items=2)
    link = factories.link_factory(order)
    for item, name in zip(order.lines, ("Alex", "Bo"), strict=True):
        factories.approve(order, [item.key])
        Submission.objects.filter(name=order.customer.name).update(name=name)
    visit = Visit(factories.fresh(order), link)
    said = registry.action("approve_multiple")(visit).refusal().message
    assert said.startswith("Bo ")
    assert not said.endswith("..")


@pytest.mark.says_it_first
@pytest.mark.parametrize(
    "values", [{"valid_until": "2020-01-01"}, {"cancelled_at": timezone.now()}]
)
def test_of_what_has_ended_nobody_is_told_who_was_first(estimate, keys, values):
    approved = factories.approve(estimate, keys[:1])
    for name, value in values.items():
        setattr(approved, name, value)
    approved.save()
    visit = Visit(document=factories.fresh(approved), link=factories.link_factory(estimate))
    said = registry.action("approve_multiple")(visit).refusal().message
    assert said == "This is no longer possible for this document."

"""What a consumer in the EU reads above the button that makes an order, where the shop says so."""

from datetime import date

import pytest

from portal_plugin.models import Decision, Order, Submission
from portal_plugin.services import on_behalf, proofs, terms
from portal_plugin.services.evidence import verifying
from tests import factories, samples
from tests.filling import filled, url_of, written

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]
LABEL = "Order with obligation to pay"
TEXT = "You may withdraw within 14 days."


@pytest.fixture
def shop():
    site = factories.site_factory(sells_to_consumers=True)
    terms.add(site, "en", "withdrawal", TEXT)
    return site


def opened(client, enter, items=1, **values):
    estimate = factories.estimate_factory(items=items, **values)
    enter(estimate)
    return estimate


def test_the_button_says_what_it_does_with_everything_above_it(client, enter, shop):
    values = {"shipping_amount": 20, "delivery_text": "By parcel", "deposit_percent": 50}
    estimate = opened(client, enter, **values)
    page = client.get(url_of(estimate, "approve", estimate.lines[0].key)).content.decode()
    above = page[: page.index(LABEL)].rpartition("<dl")[2]
    for words in ("€139.00", "€19.00", "€20.00", "By parcel", "€69.50"):
        assert words in above, words
    assert TEXT in page


def rows(client, document):
    found = client.get(url_of(document, "approve", document.lines[0].key)).context["obligation"]
    return {str(label): str(value) for label, value in found}


def test_delivery_and_payment_are_told_as_they_were_agreed(client, enter, shop):
    plain = rows(client, opened(client, enter))
    assert plain["Delivery"] == "as agreed"
    assert not {"Payment plan", "Deposit, due first"} & set(plain)
    told = rows(client, opened(client, enter, delivery_text="By parcel"))
    assert told["Delivery"] == "By parcel"
    day = date(2031, 5, 4)
    told = rows(client, opened(client, enter, delivery_text="By parcel", delivery_on=day))
    assert told["Delivery"] == "May 4, 2031 · By parcel"
    parts = [{"percent": "40", "on": "", "days": None}, {"percent": "", "on": "", "days": 14}]
    told = rows(client, opened(client, enter, instalments=parts))
    assert "€47.60" in told["Payment plan"]
    assert "Deposit, due first" not in told
    assert "Deposit, due first" in rows(client, opened(client, enter, deposit_percent=50))


@pytest.mark.says_it_first
def test_the_text_is_kept_with_the_decision_and_on_its_receipt(client, enter, shop):
    estimate = opened(client, enter)
    url = url_of(estimate, "approve", estimate.lines[0].key)
    assert client.post(url, filled(client, url, accept_terms="on")).status_code == 303
    submission = Submission.objects.get()
    assert submission.withdrawal_text == TEXT
    receipt = f"/portal/d/{Order.objects.get().public_id}/receipts/{submission.client_key}/"
    assert TEXT in client.get(receipt).content.decode()
    Submission.objects.update(withdrawal_text="None")
    assert "withdrawal" in str(next(verifying.faults(submission.document)))


def test_a_text_that_changed_meanwhile_is_shown_first(client, enter, shop):
    estimate = opened(client, enter)
    url = url_of(estimate, "approve", estimate.lines[0].key)
    data = filled(client, url, accept_terms="on")
    terms.add(shop, "en", "withdrawal", "You may withdraw within 30 days.")
    response = client.post(url, data)
    assert response.status_code == 409
    assert b"within 30 days" in response.content
    assert not Decision.objects.exists()


def test_it_hides_nothing_else_that_changed(client, enter, shop):
    estimate = opened(client, enter)
    url = url_of(estimate, "approve", estimate.lines[0].key)
    data = filled(client, url, accept_terms="on")
    estimate.lines[0].quantity, estimate.shipping_amount = 500, 20
    estimate.line_items = estimate.lines
    factories.publish(estimate)
    terms.add(shop, "en", "withdrawal", "You may withdraw within 30 days.")
    item, total = client.post(url, data).context["stale"]
    assert "500" in str(item)
    assert "Total: " in str(total)


def test_a_shop_without_such_a_text_is_answered_all_the_same(client, enter):
    estimate = opened(client, enter, site=factories.site_factory(sells_to_consumers=True))
    url = url_of(estimate, "approve", estimate.lines[0].key)
    assert LABEL in client.get(url).content.decode()
    assert client.post(url, filled(client, url, accept_terms="on")).status_code == 303
    assert Submission.objects.get().withdrawal_text == ""


def test_a_yes_that_leaves_something_open_makes_no_order_and_says_so(client, enter, shop):
    estimate = opened(client, enter, items=2)
    page = client.get(url_of(estimate, "approve", estimate.lines[0].key)).content.decode()
    assert LABEL not in page
    assert "Submit Approval" in page
    assert LABEL in client.get(url_of(estimate, "approve_multiple")).content.decode()


def test_leaving_the_rest_orders_what_was_approved(client, enter, shop):
    estimate = opened(client, enter, items=2)
    factories.approve(estimate, [estimate.lines[0].key])
    page = client.get(url_of(estimate, "order_approved")).content.decode()
    assert LABEL in page
    assert "€119.00" in page[: page.index(LABEL)].rpartition("<dl")[2]


def test_so_does_declining_the_last_one(client, enter, shop):
    estimate = opened(client, enter, items=2)
    key = estimate.lines[1].key
    url = url_of(estimate, "decline", key)
    assert "obligation" not in client.get(url).content.decode()
    factories.approve(estimate, [estimate.lines[0].key])
    page = client.get(url).text
    assert "order the rest with obligation to pay" in page
    assert "€119.00" in page.rpartition("<dl")[2]
    assert client.post(url, filled(client, url)).status_code == 303
    assert Submission.objects.latest("pk").withdrawal_text == TEXT


def test_what_was_declined_is_in_no_sum_above_the_button(client, enter, shop):
    estimate = opened(client, enter, items=2)
    first, second = (item.key for item in estimate.lines)
    on_behalf.record(estimate, [first], "decline", "Phone", factories.user_factory())
    page = client.get(url_of(estimate, "approve", second)).text
    assert "€119.00" in page[: page.index(LABEL)].rpartition("<dl")[2]


def test_declining_all_obliges_to_nothing_but_what_was_approved(client, enter, shop):
    estimate = opened(client, enter, items=3)
    url = url_of(estimate, "decline_all")
    assert "obligation" not in client.get(url).text
    factories.approve(estimate, [estimate.lines[0].key])
    assert "Decline these and order the rest with obligation to pay" in client.get(url).text


def test_declining_the_only_item_obliges_to_nothing(client, enter, shop):
    estimate = opened(client, enter)
    page = client.get(url_of(estimate, "decline", estimate.lines[0].key)).text
    assert "Decline this item" in page
    assert "obligation" not in page


def test_a_choice_makes_no_order_because_its_button_does_not_say_so(client, enter, shop):
    items = [factories.line_item(1), factories.line_item(2, is_optional=True, is_selected=True)]
    estimate = factories.estimate_factory(items)
    factories.approve(estimate, [estimate.lines[0].key])
    enter(estimate)
    url = url_of(estimate, "choose")
    assert "Nothing is ordered yet" in client.get(url).text
    data, before = filled(client, url), written()
    answer = client.post(url, data)
    assert answer.status_code == 409
    assert "Please approve or decline what still waits for you instead" in answer.text
    assert written() == before
    assert factories.fresh(estimate).lines[1].is_selected


def test_so_does_a_yes_to_what_changed_around_the_items(client, enter, shop):
    estimate = factories.estimate_factory(items=2)
    first, second = (item.key for item in estimate.lines)
    estimate = factories.approve(estimate, [first])
    estimate.shipping_amount, estimate.line_items = 30, estimate.lines
    raised = factories.publish(estimate)
    enter(raised)
    url = url_of(raised, "confirm_change")
    assert LABEL not in client.get(url).text, "the other item still waits"
    factories.approve(raised, [second])
    page = client.get(url).text
    assert LABEL in page
    assert "€268.00" in page[: page.index(LABEL)].rpartition("<dl")[2]
    client.post(url, filled(client, url, confirm="on"))
    assert Order.objects.count() == 1
    assert Submission.objects.get(action="confirm_change").withdrawal_text == TEXT


def test_a_proof_of_an_order_obliges_to_nothing(client, enter, shop):
    order = factories.order_factory(items=1)
    enter(order)
    page = client.get(url_of(order, "approve", order.lines[0].key)).content.decode()
    assert LABEL not in page
    assert TEXT not in page


def test_it_is_off_until_the_shop_says_so(client, enter):
    terms.add(factories.site_factory(), "en", "withdrawal", TEXT)
    estimate = opened(client, enter)
    page = client.get(url_of(estimate, "approve", estimate.lines[0].key)).content.decode()
    assert LABEL not in page
    assert TEXT not in page


# -- the terms for proofs -------------------------------------------------------------------------


def with_new_proof(order):
    order = factories.approve(order)
    file = samples.upload("front.png", samples.png((40, 30)))
    proofs.add_proof_version(order, order.lines[0].key, file)
    proofs.send_now(order, factories.user_factory())
    return Order.objects.get()


def asked(order):
    return terms.of_decision(order, [order.lines[0].key]).text


def test_a_new_proof_of_an_approved_item_asks_for_the_terms_of_proofs(client, enter):
    order = with_new_proof(factories.order_factory(items=1))
    assert asked(order) == factories.TERMS
    terms.add(order.site, "en", "proof", "We print what you see.")
    assert asked(order) == "We print what you see."
    enter(order)
    url = url_of(order, "approve", order.lines[0].key)
    assert client.post(url, filled(client, url, accept_terms="on")).status_code == 303
    assert Submission.objects.latest("pk").terms_text == "We print what you see."


def test_where_the_price_changed_too_it_asks_for_those_of_the_order():
    order = with_new_proof(factories.order_factory(items=1))
    terms.add(order.site, "en", "proof", "We print what you see.")
    order.lines[0].unit_price = 99
    order.line_items = order.lines
    assert asked(factories.publish(order)) == factories.TERMS


def test_what_was_never_approved_asks_for_those_of_the_order():
    order = factories.order_factory(items=1)
    terms.add(order.site, "en", "proof", "We print what you see.")
    assert asked(order) == factories.TERMS

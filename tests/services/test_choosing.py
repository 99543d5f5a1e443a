"""Another amount than is due, where the shop takes such."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.urls import reverse

from portal_plugin.models import LedgerEntry, PaymentAttempt, PortalSettings, Submission
from portal_plugin.services import payments
from portal_plugin.services.payments import choosing
from portal_plugin.statuses import AttemptState, PaymentPurpose
from tests.factories import fresh, line_item, site_factory
from tests.paying import FEES, begin, confirm, order, standin, take_all

__all__ = ["standin"]

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]
JSON = {"Accept": "application/json", "X-Portal-Fragment": "1"}


@pytest.fixture
def takes_others(standin):
    shop = PortalSettings.of(site_factory())
    shop.takes_other_amounts, shop.least_amount = True, Decimal(10)
    shop.save()
    return shop


def url(document):
    return reverse("portal_plugin:action", args=[document.public_id, "pay"])


def press(client, document, **values):
    fields = {"client_key": uuid4(), "shown": document.amount_due} | values
    return client.post(url(document), fields, headers=JSON)


def test_it_is_off_and_what_is_sent_is_ignored(client, standin, enter):
    document = order()
    enter(document)
    assert "other_amount" not in client.get(url(document)).content.decode()
    assert press(client, document, other_amount="50").status_code == 200
    assert PaymentAttempt.objects.get().amount == Decimal("35.70")


def test_where_it_is_off_another_amount_is_refused_whoever_asks(standin):
    with pytest.raises(payments.AmountRefused, match="in the amount that is due"):
        payments.check(order(), wanted=Decimal(50))


@pytest.mark.parametrize("least", [None, 50])
def test_what_is_due_may_always_be_named(standin, least):
    site_factory(takes_other_amounts=bool(least), least_amount=least or 0)
    document = order()
    payments.check(document, wanted=document.amount_due)
    assert choosing.chosen(document, document.amount_due).purpose == PaymentPurpose.DEPOSIT


def test_is_offered_with_its_limits(client, takes_others, enter):
    document = order()
    enter(document)
    html = client.get(url(document)).content.decode()
    assert "From €10.00 to €119.00" in html
    assert 'min="10"' in html
    assert 'max="119"' in html
    assert 'step="0.01"' in html
    assert 'inputmode="decimal"' in html
    assert 'data-units="100"' in html


def test_is_paid_and_booked(client, takes_others, enter):
    document = order()
    enter(document)
    assert press(client, document, other_amount="50").status_code == 200
    attempt = PaymentAttempt.objects.get()
    assert (attempt.amount, attempt.purpose) == (Decimal(50), PaymentPurpose.OTHER)


def test_the_rest_is_asked_for_then(takes_others, standin):
    document = order()
    confirm(standin, begin(document, amount=Decimal(50)).attempt.payment_intent)
    take_all(standin)
    document = fresh(document)
    assert (document.paid, document.amount_due) == (Decimal(50), Decimal(69))
    assert payments.progress(document).message == "Thank you. €50.00 is paid."


WITHIN, REST = "Choose an amount from €10.00 to €119.00.", "This would leave €0.20"
STEPS = "By card you can pay in steps of €0.01."


@pytest.mark.parametrize(
    ("amount", "sentence"),
    [
        ("9.99", WITHIN),
        ("0", WITHIN),
        ("-50", WITHIN),
        ("119.01", WITHIN),
        ("50.001", STEPS),
        ("118.80", REST),
    ],
)
def test_beyond_the_limits_it_is_refused(client, takes_others, enter, amount, sentence):
    document = order()
    enter(document)
    answer = press(client, document, other_amount=amount)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(sentence)
    assert not PaymentAttempt.objects.exists()
    assert not Submission.objects.exists()


@pytest.mark.parametrize("amount", [10, 119])
def test_both_ends_are_within_the_limits(takes_others, amount):
    payments.check(order(), wanted=Decimal(amount))


@pytest.mark.parametrize("amount", ["sNaN", "NaN", "x", "1e400", "Infinity", "1,5"])
def test_nonsense_is_refused(client, takes_others, enter, amount):
    document = order()
    enter(document)
    assert press(client, document, other_amount=amount).status_code == 400


def test_nothing_typed_means_what_is_due(client, takes_others, enter):
    document = order()
    enter(document)
    press(client, document, other_amount="")
    assert PaymentAttempt.objects.get().purpose == PaymentPurpose.DEPOSIT


def test_all_of_it_is_the_balance(takes_others, standin):
    attempt = begin(order(), amount=Decimal("119.00")).attempt
    assert (attempt.purpose, attempt.amount) == (PaymentPurpose.BALANCE, Decimal(119))


def test_another_choice_takes_the_first_one_back(takes_others, standin):
    document = order()
    first = begin(document, amount=Decimal(50)).attempt
    second = begin(document, amount=Decimal(60)).attempt
    assert fresh(first).state == AttemptState.CANCELLED
    assert second.amount == Decimal(60)
    assert begin(document, amount=Decimal(60)).attempt == second


def test_the_sweep_leaves_it_as_long_as_so_much_is_owed(takes_others, standin):
    document = order()
    attempt = begin(document, amount=Decimal(50)).attempt
    for paid_elsewhere, state in ((60, AttemptState.OPEN), (15, AttemptState.CANCELLED)):
        payments.record_offline(fresh(document), amount=Decimal(paid_elsewhere))
        PaymentAttempt.objects.update(updated_at="2026-01-01T00:00Z")
        payments.reconcile_open()
        assert fresh(attempt).state == state


def test_the_same_form_twice_is_one_payment_of_that_amount(client, takes_others, enter):
    document = order()
    enter(document)
    key = uuid4()
    answers = [
        press(client, document, other_amount="50", client_key=key).json() for _time in range(2)
    ]
    assert answers[0] == answers[1]
    assert PaymentAttempt.objects.get().amount == Decimal(50)
    assert not LedgerEntry.objects.exists()


@pytest.mark.parametrize(("above", "is_asked"), [("118.99", True), ("119", False)])
def test_a_code_is_asked_for_by_the_most_that_may_be_chosen(
    client, takes_others, enter, above, is_asked
):
    site_factory(code_above=Decimal(above))
    document = order()
    enter(document)
    assert (press(client, document, other_amount="119").status_code == 403) is is_asked


def test_another_amount_on_the_same_page_is_another_payment(client, takes_others, enter):
    document, key = order(), uuid4()
    enter(document)
    for amount in ("50", "60"):
        assert press(client, document, other_amount=amount, client_key=key).status_code == 200
    newest = PaymentAttempt.objects.latest("pk")
    assert (newest.amount, newest.state) == (Decimal(60), AttemptState.OPEN)


def test_without_cards_there_is_nothing_to_choose(takes_others, settings):
    site_factory(method_fees=FEES)
    document = order()
    offer = payments.offer(document)
    assert all((offer.other, offer.ways, offer.minor_units))
    settings.PORTAL_PLUGIN = {}
    offer = payments.offer(document)
    assert (offer.other, offer.ways, offer.minor_units) == (None, (), 0)


def test_no_less_may_be_chosen_than_stripe_takes(takes_others):
    takes_others.least_amount = 0
    takes_others.save()
    assert payments.offer(order()).other.least == Decimal("0.50")


def test_what_was_begun_may_be_paid_while_it_is_due_or_could_be_chosen(takes_others):
    takes_others.least_amount = 50
    takes_others.save()
    document, amounts = order(), ("35.70", "49.99", "50", "119", "119.01")
    found = [choosing.is_payable(document, Decimal(amount)) for amount in amounts]
    assert found == [True, False, True, True, False]


def test_where_no_more_than_the_least_is_left_there_is_nothing_to_choose(takes_others):
    document = order()
    payments.record_offline(document, amount=Decimal(109))
    assert payments.offer(fresh(document)).other is None


def dinars(price, **values):
    """An order in a currency of three digits, of which cards take two."""
    price = line_item(unit_price=Decimal(price), quantity=1, tax_rate=0)
    return order(items=[price], currency="KWD", deposit_percent=0, **values)


def test_of_three_digits_cards_take_the_first_two(client, takes_others, enter):
    takes_others.least_amount = Decimal("10.001")
    takes_others.save()
    document = dinars("50.000")
    enter(document)
    html = client.get(url(document)).content.decode()
    for said in ("From KWD\xa010.010 to KWD\xa050.000", 'min="10.01"', 'max="50"', 'step="0.01"'):
        assert said in html
    refused = press(client, document, other_amount="20.005")
    assert refused.json()["error"] == "By card you can pay in steps of KWD\xa00.010."
    assert press(client, document, other_amount="20.010").status_code == 200
    assert PaymentAttempt.objects.get().amount == Decimal("20.01")


def test_where_any_choice_leaves_what_no_card_takes_there_is_none(takes_others, standin):
    offer = payments.offer(dinars("50.005", deposit_amount=Decimal(20)))
    assert (offer.takes_cards, offer.amount, offer.other) == (True, Decimal(20), None)


def test_by_transfer_all_three_digits_are_paid(takes_others, standin):
    offer = payments.offer(dinars("50.005"))
    assert (offer.takes_cards, offer.prefers_bank, offer.amount) == (False, True, Decimal("50.005"))

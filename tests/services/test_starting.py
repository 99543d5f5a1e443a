"""A payment that becomes another one, or none, while it is begun."""

from contextlib import ExitStack

import pytest

from portal_plugin import faults
from portal_plugin.exceptions import PaymentUnavailable
from portal_plugin.gateways import stripe as gateway
from portal_plugin.models import PaymentAttempt, SalesDocument
from portal_plugin.services import payments
from portal_plugin.services.payments import PaymentPending, booking, starting
from portal_plugin.statuses import AttemptState
from tests.canned import Canned
from tests.factories import fresh, site_factory
from tests.paying import (
    DEPOSIT,
    FEES,
    ask,
    begin,
    confirm,
    days_later,
    intents,
    ledger,
    order,
    pay_on_page,
    standin,
    take_all,
)

__all__ = ["standin"]

pytestmark = pytest.mark.django_db
DECLINED = "4000000000000002"
ASKS = "4000002500003155"
IBAN = "DE89370400440532013000"


def test_what_somebody_changed_at_stripe_is_taken_back_and_begun_anew(standin, caplog):
    document = order()
    first = begin(document).attempt
    ask(standin).v1.payment_intents.update(first.payment_intent, {"amount": 3600})
    second = begin(document).attempt
    assert (fresh(first).state, second.state) == (AttemptState.CANCELLED, AttemptState.OPEN)
    assert "is 36.00 EUR" in caplog.text
    states = {intent.id: (intent.status, intent.amount) for intent in intents(standin)}
    assert states == {
        first.payment_intent: ("canceled", 3600),
        second.payment_intent: ("requires_payment_method", 3570),
    }


@pytest.fixture
def answering(settings):
    """``answering([(400, "code")])``: what Stripe answers."""
    with ExitStack() as stack:

        def answering(answers):
            api = stack.enter_context(Canned(answers))
            settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "STRIPE_API_BASE": api.url}

        yield answering


@pytest.fixture
def give_up(monkeypatch):
    """``give_up(2)``: somebody else gives up the first two while Stripe makes them."""

    def give_up(number, point="pay.created"):
        def reached(where):
            if where == point and PaymentAttempt.objects.count() <= number:
                booking.give_up(PaymentAttempt.objects.unfinished().get())

        monkeypatch.setattr(faults, "on_reach", reached)

    return give_up


def test_one_that_was_given_up_while_stripe_made_it_is_closed_there(standin, give_up):
    give_up(1)
    attempt = begin(order()).attempt
    states = {intent.id: intent.status for intent in intents(standin)}
    assert states.pop(attempt.payment_intent) == "requires_payment_method"
    assert list(states.values()) == ["canceled"]


def test_where_that_happens_again_and_again_the_customer_is_told(standin, give_up):
    give_up(4)
    with pytest.raises(PaymentUnavailable):
        begin(order())
    assert [intent.status for intent in intents(standin)] == ["canceled"] * 4


@pytest.mark.parametrize(
    "other",
    [
        {"purpose": "balance"},
        {"instalment": 2},
        {"methods": "card"},
        {"currency": "USD"},
        {"account": "site-7"},
    ],
)
def test_one_that_was_asked_for_otherwise_is_another(standin, other):
    first = begin(order()).attempt
    PaymentAttempt.objects.update(**other)
    second = begin(first.document).attempt
    assert (fresh(first).state, second.state) == (AttemptState.CANCELLED, AttemptState.OPEN)


REFUSED = gateway.Refused, gateway.StripeBroke


@pytest.mark.parametrize(
    ("answer", "code", "trouble"),
    [
        ((400, "amount_too_small"), "amount_too_small", gateway.CannotCharge),
        ((400, "amount_too_large"), "amount_too_large", gateway.CannotCharge),
        ((400, "currency"), "currency", REFUSED),
        ((400, ""), "refused", REFUSED),
        ((500, ""), "refused", REFUSED),
    ],
)
def test_what_stripe_refuses_to_make_has_failed(answering, answer, code, trouble):
    answering([answer])
    with pytest.raises(trouble):
        begin(order())
    attempt = PaymentAttempt.objects.get()
    assert (attempt.state, attempt.failure_code) == (AttemptState.FAILED, code)


def test_where_there_is_no_account_for_it_nothing_has_failed(answering):
    answering([(404, "account_invalid")] * 4)
    with pytest.raises(PaymentUnavailable):
        begin(order())
    ends = PaymentAttempt.objects.values_list("state", "failure_code")
    assert set(ends) == {(AttemptState.CANCELLED, "")}


@pytest.mark.parametrize("is_hosted", [False, True])
def test_with_other_words_the_same_key_is_not_used_again(standin, is_hosted):
    """The words are in the order's language, and Stripe asks for the same ones with a key."""
    first = begin(order(), is_hosted=is_hosted).attempt
    nothing = {"payment_intent": None, "checkout_session": None}
    PaymentAttempt.objects.update(state=AttemptState.NEW, **nothing)
    SalesDocument.objects.update(language="de")
    second = begin(first.document, is_hosted=is_hosted).attempt
    first.refresh_from_db()
    assert (first.state, first.failure_code) == (AttemptState.CANCELLED, "")
    assert second.state == AttemptState.OPEN


def test_nobody_gets_the_payment_of_one_that_is_being_given_up(standin, monkeypatch):
    attempt = begin(order()).attempt
    PaymentAttempt.objects.update(payment_intent=None, state=AttemptState.NEW)
    read = starting._read

    def read_and_open(row):
        """Whoever started it comes between the steps of whoever gives it up."""
        found = read(row)
        monkeypatch.setattr(starting, "_read", read)
        starting._open_form(found)
        return found

    monkeypatch.setattr(starting, "_read", read_and_open)
    starting.take_back(fresh(attempt))
    assert [intent.status for intent in intents(standin)] == ["canceled"]


class TestStripesPage:
    @pytest.fixture
    def started(self, standin):
        return begin(order(), is_hosted=True)

    def test_what_was_paid_on_it_a_moment_before_counts(self, started):
        pay_on_page(started.page_url)
        assert starting.take_back(started.attempt).state == AttemptState.SUCCEEDED
        assert ledger(started.attempt.document) == [("payment", DEPOSIT, "EUR")]

    def test_whoever_paid_on_it_is_not_sent_there_again(self, started):
        pay_on_page(started.page_url)
        again = begin(started.attempt.document, is_hosted=True)
        assert (again.attempt.state, again.page_url) == (AttemptState.SUCCEEDED, "")

    def test_it_speaks_the_orders_language(self, standin):
        site_factory(method_fees=FEES)
        document = order(language="de")
        attempt = begin(document, is_hosted=True, way="card").attempt
        rows = ask(standin).v1.checkout.sessions.line_items.list(attempt.checkout_session).data
        words = [f"Anzahlung für Auftrag {document.number}", "Gebühr für Zahlung per Karte"]
        assert [row.description for row in rows] == words

    def test_a_declined_card_leaves_it_open(self, started):
        pay_on_page(started.page_url, DECLINED)
        assert begin(started.attempt.document, is_hosted=True) == started

    def test_once_it_is_closed_nobody_asks_what_was_tried_on_it(self, standin, started):
        pay_on_page(started.page_url, DECLINED)
        gateway.close_page(started.attempt.checkout_session, gateway.shared())
        standin.misbehave("500", "/v1/payment_intents", method="GET")
        again = begin(started.attempt.document, is_hosted=True)
        assert again.page_url not in ("", started.page_url)
        assert fresh(started.attempt).state == AttemptState.CANCELLED

    def test_that_of_one_that_was_given_up_is_closed_and_another_made(self, standin, give_up):
        give_up(1, "pay.reserved")
        started = begin(order(), is_hosted=True)
        pages = ask(standin).v1.checkout.sessions.list().data
        states = {page.id: page.status for page in pages}
        assert states.pop(started.attempt.checkout_session) == "open"
        assert list(states.values()) == ["expired"]


@pytest.mark.parametrize("is_hosted", [False, True])
def test_a_debit_that_bounced_after_stripes_page_can_be_paid_anew(standin, is_hosted):
    """The page is complete: it takes no second payment, and Stripe closes none that is."""
    first = begin(order(), is_hosted=True)
    pay_on_page(first.page_url, IBAN)
    take_all(standin)
    [payment] = intents(standin)
    standin.settle(payment.id, "failed")
    take_all(standin)
    assert fresh(first.attempt).state == AttemptState.FAILED
    second = begin(first.attempt.document, is_hosted=is_hosted)
    assert bool(second.page_url) is is_hosted
    assert bool(second.client_secret) is not is_hosted
    assert fresh(first.attempt).state == AttemptState.CANCELLED


def test_nobody_is_asked_for_ever_about_a_page_whose_debit_bounced(standin):
    first = begin(order(), is_hosted=True)
    pay_on_page(first.page_url, IBAN)
    standin.settle(intents(standin)[0].id, "failed")
    days_later(standin, 5)
    payments.reconcile_open()
    assert fresh(first.attempt).state == AttemptState.CANCELLED
    assert payments.reconcile_open() == 0


@pytest.mark.parametrize("is_hosted", [False, True])
def test_beside_a_voucher_of_stripes_page_nothing_else_is_begun(standin, is_hosted):
    """The page is complete, and Stripe cancels no payment of a page."""
    first = begin(order(), is_hosted=True)
    pay_on_page(first.page_url, ASKS)
    standin.hand_out_voucher(intents(standin)[0].id)
    take_all(standin)
    with pytest.raises(PaymentPending, match="do not pay again"):
        begin(first.attempt.document, is_hosted=is_hosted)
    assert fresh(first.attempt).state == AttemptState.OPEN


def test_in_place_of_a_voucher_a_card_is_taken_by_the_same_payment(standin):
    first = begin(order()).attempt
    standin.hand_out_voucher(first.payment_intent)
    take_all(standin)
    started = begin(first.document)
    assert (started.attempt, bool(started.client_secret)) == (first, True)
    confirm(standin, first.payment_intent)
    take_all(standin)
    assert ledger(first.document) == [("payment", DEPOSIT, "EUR")]

"""A payment is booked once, whatever Stripe tells us and however often."""

import itertools
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from portal_plugin import signals
from portal_plugin.exceptions import PaymentUnavailable
from portal_plugin.gateways import stripe as gateway
from portal_plugin.models import Discrepancy, LedgerEntry, PaymentAttempt, StripeEvent
from portal_plugin.services import activity, payments, work
from portal_plugin.services.payments import booking, explaining
from portal_plugin.statuses import AttemptState, LedgerKind
from tests.factories import fresh
from tests.paying import (
    BALANCE,
    DEPOSIT,
    ask,
    begin,
    confirm,
    days_later,
    events,
    ledger,
    mails,
    order,
    standin,
    take,
    take_all,
)

__all__ = ["standin"]

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]


class TestBooking:
    def test_once_with_everything_that_follows(
        self, standin, django_capture_on_commit_callbacks, monkeypatch
    ):
        # What is marked as waiting here is not for the next test's request to work off.
        monkeypatch.setattr(work._thread, "kinds", set())
        document, heard = order(), []
        confirm(standin, begin(document).attempt.payment_intent)

        def receiver(**values):
            heard.append(values["entry"])

        signals.payment_received.connect(receiver)
        with django_capture_on_commit_callbacks(execute=True):
            take_all(standin)
        entry = LedgerEntry.objects.get()
        assert (entry.amount, entry.currency, entry.kind) == (DEPOSIT, "EUR", LedgerKind.PAYMENT)
        assert entry.method == "Visa •••• 4242"
        assert entry.reference.startswith("ch_")
        assert entry.stripe_object == entry.attempt.payment_intent
        assert heard == [entry]
        document = fresh(document)
        assert (document.paid, document.balance_due) == (DEPOSIT, BALANCE)
        assert document.listed_balance == BALANCE
        assert document.amount_due == BALANCE
        assert document.activities.filter(verb="payment").count() == 1
        assert activity.first_broken(document) is None
        assert mails("receipt_payment") == 1
        assert mails("staff_payment") == 1
        assert entry.attempt.state == AttemptState.SUCCEEDED
        assert entry.attempt.ended_at

    def test_ten_repeats_are_one(self, standin):
        document = order()
        confirm(standin, begin(document).attempt.payment_intent)
        for _time in range(10):
            take_all(standin)
        assert ledger(document) == [("payment", DEPOSIT, "EUR")]
        assert mails("receipt_payment") == 1

    def test_what_was_taken_is_not_asked_about_again(self, standin, settings):
        confirm(standin, begin(order()).attempt.payment_intent)
        (event,) = events(standin, "payment_intent.succeeded")
        take(event)
        settings.PORTAL_PLUGIN = {
            **settings.PORTAL_PLUGIN,
            "STRIPE_API_BASE": "http://127.0.0.1:9",
        }
        assert take(event) == "booked"

    def test_the_guard_is_the_ledgers_own_key(self, standin):
        document = order()
        confirm(standin, begin(document).attempt.payment_intent)
        take_all(standin)
        StripeEvent.objects.all().delete()
        take_all(standin)
        assert ledger(document) == [("payment", DEPOSIT, "EUR")]

    def test_each_order_of_the_news_ends_the_same(self, standin):
        types = [
            "payment_intent.created",
            "payment_intent.payment_failed",
            "payment_intent.requires_action",
            "payment_intent.succeeded",
        ]
        document = order()
        payment = begin(document).attempt.payment_intent
        confirm(standin, payment, "0002")
        confirm(standin, payment, "3155")
        confirm(standin, payment, "4242")
        news = {event.type: event for event in events(standin, *types)}
        assert len(news) == 4
        for ordering in itertools.permutations(types):
            StripeEvent.objects.all().delete()
            for name in ordering:
                take(news[name])
                take(news[name])
        assert ledger(document) == [("payment", DEPOSIT, "EUR")]
        assert PaymentAttempt.objects.get().state == AttemptState.SUCCEEDED

    def test_old_news_do_not_unpay(self, standin):
        document = order()
        attempt = begin(document).attempt
        confirm(standin, attempt.payment_intent, "0002")
        declined = gateway.find_payment(attempt.payment_intent, gateway.shared())
        confirm(standin, attempt.payment_intent)
        take_all(standin)
        payments.booking.apply(declined, attempt)
        assert fresh(attempt).state == AttemptState.SUCCEEDED
        assert ledger(document) == [("payment", DEPOSIT, "EUR")]

    def test_declined_is_said_and_not_booked(self, standin):
        document = order()
        confirm(standin, begin(document).attempt.payment_intent, "9995")
        take_all(standin)
        attempt = PaymentAttempt.objects.get()
        assert (attempt.state, attempt.failure_code) == (AttemptState.FAILED, "insufficient_funds")
        assert attempt.failure_message
        now = payments.progress(document)
        assert now.state == "failed"
        assert now.message == (
            "There is not enough money on this card or account. You have not been charged."
        )
        assert not ledger(document)
        assert not mails("receipt_payment")

    def test_delayed_and_paid(self, standin):
        document = order()
        payment = begin(document).attempt.payment_intent
        confirm(standin, payment, "sepa")
        take_all(standin)
        assert fresh(document).has_pending_payment
        assert payments.progress(document).state == "pending"
        standin.settle(payment, "succeeded")
        take_all(standin)
        assert ledger(document) == [("payment", DEPOSIT, "EUR")]
        assert not fresh(document).has_pending_payment

    def test_delayed_is_dated_when_it_arrives(self, standin):
        """Not when the customer agreed to it: that month may be closed by now."""
        document = order()
        payment = begin(document).attempt.payment_intent
        confirm(standin, payment, "sepa")
        take_all(standin)
        days_later(standin, 6)
        standin.settle(payment, "succeeded")
        payments.reconcile_open()
        today = timezone.now() - timedelta(hours=1)
        assert LedgerEntry.objects.get(document=document).occurred_at > today

    def test_delayed_is_dated_as_its_message_says(self, standin):
        document = order()
        payment = begin(document).attempt.payment_intent
        confirm(standin, payment, "sepa")
        take_all(standin)
        standin.settle(payment, "succeeded")
        [arrived] = events(standin, "payment_intent.succeeded")
        moment = timezone.now() - timedelta(hours=5)
        take(replace(arrived, created_at=moment))
        assert LedgerEntry.objects.get(document=document).occurred_at == moment

    def test_delayed_and_failed_is_told_and_open_again(self, standin):
        document = order()
        payment = begin(document).attempt.payment_intent
        confirm(standin, payment, "sepa")
        take_all(standin)
        standin.settle(payment, "failed")
        take_all(standin)
        take_all(standin)
        assert not fresh(document).has_pending_payment
        assert mails("news_payment_failed") == 1
        assert mails("staff_payment_failed") == 1
        assert begin(document).client_secret

    def test_two_that_both_succeed_are_both_booked_and_flagged(self, standin):
        document = order(deposit_percent=0)
        first = begin(document).attempt
        twin = ask(standin).v1.payment_intents.create(
            {
                "amount": 11900,
                "currency": "eur",
                "metadata": {
                    "portal_document": document.public_id,
                    "portal_attempt": str(first.pk),
                },
            }
        )
        confirm(standin, first.payment_intent)
        confirm(standin, twin.id)
        take_all(standin)
        assert len(ledger(document)) == 2
        document = fresh(document)
        assert (document.balance_due, document.overpaid) == (0, Decimal("119.00"))
        assert mails("staff_overpaid") == 1
        assert document.activities.filter(verb="overpaid").count() == 1

    @pytest.mark.parametrize(("amount", "currency"), [(3569, "eur"), (3570, "usd"), (11900, "eur")])
    def test_another_amount_or_currency_is_not_booked(self, standin, amount, currency, caplog):
        document = order()
        attempt = begin(document).attempt
        ask(standin).v1.payment_intents.update(
            attempt.payment_intent, {"amount": amount, "currency": currency}
        )
        confirm(standin, attempt.payment_intent)
        outcomes = take_all(standin, "payment_intent.succeeded")
        assert outcomes == ["refused: amount or currency differs"]
        assert not ledger(document)
        assert "nothing is booked" in caplog.text
        assert fresh(attempt).failure_code == "amount_differs"
        with pytest.raises(payments.PaymentPending):
            begin(document)

    @pytest.mark.says_it_first
    def test_once_that_is_explained_the_order_can_be_paid_again(self, standin):
        document = order()
        attempt = begin(document).attempt
        ask(standin).v1.payment_intents.update(attempt.payment_intent, {"amount": 2000})
        confirm(standin, attempt.payment_intent)
        take_all(standin)
        explaining.close(Discrepancy.objects.get(), reason="Agreed by phone")
        assert fresh(attempt).state == AttemptState.CANCELLED
        assert not PaymentAttempt.objects.failed_last(fresh(attempt).created_at)
        payments.record_offline(document, amount=Decimal(20))
        assert begin(document).client_secret
        payments.reconcile()
        assert ledger(document) == [("offline", Decimal(20), "EUR")]
        assert not Discrepancy.objects.open().exists()

    @pytest.mark.parametrize("said", [{"is_live": True}, {"attempt": 0}, {"document": "another"}])
    def test_of_another_mode_or_attempt_is_not_booked_whoever_asks(self, standin, said):
        """Messages are compared before; the page, the sweep and the comparison come here too."""
        document = order()
        attempt = begin(document).attempt
        confirm(standin, attempt.payment_intent)
        payment = gateway.find_payment(attempt.payment_intent, gateway.shared())
        booking.apply(replace(payment, **said), attempt)
        assert not ledger(document)
        booking.apply(payment, attempt)
        assert ledger(document)


class TestEvents:
    def test_of_another_program_is_left_alone(self, standin):
        made = ask(standin).v1.payment_intents.create({"amount": 500, "currency": "eur"})
        confirm(standin, made.id)
        assert set(take_all(standin, "payment_intent.succeeded")) == {"ignored: not ours"}

    def test_of_another_installation_on_the_same_account(self, standin):
        attempt = begin(order()).attempt
        made = ask(standin).v1.payment_intents.create(
            {
                "amount": 3570,
                "currency": "eur",
                "metadata": {"portal_document": "elsewhere", "portal_attempt": str(attempt.pk)},
            }
        )
        confirm(standin, made.id)
        assert set(take_all(standin, "payment_intent.succeeded")) == {"ignored: not ours"}
        assert not LedgerEntry.objects.exists()

    @pytest.mark.parametrize(
        ("change", "outcome"),
        [
            ({"is_live": True}, "ignored: other mode"),
            ({"account": "acct_other"}, "ignored: connected account"),
            ({"object_id": "pi_unknown"}, "ignored: unknown in this account"),
            ({"object_id": ""}, "ignored: no object"),
            ({"type": "customer.created"}, "ignored: nothing to do"),
        ],
    )
    def test_that_are_none_of_ours(self, standin, change, outcome):
        values = {
            "id": "evt_1",
            "type": "payment_intent.succeeded",
            "object_id": "pi_1",
            "is_live": False,
        }
        event = gateway.Event(**(values | change))
        assert take(event) == outcome
        assert take(event) == outcome
        assert StripeEvent.objects.get().handled_at

    def test_one_shop_uses_up_no_event_of_another(self, standin):
        """Its own secret signs whatever it writes: also another shop's name, and the event's id."""
        forged = gateway.Event("evt_1", "payment_intent.succeeded", "pi_1", False, account="site-7")
        take(forged)
        other = replace(gateway.shared(), name="site-7")
        real = replace(forged, account="")
        assert payments.take_event(real, other) == "ignored: unknown in this account"

    def test_a_lie_in_the_body_changes_nothing(self, standin):
        document = order()
        attempt = begin(document).attempt
        event = gateway.Event("evt_1", "payment_intent.succeeded", attempt.payment_intent, False)
        assert take(event) == "now open"
        assert not ledger(document)

    def test_that_could_not_be_asked_about_come_again(self, standin, settings):
        document = order()
        confirm(standin, begin(document).attempt.payment_intent)
        (event,) = events(standin, "payment_intent.succeeded")
        there = settings.PORTAL_PLUGIN
        settings.PORTAL_PLUGIN = {**there, "STRIPE_API_BASE": "http://127.0.0.1:9"}
        with pytest.raises(PaymentUnavailable):
            take(event)
        assert StripeEvent.objects.get().handled_at is None
        settings.PORTAL_PLUGIN = there
        assert take(event) == "booked"


class TestWhoseMoney:
    def test_a_payment_without_a_name_is_nobodys_and_not_asked_for(self):
        assert payments.events.booked("", gateway.shared()) is None

    def test_what_was_booked_for_one_account_is_not_anothers(self, standin):
        document = order()
        confirm(standin, begin(document).attempt.payment_intent)
        take_all(standin)
        entry = LedgerEntry.objects.get()
        assert payments.events.booked(entry.stripe_object, gateway.shared()) == entry
        other = replace(gateway.shared(), name="site-7", secret_key="sk_test_other")
        assert payments.events.booked(entry.stripe_object, other) is None

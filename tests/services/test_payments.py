"""Paying as a service: one attempt at a time, booked once, found again when it was lost."""

import itertools
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from portal_plugin import signals
from portal_plugin.exceptions import NotAvailable, PaymentUnavailable
from portal_plugin.gateways import stripe as gateway
from portal_plugin.models import LedgerEntry, OutgoingEmail, PaymentAttempt, StripeEvent
from portal_plugin.services import activity, payments, staging, work
from portal_plugin.services.payments import reconciling
from portal_plugin.statuses import AttemptState, LedgerKind, PaymentPurpose
from tests.factories import customer_factory, estimate_factory, link_factory, user_factory
from tests.paying import ask, begin, confirm, events, order, standin, take, take_all

__all__ = ["standin"]

pytestmark = pytest.mark.django_db
DEPOSIT, BALANCE = Decimal("35.70"), Decimal("83.30")


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def ledger(document):
    return [(e.kind, e.amount, e.currency) for e in LedgerEntry.objects.filter(document=document)]


def mails(kind):
    return OutgoingEmail.objects.filter(kind=kind).count()


def intents(standin):
    return ask(standin).v1.payment_intents.list({"limit": 100}).data


class TestBegin:
    def test_asks_for_what_is_due(self, standin):
        document = order()
        started = begin(document)
        assert started.client_secret
        assert started.attempt.amount == DEPOSIT
        assert started.attempt.purpose == PaymentPurpose.DEPOSIT
        (intent,) = intents(standin)
        assert (intent.amount, intent.currency) == (3570, "eur")
        assert intent.metadata.to_dict() == {
            "portal_document": document.public_id,
            "portal_attempt": str(started.attempt.pk),
        }
        assert intent.description == f"Deposit for order {document.number}"

    def test_the_secret_is_in_no_column(self, standin):
        started = begin(order())
        values = PaymentAttempt.objects.values().get()
        assert started.client_secret not in str(values)
        assert "_secret_" not in str(values)

    def test_again_goes_on_with_the_same(self, standin):
        document = order()
        first, second = begin(document), begin(document)
        assert first.attempt == second.attempt
        assert first.client_secret == second.client_secret
        assert len(intents(standin)) == 1

    def test_our_row_is_there_before_stripe_hears_of_it(self, settings):
        settings.PORTAL_PLUGIN = {
            **settings.PORTAL_PLUGIN,
            "STRIPE_API_BASE": "http://127.0.0.1:9",
        }
        with pytest.raises(PaymentUnavailable) as caught:
            begin(order())
        assert "You have not been charged" in caught.value.message
        assert PaymentAttempt.objects.get().state == AttemptState.NEW

    def test_after_no_answer_the_same_key_is_used(self, standin, settings):
        document, base = order(), settings.PORTAL_PLUGIN["STRIPE_API_BASE"]
        settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "STRIPE_API_BASE": "http://127.0.0.1:9"}
        with pytest.raises(PaymentUnavailable):
            begin(document)
        settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "STRIPE_API_BASE": base}
        begin(document)
        assert PaymentAttempt.objects.count() == 1

    def test_lost_after_stripe_made_it_is_found_by_the_key(self, standin):
        document = order()
        first = begin(document)
        PaymentAttempt.objects.update(payment_intent=None, state=AttemptState.NEW)
        second = begin(document)
        assert second.client_secret == first.client_secret
        assert len(intents(standin)) == 1

    def test_a_forgotten_key_is_not_used_again(self, standin):
        document = order()
        begin(document)
        old = timezone.now() - timedelta(hours=21)
        PaymentAttempt.objects.update(payment_intent=None, state=AttemptState.NEW, created_at=old)
        assert begin(document).attempt.state == AttemptState.OPEN
        assert set(PaymentAttempt.objects.values_list("state", flat=True)) == {
            AttemptState.CANCELLED,
            AttemptState.OPEN,
        }

    def test_another_amount_takes_the_first_one_back(self, standin):
        document = order()
        first = begin(document)
        payments.record_offline(document, amount=DEPOSIT)
        second = begin(document)
        assert second.attempt.amount == BALANCE
        assert fresh(first.attempt).state == AttemptState.CANCELLED
        assert sorted(intent.status for intent in intents(standin)) == [
            "canceled",
            "requires_payment_method",
        ]

    def test_a_declined_card_is_tried_again_on_the_same(self, standin):
        document = order()
        first = begin(document)
        confirm(standin, first.attempt.payment_intent, "0002")
        take_all(standin)
        assert fresh(first.attempt).state == AttemptState.FAILED
        second = begin(document)
        assert second.attempt == first.attempt
        assert second.attempt.state == AttemptState.OPEN
        assert second.client_secret == first.client_secret
        confirm(standin, second.attempt.payment_intent)
        take_all(standin)
        assert ledger(document) == [("payment", DEPOSIT, "EUR")]

    def test_paid_already_is_found_out_and_not_asked_for_again(self, standin):
        document = order()
        confirm(standin, begin(document).attempt.payment_intent)
        again = begin(document)
        assert not again.client_secret
        assert again.attempt.state == AttemptState.SUCCEEDED
        assert ledger(document) == [("payment", DEPOSIT, "EUR")]

    def test_under_way_blocks_a_second_one(self, standin):
        document = order()
        confirm(standin, begin(document).attempt.payment_intent, "sepa")
        take_all(standin)
        with pytest.raises(payments.PaymentPending):
            begin(document)
        assert len(intents(standin)) == 1

    def test_an_amount_that_the_page_did_not_show_is_refused(self, standin):
        with pytest.raises(payments.AmountChanged):
            begin(order(), shown=Decimal("35.69"))
        assert not PaymentAttempt.objects.exists()
        assert not intents(standin)

    def test_nothing_is_due(self, standin):
        document = order()
        payments.record_offline(document, amount=Decimal("119"))
        with pytest.raises(NotAvailable):
            begin(document)

    def test_not_on_an_estimate_nor_a_cancelled_order(self, standin):
        with pytest.raises(NotAvailable):
            begin(estimate_factory())
        document = order()
        staging.cancel(document, "No paper")
        with pytest.raises(NotAvailable):
            begin(fresh(document))

    @pytest.mark.parametrize("missing", ["STRIPE_SECRET_KEY", "STRIPE_PUBLISHABLE_KEY"])
    def test_without_keys(self, settings, missing):
        settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, missing: ""}
        with pytest.raises(PaymentUnavailable):
            begin(order())

    def test_a_revoked_key_is_a_sentence(self, standin, settings):
        settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "STRIPE_SECRET_KEY": "sk_test_revoked"}
        with pytest.raises(PaymentUnavailable):
            begin(order())

    def test_an_amount_below_stripes_smallest(self, standin):
        document = order(deposit_percent=0)
        payments.record_offline(document, amount=Decimal("118.70"))
        with pytest.raises(gateway.CannotCharge):
            begin(document)
        assert not payments.offer(fresh(document)).takes_cards

    def test_another_account_lets_go_of_the_old_one(self, standin):
        document = order()
        first = begin(document)
        PaymentAttempt.objects.update(payment_intent="pi_ofanotheraccount")
        second = begin(document)
        assert second.attempt != first.attempt
        assert fresh(first.attempt).state == AttemptState.CANCELLED

    def test_a_sample_never_moves_real_money(self, standin, settings):
        customer = customer_factory(is_sample=True)
        document = order(is_sample=True, customer=customer)
        assert payments.offer(document).takes_cards
        settings.PORTAL_PLUGIN = {
            **settings.PORTAL_PLUGIN,
            "STRIPE_SECRET_KEY": "sk_live_1",
            "STRIPE_PUBLISHABLE_KEY": "pk_live_1",
        }
        assert not payments.offer(document).takes_cards


class TestHostedPage:
    def test_is_opened_and_reopened(self, standin):
        document = order()
        first, second = begin(document, is_hosted=True), begin(document, is_hosted=True)
        assert first.page_url.startswith(standin.url)
        assert first.page_url == second.page_url
        assert not first.client_secret

    def test_takes_the_card_forms_payment_back(self, standin):
        document = order()
        first = begin(document)
        begin(document, is_hosted=True)
        assert fresh(first.attempt).state == AttemptState.CANCELLED
        assert [intent.status for intent in intents(standin)] == ["canceled"]

    def test_is_closed_before_the_card_form_goes_on(self, standin):
        document = order()
        first = begin(document, is_hosted=True)
        begin(document)
        page = gateway.find_page(fresh(first.attempt).checkout_session, gateway.shared())
        assert page.is_expired
        assert fresh(first.attempt).state == AttemptState.CANCELLED

    def test_that_expired_is_made_anew(self, standin):
        document = order()
        first = begin(document, is_hosted=True)
        gateway.close_page(first.attempt.checkout_session, gateway.shared())
        second = begin(document, is_hosted=True)
        assert second.page_url != first.page_url
        assert fresh(first.attempt).state == AttemptState.CANCELLED

    def test_its_end_is_news(self, standin):
        document = order()
        started = begin(document, is_hosted=True)
        gateway.close_page(started.attempt.checkout_session, gateway.shared())
        assert take_all(standin, "checkout.session.expired") == ["now cancelled"]
        assert fresh(started.attempt).state == AttemptState.CANCELLED


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
        with pytest.raises(payments.PaymentPending):
            begin(document)


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


class TestReconciling:
    def later(self, **age):
        moment = timezone.now() - timedelta(**age)
        PaymentAttempt.objects.update(updated_at=moment, created_at=moment)

    @pytest.mark.parametrize("age", [{"minutes": 5}, {"hours": 3}, {"days": 31}])
    def test_finds_what_no_message_told(self, standin, age):
        document = order()
        confirm(standin, begin(document).attempt.payment_intent)
        self.later(**age)
        assert payments.reconcile_open() == 1
        assert ledger(document) == [("payment", DEPOSIT, "EUR")]
        assert payments.reconcile_open() == 0
        take_all(standin)
        assert ledger(document) == [("payment", DEPOSIT, "EUR")]
        assert mails("receipt_payment") == 1

    def test_what_is_fresh_is_left_to_the_message(self, standin):
        begin(order())
        assert payments.reconcile_open() == 0

    def test_asks_less_often_after_an_hour(self, standin):
        begin(order())
        created = timezone.now() - timedelta(hours=2)
        asked = timezone.now() - timedelta(minutes=10)
        PaymentAttempt.objects.update(created_at=created, updated_at=asked)
        assert payments.reconcile_open() == 0

    def test_what_nobody_finished_is_taken_back(self, standin):
        attempt = begin(order()).attempt
        self.later(hours=25)
        payments.reconcile_open()
        assert fresh(attempt).state == AttemptState.CANCELLED
        assert [intent.status for intent in intents(standin)] == ["canceled"]

    def test_under_way_is_never_taken_back(self, standin, caplog):
        document = order()
        attempt = begin(document).attempt
        confirm(standin, attempt.payment_intent, "sepa")
        take_all(standin)
        self.later(days=5)
        payments.reconcile_open()
        assert fresh(attempt).state == AttemptState.PROCESSING
        assert "unexpected_state" not in caplog.text  # it was not even tried

    def test_of_a_cancelled_order_is_taken_back(self, standin):
        document = order()
        attempt = begin(document).attempt
        staging.cancel(document, "No paper")
        self.later(minutes=5)
        payments.reconcile_open()
        assert fresh(attempt).state == AttemptState.CANCELLED

    @pytest.mark.parametrize("is_hosted", [True, False])
    def test_of_an_amount_that_is_not_due_any_more_is_taken_back(self, standin, is_hosted):
        document = order()
        attempt = begin(document, is_hosted=is_hosted).attempt
        payments.record_offline(document, amount=Decimal("100"))
        self.later(minutes=5)
        payments.reconcile_open()
        assert fresh(attempt).state == AttemptState.CANCELLED
        assert {intent.status for intent in intents(standin)} <= {"canceled"}

    def test_a_hosted_page_that_was_closed(self, standin):
        attempt = begin(order(), is_hosted=True).attempt
        gateway.close_page(attempt.checkout_session, gateway.shared())
        self.later(minutes=5)
        payments.reconcile_open()
        assert fresh(attempt).state == AttemptState.CANCELLED

    def test_stops_where_stripe_is_away(self, settings):
        settings.PORTAL_PLUGIN = {
            **settings.PORTAL_PLUGIN,
            "STRIPE_API_BASE": "http://127.0.0.1:9",
        }
        for number in range(3):
            with pytest.raises(PaymentUnavailable):
                begin(order())
            PaymentAttempt.objects.filter(payment_intent=None).update(
                payment_intent=f"pi_{number}", state=AttemptState.OPEN
            )
        self.later(minutes=5)
        assert payments.reconcile_open() == 0

    def test_one_that_is_unknown_does_not_hold_up_the_others(self, standin):
        lost, document = begin(order()).attempt, order()
        PaymentAttempt.objects.update(payment_intent="pi_ofanotheraccount")
        confirm(standin, begin(document).attempt.payment_intent)
        self.later(minutes=5)
        assert payments.reconcile_open() == 2
        assert ledger(document) == [("payment", DEPOSIT, "EUR")]
        assert fresh(lost).state == AttemptState.OPEN

    def test_a_waiting_page_asks_but_not_all_the_time(self, standin):
        document = order()
        confirm(standin, begin(document).attempt.payment_intent)
        payments.ask_again(document)
        assert not ledger(document)
        self.later(seconds=3)
        payments.ask_again(document)
        assert ledger(document) == [("payment", DEPOSIT, "EUR")]

    def test_without_stripe_nothing_is_asked(self, settings):
        settings.PORTAL_PLUGIN = {}
        assert payments.reconcile_open() == 0
        reconciling.drain()


class TestOffline:
    def test_is_booked_and_told(self, standin):
        document, user = order(), user_factory()
        link_factory(document)
        entry = payments.record_offline(
            document, amount=Decimal("35.7"), method="Bank transfer", note="Statement 12", user=user
        )
        assert (entry.kind, entry.amount, entry.recorded_by) == (LedgerKind.OFFLINE, DEPOSIT, user)
        assert fresh(document).amount_due == BALANCE
        assert mails("news_payment") == 1
        assert document.activities.filter(verb="payment", staff=user).count() == 1

    def test_beside_a_card_payment_is_flagged(self, standin):
        document = order(deposit_percent=0)
        attempt = begin(document).attempt
        payments.record_offline(document, amount=Decimal("119"))
        confirm(standin, attempt.payment_intent)
        take_all(standin)
        document = fresh(document)
        assert (document.paid, document.overpaid) == (Decimal("238"), Decimal("119"))
        assert mails("staff_overpaid") == 1

    @pytest.mark.parametrize("amount", ["0", "-1", "0.001"])
    def test_takes_only_amounts(self, amount):
        with pytest.raises(NotAvailable):
            payments.record_offline(order(), amount=Decimal(amount))

    def test_not_on_an_estimate(self):
        with pytest.raises(NotAvailable):
            payments.record_offline(estimate_factory(), amount=Decimal(1))


class TestOffer:
    def test_bank_details_stand_first_for_who_pays_by_transfer(self, standin):
        offer = payments.offer(order(pays_by="transfer"))
        assert offer.prefers_bank
        assert offer.takes_cards
        assert "IBAN" in offer.bank_details

    def test_without_keys_only_the_bank(self, settings):
        settings.PORTAL_PLUGIN = {}
        document = order()
        offer = payments.offer(document)
        assert offer.prefers_bank
        assert not offer.takes_cards
        assert offer.reference == document.number

    def test_cards_first_where_they_are_taken(self, standin):
        offer = payments.offer(order())
        assert not offer.prefers_bank
        assert offer.minor_units == 3570

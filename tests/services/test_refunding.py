"""Paying back: once, never more than is left, and never forgotten when Stripe does not answer."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal_plugin import signals
from portal_plugin.exceptions import NotAvailable
from portal_plugin.gateways import stripe as gateway
from portal_plugin.models import LedgerEntry, OutgoingEmail, Refund
from portal_plugin.services import activity, payments, staging
from portal_plugin.services.payments import reconciling, refund_booking, refunding
from portal_plugin.statuses import LedgerKind, RefundState, WaitingFor
from tests.factories import fresh, link_factory, user_factory
from tests.paying import ask, charge_of, order, paid, standin, take_all

__all__ = ["standin"]

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]
ALL, PART = Decimal("119.00"), Decimal("40.00")
PATH = "/v1/refunds"


def refund(entry, amount=PART, **values):
    return payments.refund(entry, amount=amount, **{"reason": "Wrong colour"} | values)


def outside(entry, amount=PART, **values):
    return payments.refund_outside(entry, amount=amount, **{"reason": "Wrong colour"} | values)


def ledger(entry):
    found = LedgerEntry.objects.filter(document=entry.document).order_by("pk")
    return [(row.kind, row.amount) for row in found]


def mails(kind):
    return OutgoingEmail.objects.filter(kind=kind).count()


def made(standin):
    return ask(standin).v1.refunds.list({"limit": 100}).data


class TestThroughStripe:
    def test_a_part_with_everything_that_follows(self, standin, django_capture_on_commit_callbacks):
        entry, user, heard = paid(standin), user_factory(), []

        def receiver(**values):
            heard.append(values["entry"])

        signals.payment_refunded.connect(receiver)
        with django_capture_on_commit_callbacks(execute=True):
            row = refund(entry, user=user, is_owed_again=True)
        assert (row.state, row.staff, row.reason) == (RefundState.SUCCEEDED, user, "Wrong colour")
        assert ledger(entry) == [("payment", ALL), ("refund", -PART)]
        booked = entry.consequences.get()
        assert (booked.method, booked.recorded_by) == ("Visa •••• 4242", user)
        assert booked.reference == row.stripe_refund
        assert heard == [booked]
        document = fresh(entry.document)
        assert (document.paid, document.received, document.refunded) == (ALL - PART, ALL, PART)
        assert document.balance_due == document.listed_balance == PART
        assert document.left_of(entry) == ALL - PART
        assert document.activities.get(verb="refund").staff == user
        assert activity.first_broken(document) is None
        assert mails("news_refund") == 1
        assert charge_of(standin, entry).amount_refunded == 4000

    def test_stripe_reads_whose_it_is(self, standin):
        row = refund(paid(standin))
        (found,) = made(standin)
        assert found.metadata.to_dict() == {
            "portal_document": row.document.public_id,
            "portal_refund": str(row.pk),
        }

    def test_three_parts_and_no_more(self, standin):
        entry = paid(standin)
        for amount in ("40", "50", "29"):
            refund(entry, Decimal(amount))
        assert fresh(entry.document).paid == 0
        with pytest.raises(NotAvailable, match=r"€0\.00 is left"):
            refund(entry, Decimal("0.01"))
        assert charge_of(standin, entry).refunded
        assert len(made(standin)) == 3

    def test_the_same_press_refunds_once(self, standin):
        entry, key = paid(standin), uuid4()
        assert refund(entry, key=key) == refund(entry, key=key)
        assert len(made(standin)) == Refund.objects.count() == 1

    @pytest.mark.parametrize("amount", ["119.01", "0", "-5", "1000000"])
    def test_an_amount_that_cannot_be(self, standin, amount):
        entry = paid(standin)
        with pytest.raises(NotAvailable):
            refund(entry, Decimal(amount))
        assert not Refund.objects.exists()
        assert not made(standin)

    def test_not_without_a_reason(self, standin):
        with pytest.raises(NotAvailable, match="why"):
            refund(paid(standin), reason=" ")

    def test_only_a_payment_is_paid_back(self, standin):
        entry = paid(standin)
        refund(entry)
        for one in (entry.consequences.get(), payments.record_offline(entry.document, amount=PART)):
            with pytest.raises(NotAvailable, match="did not come through Stripe"):
                refund(one)
        with pytest.raises(NotAvailable, match="Only a payment"):
            outside(entry.consequences.get())

    def test_nor_one_of_which_stripe_has_no_name(self, standin):
        entry = paid(standin)
        entry.stripe_object = None
        with pytest.raises(NotAvailable, match="did not come through Stripe"):
            refund(entry)

    def test_a_press_at_one_payment_is_none_at_another(self, standin):
        key = uuid4()
        refund(paid(standin), key=key)
        with pytest.raises(IntegrityError), transaction.atomic():
            refund(paid(standin), key=key)
        assert Refund.objects.count() == 1

    def test_an_amount_that_stripe_has_no_coins_for_is_refused_before_it_is_asked(self, standin):
        entry = paid(standin)
        entry.amount, entry.currency = ALL, "KWD"
        entry.save()
        with pytest.raises(NotAvailable, match="just this amount"):
            refund(entry, Decimal("1.005"))
        assert not Refund.objects.exists()

    def test_the_messages_about_it_change_nothing(self, standin):
        entry = paid(standin)
        refund(entry)
        before = ledger(entry)
        assert set(take_all(standin, "refund.created", "charge.refunded")) == {"refund succeeded"}
        assert ledger(entry) == before
        assert Refund.objects.count() == 1
        assert mails("news_refund") == 1

    def test_also_on_an_order_that_is_cancelled(self, standin):
        entry = paid(standin)
        staging.cancel(entry.document, "Closed", money="refund")
        document = fresh(entry.document)
        assert (document.refund_due, document.waiting_for) == (ALL, WaitingFor.US)
        refund(entry, ALL)
        document = fresh(entry.document)
        assert (document.refund_due, document.waiting_for) == (0, WaitingFor.NOBODY)

    def test_a_surplus_is_paid_back(self, standin):
        entry = paid(standin)
        payments.record_offline(entry.document, amount=PART)
        assert fresh(entry.document).overpaid == PART
        refund(entry)
        assert (fresh(entry.document).overpaid, fresh(entry.document).balance_due) == (0, 0)


class TestNoAnswer:
    @pytest.mark.parametrize("how", ["lost", "silence", "nonsense", "429", "500"])
    def test_it_waits_and_blocks_what_it_would_take(self, standin, how):
        entry = paid(standin)
        standin.misbehave(how, PATH, method="POST")
        row = refund(entry, ALL)
        assert row.state == RefundState.NEW
        assert ledger(entry) == [("payment", ALL)]
        with pytest.raises(NotAvailable, match="is left"):
            refund(entry, PART)

    @pytest.mark.parametrize("how", ["lost", "silence", "nonsense", "429"])
    def test_the_sweep_asks_again_with_the_same_key(self, standin, how):
        entry = paid(standin)
        standin.misbehave(how, PATH, method="POST")
        row = refund(entry)
        Refund.objects.update(updated_at=timezone.now() - timedelta(minutes=3))
        reconciling.drain()
        assert fresh(row).state == RefundState.SUCCEEDED
        reconciling.drain()
        assert ledger(entry) == [("payment", ALL), ("refund", -PART)]
        assert len(made(standin)) == 1

    def test_without_an_answer_pressing_again_goes_on_with_it(self, standin):
        entry, key = paid(standin), uuid4()
        standin.misbehave("lost", PATH, method="POST")
        refund(entry, key=key)
        assert refund(entry, key=key).state == RefundState.SUCCEEDED
        assert len(made(standin)) == 1

    def test_one_that_stripe_made_and_whose_key_it_forgot_is_found_behind_its_no(self, standin):
        entry = paid(standin)
        standin.misbehave("lost", PATH, method="POST")
        row = refund(entry, ALL)
        Refund.objects.update(idempotency_key=uuid4())
        assert refunding.carry_out(fresh(row), tells=True).state == RefundState.SUCCEEDED
        assert ledger(entry) == [("payment", ALL), ("refund", -ALL)]
        assert mails("staff_refund_failed") == 0

    def test_the_message_brings_what_the_answer_did_not(self, standin):
        entry = paid(standin)
        standin.misbehave("lost", PATH, method="POST")
        row = refund(entry)
        take_all(standin, "refund.created")
        assert fresh(row).state == RefundState.SUCCEEDED
        assert Refund.objects.count() == 1
        assert entry.consequences.get().note == "Wrong colour"

    def test_one_that_stripe_breaks_on_is_given_up_and_staff_are_told(self, standin):
        entry = paid(standin)
        standin.misbehave("500", PATH, method="POST")
        row = refund(entry)
        long_ago = timezone.now() - timedelta(hours=2)
        Refund.objects.update(updated_at=long_ago, created_at=long_ago)
        reconciling.drain()
        assert fresh(row).state == RefundState.FAILED
        assert mails("staff_refund_failed") == 1
        assert refund(entry, ALL).state == RefundState.SUCCEEDED

    def test_a_key_that_stripe_forgot_is_not_used_again(self, standin):
        entry = paid(standin)
        standin.misbehave("silence", PATH, method="POST")
        row = refund(entry)
        long_ago = timezone.now() - timedelta(hours=21)
        Refund.objects.update(updated_at=long_ago, created_at=long_ago)
        reconciling.drain()
        assert (fresh(row).state, fresh(row).failure_code) == (RefundState.FAILED, "no_answer")
        assert not made(standin)


class TestStripesNo:
    def test_what_the_bank_has_taken_back(self, standin):
        entry = paid(standin)
        standin.dispute(entry.reference)
        with pytest.raises(payments.RefundRefused, match="bank has taken"):
            refund(entry)
        row = Refund.objects.get()
        assert (row.state, row.failure_code) == (RefundState.FAILED, "charge_disputed")
        assert mails("staff_refund_failed") == 0
        assert fresh(entry.document).activities.filter(verb="refund_failed").exists()
        assert ledger(entry) == [("payment", ALL)]

    def test_what_was_paid_back_in_the_dashboard_is_learnt(self, standin):
        entry = paid(standin)
        ask(standin).v1.refunds.create({"charge": entry.reference})
        with pytest.raises(payments.RefundRefused, match="paid back already"):
            refund(entry)
        assert ledger(entry) == [("payment", ALL), ("refund", -ALL)]

    def test_without_keys_nothing_is_begun(self, standin, settings):
        entry = paid(standin)
        settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "STRIPE_SECRET_KEY": ""}
        with pytest.raises(NotAvailable, match="not set up"):
            refund(entry)
        assert not Refund.objects.exists()


class TestLater:
    def test_one_that_waits_counts_at_once(self, standin):
        entry = paid(standin, "7726")
        row = refund(entry)
        assert (row.state, fresh(entry.document).paid) == (RefundState.PENDING, ALL - PART)
        standin.settle_refund(row.stripe_refund)
        Refund.objects.update(updated_at=timezone.now() - timedelta(hours=2))
        reconciling.drain()
        assert fresh(row).state == RefundState.SUCCEEDED
        assert ledger(entry) == [("payment", ALL), ("refund", -PART)]

    @pytest.mark.parametrize("told", [["refund.failed"], ["charge.refund.updated"], []])
    def test_one_that_fails_later_is_the_shops_again(self, standin, told):
        entry = paid(standin, "5126")
        row = refund(entry)
        standin.settle_refund(row.stripe_refund, "failed")
        take_all(standin, *told)
        take_all(standin)
        assert fresh(row).state == RefundState.FAILED
        assert ledger(entry) == [("payment", ALL), ("refund", -PART), ("reversal", PART)]
        document = fresh(entry.document)
        assert (document.paid, document.refunded, document.left_of(entry)) == (ALL, 0, ALL)
        assert mails("staff_refund_failed") == 1
        assert list(Refund.objects.failed_last(timezone.now() - timedelta(days=1))) == [row]
        outside(entry)
        assert not Refund.objects.failed_last(timezone.now() - timedelta(days=1))

    def test_an_old_answer_does_not_undo_the_failure(self, standin):
        entry = paid(standin, "5126")
        row = refund(entry)
        old = gateway.find_refund(row.stripe_refund, gateway.shared())
        standin.settle_refund(row.stripe_refund, "failed")
        take_all(standin, "refund.failed")
        refund_booking.apply([old], entry)
        assert fresh(row).state == RefundState.FAILED
        assert fresh(entry.document).paid == ALL


class TestDashboard:
    def test_a_refund_made_there_arrives(self, standin):
        entry = paid(standin)
        ask(standin).v1.refunds.create({"charge": entry.reference, "amount": 4000})
        take_all(standin, "charge.refunded")
        assert ledger(entry) == [("payment", ALL), ("refund", -PART)]
        assert Refund.objects.get().state == RefundState.SUCCEEDED
        assert mails("news_refund") == 1

    def test_also_before_we_heard_of_the_payment(self, standin):
        from tests.paying import begin, confirm

        document = order(deposit_percent=0)
        link_factory(document)
        intent = confirm(standin, begin(document).attempt.payment_intent)
        ask(standin).v1.refunds.create({"payment_intent": intent.id})
        take_all(standin, "refund.created")
        take_all(standin, "payment_intent.succeeded")
        entry = LedgerEntry.objects.get(kind=LedgerKind.PAYMENT)
        assert ledger(entry) == [("payment", ALL), ("refund", -ALL)]
        assert mails("receipt_payment") == 1

    def test_a_payment_of_another_program_is_left_alone(self, standin):
        how = {"payment_method": "pm_card_visa", "confirm": True, "return_url": "https://x.example"}
        intents = ask(standin).v1.payment_intents
        intent = intents.create({"amount": 900, "currency": "eur", **how})
        ask(standin).v1.refunds.create({"payment_intent": intent.id})
        standin.dispute(intent.latest_charge)
        assert set(take_all(standin, "refund.created", "charge.refunded")) == {"ignored: not ours"}
        assert set(take_all(standin, "charge.dispute.created")) == {"ignored: not ours"}
        assert not LedgerEntry.objects.exists()


class TestOutside:
    def test_is_written_down_and_the_customer_is_told(self):
        document = order()
        link_factory(document)
        entry = payments.record_offline(document, amount=ALL, method="Cash")
        user = user_factory()
        back = outside(entry, method="Cash", user=user)
        assert (back.kind, back.amount, back.about) == (LedgerKind.REFUND, -PART, entry)
        assert (back.note, back.recorded_by) == ("Wrong colour", user)
        assert fresh(document).left_of(entry) == ALL - PART
        assert mails("news_refund") == 1

    def test_whoever_did_it_and_why_is_kept_and_apps_hear_of_it(
        self, django_capture_on_commit_callbacks
    ):
        document, user, heard = order(), user_factory(), {}
        link_factory(document)
        entry = payments.record_offline(document, amount=ALL)

        def receiver(signal, **values):
            heard[signal] = values["entry"]

        signals.payment_refunded.connect(receiver)
        signals.payment_received.connect(receiver)
        with django_capture_on_commit_callbacks(execute=True):
            back = outside(entry, method="x" * 51, user=user)
        assert heard == {signals.payment_refunded: back}
        assert document.activities.get(verb="refund").staff == user
        assert back.method == "x" * 50
        [happening] = OutgoingEmail.objects.get(kind="news_refund").facts["happenings"]
        assert happening["reply"] == "Wrong colour"

    def test_the_same_press_counts_once(self):
        entry, key = payments.record_offline(order(), amount=ALL), uuid4()
        assert outside(entry, key=key) == outside(entry, key=key)
        assert LedgerEntry.objects.count() == 2

    def test_what_is_smaller_than_a_coin_is_rounded(self):
        entry = payments.record_offline(order(), amount=ALL)
        assert outside(entry, Decimal("40.004")).amount == -PART

    def test_not_more_than_is_left(self):
        entry = payments.record_offline(order(), amount=PART)
        with pytest.raises(NotAvailable, match=r"€40\.00 is left"):
            outside(entry, Decimal("40.01"))

    def test_a_card_payment_can_be_paid_back_in_cash(self, standin):
        entry = paid(standin)
        outside(entry, ALL, method="Cash")
        assert fresh(entry.document).paid == 0
        with pytest.raises(NotAvailable):
            refund(entry)
        assert not made(standin)


@pytest.mark.parametrize("said", [{"currency": "USD"}, {"payment": "pi_another"}])
def test_one_of_another_payment_or_currency_books_nothing(standin, said):
    entry = paid(standin)
    made_there = ask(standin).v1.refunds.create({"charge": entry.reference, "amount": 1900})
    answer = gateway.find_refund(made_there.id, gateway.shared())
    outcome = refund_booking.apply([replace(answer, **said)], entry)
    assert outcome.startswith("ignored")
    assert not Refund.objects.exists()
    assert fresh(entry.document).paid == fresh(entry.document).received

"""A payment that was lost is found again."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from portal_plugin.exceptions import PaymentUnavailable
from portal_plugin.gateways import stripe as gateway
from portal_plugin.models import PaymentAttempt
from portal_plugin.services import payments, staging
from portal_plugin.services.payments import reconciling
from portal_plugin.statuses import AttemptState
from tests.factories import fresh
from tests.paying import (
    DEPOSIT,
    begin,
    confirm,
    intents,
    ledger,
    mails,
    order,
    standin,
    take_all,
)

__all__ = ["standin"]

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]


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

    def test_a_voucher_is_left_for_the_days_that_it_is_good_for(self, standin):
        attempt = begin(order()).attempt
        standin.hand_out_voucher(attempt.payment_intent)
        self.later(days=3)
        payments.reconcile_open()
        assert fresh(attempt).state == AttemptState.OPEN
        assert [intent.status for intent in intents(standin)] == ["requires_action"]

    def test_a_voucher_over_what_is_not_due_any_more_is_taken_back(self, standin):
        document = order()
        attempt = begin(document).attempt
        standin.hand_out_voucher(attempt.payment_intent)
        payments.record_offline(document, amount=attempt.amount)
        self.later(days=3)
        payments.reconcile_open()
        assert [intent.status for intent in intents(standin)] == ["canceled"]

    @pytest.mark.says_it_first
    def test_a_debit_that_bounced_days_later_is_still_told_of_when_it_is_closed(self, standin):
        attempt = begin(order()).attempt
        confirm(standin, attempt.payment_intent, "sepa")
        take_all(standin)
        PaymentAttempt.objects.update(created_at=timezone.now() - timedelta(days=5))
        standin.settle(attempt.payment_intent, "failed")
        take_all(standin)
        PaymentAttempt.objects.update(updated_at=timezone.now() - timedelta(hours=2))
        payments.reconcile_open()
        assert fresh(attempt).state == AttemptState.CANCELLED
        since = timezone.now() - timedelta(days=1)
        assert list(PaymentAttempt.objects.failed_last(since)) == [attempt]
        begin(attempt.document)
        assert not PaymentAttempt.objects.failed_last(since)

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

    def test_of_an_instalment_that_was_paid_meanwhile_is_taken_back(self, standin):
        """The next one is just as much, and not due for a long time."""
        halves = [
            {"percent": "50", "on": "", "days": None},
            {"percent": "50", "on": "2031-05-03", "days": None},
        ]
        document = order(deposit_percent=0, instalments=halves)
        attempt = begin(document).attempt
        payments.record_offline(document, amount=attempt.amount)
        assert type(document).objects.get(pk=document.pk).amount_due == attempt.amount
        self.later(minutes=5)
        payments.reconcile_open()
        assert fresh(attempt).state == AttemptState.CANCELLED
        assert [intent.status for intent in intents(standin)] == ["canceled"]

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

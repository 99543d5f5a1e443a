"""Paying as a service: what is offered and asked for, and one attempt at a time."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone

from portal_plugin.exceptions import NotAvailable, PaymentUnavailable
from portal_plugin.gateways import stripe as gateway
from portal_plugin.models import PaymentAttempt
from portal_plugin.services import payments, staging
from portal_plugin.services.payments import offers
from portal_plugin.statuses import AttemptState, LedgerKind, PaymentPurpose
from sandbox_site.stripe_standin import misbehaviour
from tests.factories import (
    customer_factory,
    estimate_factory,
    fresh,
    link_factory,
    site_factory,
    user_factory,
)
from tests.paying import (
    BALANCE,
    DEPOSIT,
    ask,
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

    @pytest.mark.parametrize("how", misbehaviour.ANSWERS)
    @pytest.mark.parametrize("is_hosted", [False, True])
    def test_whatever_stripe_answers_it_is_a_sentence_and_then_one_payment(
        self, standin, how, is_hosted, caplog
    ):
        document = order()
        standin.misbehave(how, "/v1/", method="POST")
        if how == "late":
            assert begin(document, is_hosted=is_hosted)
        else:
            with pytest.raises(PaymentUnavailable) as caught:
                begin(document, is_hosted=is_hosted)
            assert "You have not been charged" in caught.value.message
        started = begin(document, is_hosted=is_hosted)
        assert started.page_url if is_hosted else started.client_secret
        assert PaymentAttempt.objects.unfinished().count() == 1
        stripe = ask(standin).v1
        made = stripe.checkout.sessions if is_hosted else stripe.payment_intents
        assert len(made.list().data) == 1
        assert "Traceback" not in caplog.text

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

    @pytest.mark.parametrize("is_hosted", [False, True])
    def test_what_stripe_has_made_is_gone_on_with_after_its_key(self, standin, is_hosted):
        first = begin(order(), is_hosted=is_hosted).attempt
        PaymentAttempt.objects.update(created_at=timezone.now() - timedelta(hours=21))
        assert begin(first.document, is_hosted=is_hosted).attempt == first

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
        begin(order())  # of another one
        document = order()
        first = begin(document)
        confirm(standin, first.attempt.payment_intent, "0002")
        take_all(standin)
        failed = fresh(first.attempt)
        assert (failed.state, failed.failure_code) == (AttemptState.FAILED, "generic_decline")
        assert failed.failure_message
        second = begin(document)
        assert second.attempt == first.attempt
        assert (second.attempt.state, second.attempt.ended_at) == (AttemptState.OPEN, None)
        assert second.attempt.failure_code == second.attempt.failure_message == ""
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

    def test_not_what_the_shop_took_back_to_revise(self, standin):
        """The form that was sent before, and again, is not asked whether Pay is still offered."""
        document = order()
        document.unpublish()
        with pytest.raises(NotAvailable):
            begin(document)
        assert not PaymentAttempt.objects.exists()

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
        assert not PaymentAttempt.objects.exists()
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
        assert payments.offer(order()).takes_cards


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
        assert payments.can_be_paid(document)

    def test_blanks_are_no_bank(self, standin):
        site_factory(bank_details=" \n")
        assert payments.offer(order()).bank_details == ""

    def test_cards_first_where_they_are_taken(self, standin):
        offer = payments.offer(order())
        assert not offer.prefers_bank
        assert offer.minor_units == 3570


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("new", "open"),
        ("open", "open"),
        ("processing", "pending"),
        ("succeeded", "paid"),
        ("failed", "failed"),
        ("cancelled", "none"),
    ],
)
def test_how_far_it_came_is_that_of_the_newest_try(state, said):
    document = order(language="de")
    assert payments.progress(document).state == "none"
    for each in ("failed" if state != "failed" else "succeeded", state):
        document.payment_attempts.create(
            idempotency_key=uuid4(), purpose="deposit", amount=DEPOSIT, currency="EUR", state=each
        )
    progress = payments.progress(document)
    assert progress.state == said
    assert ("35,70\xa0€" in progress.message) is (said == "paid")


@pytest.mark.parametrize(
    ("purpose", "thanks", "named"),
    [
        ("deposit", "The deposit of 35,70\xa0€ is paid.", "Deposit for order 7"),
        ("instalment", "Instalment 2 of 35,70\xa0€ is paid.", "Instalment 2 for order 7"),
        ("balance", "35,70\xa0€ is paid.", "Order 7"),
    ],
)
def test_what_is_paid_has_its_name(purpose, thanks, named):
    attempt = PaymentAttempt(purpose=purpose, amount=DEPOSIT, currency="EUR", instalment=2)
    assert offers.thanks(attempt, "de") == f"Thank you. {thanks}"
    assert offers.purpose_text(purpose, "7", 2) == named

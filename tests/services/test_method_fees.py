"""Fees by way of paying: what Stripe is asked for, what is booked, and what goes back."""

from dataclasses import replace
from decimal import Decimal

import pytest
import stripe

from portal_plugin.exceptions import PortalError
from portal_plugin.gateways import stripe as gateway
from portal_plugin.models import Discrepancy, LedgerEntry, Order, PaymentAttempt, PortalSettings
from portal_plugin.services import payments, staging
from portal_plugin.services.payments import booking, comparing, disputing
from portal_plugin.services.presentation import document_view
from portal_plugin.statuses import AttemptState, DisputeState, LedgerKind
from tests.factories import fresh, line_item, site_factory
from tests.paying import (
    DEPOSIT,
    FEES,
    ask,
    begin,
    confirm,
    events,
    intents,
    order,
    standin,
    take,
    take_all,
)

__all__ = ["standin"]

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]

#: 2.5 % of 35.70 and 0.25 is 1.1425.
FEE = Decimal("1.14")


@pytest.fixture
def with_fees():
    site_factory(method_fees=FEES)


@pytest.fixture
def shop_order(standin, with_fees):
    return order()


def by_card(document, **options):
    return begin(document, way="card", **options)


def sums(document):
    found = Order.objects.get(pk=document.pk)
    return found.paid, found.surcharges, found.balance_due


class TestBegin:
    def test_stripe_is_asked_for_the_amount_with_its_fee_and_for_this_way_alone(
        self, standin, shop_order
    ):
        attempt = by_card(shop_order).attempt
        assert (attempt.amount, attempt.surcharge) == (DEPOSIT, FEE)
        [intent] = intents(standin)
        assert (intent.amount, intent.payment_method_types) == (3684, ["card"])

    def test_another_way_costs_nothing_and_leaves_the_dear_ones_out(self, standin, shop_order):
        attempt = begin(shop_order, way="other").attempt
        assert (attempt.surcharge, attempt.methods) == (0, "-card")
        [intent] = intents(standin)
        assert (intent.amount, intent.payment_method_types) == (3570, ["sepa_debit"])

    def test_nobody_pays_by_card_what_was_reckoned_for_another_way(self, standin, shop_order):
        attempt = begin(shop_order, way="other").attempt
        with pytest.raises(stripe.InvalidRequestError, match="not allowed"):
            confirm(standin, attempt.payment_intent)
        take_all(standin)
        assert not LedgerEntry.objects.exists()

    @pytest.mark.parametrize("way", ["", "klarna", "sepa_debit", "card,other"])
    def test_a_way_that_the_shop_does_not_have_is_refused(self, standin, shop_order, way):
        with pytest.raises(payments.WayRefused):
            begin(shop_order, way=way)
        assert not PaymentAttempt.objects.exists()

    def test_going_on_in_the_same_way_is_the_same_payment(self, standin, shop_order):
        assert by_card(shop_order).attempt == by_card(shop_order).attempt
        assert len(intents(standin)) == 1

    def test_changing_the_way_takes_the_first_payment_back(self, standin, shop_order):
        first = by_card(shop_order).attempt
        second = begin(shop_order, way="other").attempt
        assert first != second
        assert fresh(first).state == AttemptState.CANCELLED
        states = {intent.id: intent.status for intent in intents(standin)}
        assert states == {
            first.payment_intent: "canceled",
            second.payment_intent: "requires_payment_method",
        }

    def test_a_fee_that_changed_makes_a_new_payment(self, standin, shop_order):
        first = by_card(shop_order).attempt
        site_factory(method_fees=[{"method": "card", "percent": "1", "fixed": "0"}])
        second = by_card(shop_order).attempt
        assert (second.surcharge, fresh(first).state) == (Decimal("0.36"), AttemptState.CANCELLED)

    def test_a_fee_that_is_not_the_one_that_was_shown_is_refused(self, standin, shop_order):
        by_card(shop_order, fees="card:2.5:0.25")
        for shown in ("card:1.5:0.25", ""):
            with pytest.raises(payments.AmountChanged):
                by_card(shop_order, fees=shown)

    def test_a_fee_that_was_shown_and_is_gone_is_refused(self, standin):
        with pytest.raises(payments.AmountChanged):
            begin(order(), way="card", fees="card:2.5:0.25")

    def test_without_fees_a_way_means_nothing(self, standin):
        attempt = begin(order(), way="card").attempt
        assert (attempt.surcharge, attempt.methods) == (0, "")
        assert intents(standin)[0].payment_method_types == ["card", "sepa_debit"]

    def test_a_fixed_amount_is_the_shops_own_money(self, standin, with_fees):
        attempt = by_card(order(currency="USD")).attempt
        assert attempt.surcharge == Decimal("0.89")

    def test_of_another_amount_the_fee_is_another(self, standin, shop_order):
        site_factory(takes_other_amounts=True)
        attempt = by_card(shop_order, amount=Decimal(50)).attempt
        assert (attempt.amount, attempt.surcharge) == (50, Decimal("1.50"))

    def test_with_its_fee_it_is_no_more_than_a_card_takes(self, standin, with_fees):
        price = line_item(unit_price=Decimal(990_000), quantity=1, tax_rate=0)
        document = order(items=[price], deposit_percent=0)
        payments.check(document, way="other")
        with pytest.raises(gateway.CannotCharge):
            payments.check(document, way="card")

    def test_stripes_page_says_the_fee_in_a_row_of_its_own(self, standin, shop_order):
        attempt = by_card(shop_order, is_hosted=True).attempt
        sessions = ask(standin).v1.checkout.sessions
        session = sessions.retrieve(attempt.checkout_session)
        assert (session.amount_total, session.payment_method_types) == (3684, ["card"])
        rows = sessions.line_items.list(attempt.checkout_session).data
        assert [(row.description, row.amount_total) for row in rows] == [
            (f"Deposit for order {shop_order.number}", 3570),
            ("Fee for paying by Card", 114),
        ]

    def test_stripes_page_leaves_the_dear_ways_out(self, standin, shop_order):
        attempt = begin(shop_order, way="other", is_hosted=True).attempt
        session = ask(standin).v1.checkout.sessions.retrieve(attempt.checkout_session)
        assert (session.amount_total, session.payment_method_types) == (3570, ["sepa_debit"])


def paid_by_card(standin, **values):
    """The entry of an order of 119.00 that was paid with a fee of 3.23."""
    document = order(**{"deposit_percent": 0} | values)
    confirm(standin, by_card(document).attempt.payment_intent)
    take_all(standin, "payment_intent.succeeded")
    return LedgerEntry.objects.get(document=document)


class TestBooking:
    def test_the_order_is_paid_without_the_fee_and_the_ledger_is_stripes(self, standin, shop_order):
        confirm(standin, by_card(shop_order).attempt.payment_intent)
        take_all(standin)
        entry = LedgerEntry.objects.get()
        assert (entry.amount, entry.surcharge) == (DEPOSIT + FEE, FEE)
        assert not Discrepancy.objects.exists()
        assert sums(shop_order) == (DEPOSIT, FEE, Decimal("83.30"))
        assert intents(standin)[0].amount_received == 3684
        listed = Order.objects.with_paid().get(pk=shop_order.pk)
        assert (listed.listed_paid, listed.listed_balance) == (DEPOSIT, Decimal("83.30"))

    def test_news_in_whatever_number_and_order_book_it_once(self, standin, shop_order):
        confirm(standin, by_card(shop_order).attempt.payment_intent)
        for event in [*reversed(events(standin)), *events(standin)]:
            take(event)
        assert LedgerEntry.objects.count() == 1

    def test_lost_news_are_made_up_for_with_the_fee(self, standin, shop_order):
        confirm(standin, by_card(shop_order).attempt.payment_intent)
        comparing.reconcile()
        comparing.reconcile()
        assert sums(shop_order) == (DEPOSIT, FEE, Decimal("83.30"))
        assert not Discrepancy.objects.exists()

    def test_a_payment_without_its_fee_is_not_what_was_asked_for(self, standin, shop_order):
        attempt = by_card(shop_order).attempt
        ask(standin).v1.payment_intents.update(attempt.payment_intent, {"amount": 3570})
        confirm(standin, attempt.payment_intent)
        take_all(standin)
        assert not LedgerEntry.objects.exists()
        assert Discrepancy.objects.get().stripe_object == attempt.payment_intent

    @pytest.mark.parametrize("way", ["card", "sepa_debit", "link"])
    def test_what_came_in_a_dear_way_without_its_fee_is_for_a_person_to_look_at(
        self, standin, shop_order, way
    ):
        """Whatever a browser told Stripe: the money is booked, and somebody reads of it."""
        attempt = begin(shop_order, way="other").attempt
        payment = gateway.find_payment(attempt.payment_intent, gateway.of_site(shop_order.site))
        came = replace(payment, state=AttemptState.SUCCEEDED, received=DEPOSIT, way=way)
        for _time in range(2):
            booking.apply(came, attempt)
        assert sums(shop_order) == (DEPOSIT, 0, Decimal("83.30"))
        assert Discrepancy.objects.count() == (way == "card")

    def test_paid_in_full_leaves_nothing_due_and_nothing_over(self, standin, shop_order):
        entry = paid_by_card(standin)
        assert (entry.amount, entry.surcharge) == (Decimal("122.23"), Decimal("3.23"))
        document = Order.objects.get(pk=entry.document_id)
        assert (document.balance_due, document.overpaid) == (0, 0)

    def test_page_and_pdf_name_the_fee(self, standin, shop_order):
        entry = paid_by_card(standin)
        view = document_view(entry.document)
        assert [(row.label, row.amount) for row in view.payments] == [
            ("Visa •••• 4242", "€122.23"),
            ("Fee included", "€3.23"),
        ]
        assert ("paid", "€119.00") in [(row.kind, row.amount) for row in view.totals]

    def test_the_customer_is_thanked_for_both(self, standin, shop_order):
        confirm(standin, by_card(shop_order).attempt.payment_intent)
        take_all(standin)
        assert payments.progress(shop_order).message == (
            "Thank you. The deposit of €35.70 is paid. With the fee of €1.14 you paid €36.84."
        )


def all_of(entry):
    """What Stripe says where the bank has taken back all that came."""
    return gateway.Dispute(
        id="dp_all",
        state=DisputeState.NEEDS_RESPONSE,
        amount=entry.amount,
        currency=entry.currency,
        is_live=False,
        is_withdrawn=True,
        is_returned=False,
        opened_at=entry.occurred_at,
        payment=entry.stripe_object,
    )


class TestRefund:
    def refund(self, entry, amount):
        gone = {"reason": "Crooked", "is_owed_again": True}
        return payments.refund(entry, amount=Decimal(amount), **gone)

    def test_all_of_it_gives_the_fee_back(self, standin, shop_order):
        entry = paid_by_card(standin)
        assert entry.document.specific.left_of(entry) == Decimal("122.23")
        self.refund(entry, "122.23")
        assert sums(entry.document) == (0, 0, Decimal(119))
        assert LedgerEntry.objects.get(kind=LedgerKind.REFUND).surcharge == Decimal("-3.23")

    def test_a_part_is_of_the_order_first(self, standin, shop_order):
        entry = paid_by_card(standin)
        self.refund(entry, "19")
        assert sums(entry.document) == (100, Decimal("3.23"), 19)
        self.refund(entry, "103.23")
        assert sums(entry.document) == (0, 0, 119)

    def test_nothing_more_than_was_paid(self, standin, shop_order):
        entry = paid_by_card(standin)
        with pytest.raises(PortalError, match="€122"):
            self.refund(entry, "122.24")

    def test_two_from_stripes_dashboard_that_arrive_together(self, standin, shop_order):
        entry = paid_by_card(standin)
        for units in (11800, 423):
            ask(standin).v1.refunds.create({"payment_intent": entry.stripe_object, "amount": units})
        take_all(standin)
        assert sums(entry.document) == (0, 0, 0)
        parts = LedgerEntry.objects.filter(kind=LedgerKind.REFUND).order_by("pk")
        assert [row.surcharge for row in parts] == [0, Decimal("-3.23")]

    def test_one_that_comes_back_brings_the_fee(self, standin, shop_order):
        document = order(deposit_percent=0)
        confirm(standin, by_card(document).attempt.payment_intent, "5126")
        take_all(standin, "payment_intent.succeeded")
        entry = LedgerEntry.objects.get(document=document)
        row = self.refund(entry, "122.23")
        assert sums(document) == (0, 0, 119)
        standin.settle_refund(row.stripe_refund, "failed")
        take_all(standin)
        assert sums(document) == (119, Decimal("3.23"), 0)

    @pytest.mark.says_it_first
    def test_one_that_comes_back_after_the_bank_took_all_leaves_no_debt_above_the_order(
        self, standin, shop_order
    ):
        document = order(deposit_percent=0)
        confirm(standin, by_card(document).attempt.payment_intent, "5126")
        take_all(standin, "payment_intent.succeeded")
        entry = LedgerEntry.objects.get(document=document)
        row = self.refund(entry, "122.23")
        disputing.apply(all_of(entry), entry)
        standin.settle_refund(row.stripe_refund, "failed")
        take_all(standin)
        assert sums(document) == (0, 0, 119)

    def test_outside_the_portal_too(self, standin, shop_order):
        entry = paid_by_card(standin)
        gone = {"reason": "Crooked", "method": "Cash", "is_owed_again": True}
        payments.refund_outside(entry, amount=Decimal("122.23"), **gone)
        assert sums(entry.document) == (0, 0, 119)

    def test_what_the_bank_takes_back_takes_the_fee(self, standin, shop_order):
        document = order(deposit_percent=0)
        confirm(standin, by_card(document).attempt.payment_intent, "0259")
        take_all(standin)
        assert sums(document) == (0, 0, 119)

    def test_a_cancelled_order_owes_the_fee_as_well(self, standin, shop_order):
        entry = paid_by_card(standin)
        staging.cancel(entry.document, "No paper", money="refund")
        assert Order.objects.get(pk=entry.document_id).refund_due == Decimal("122.23")


def test_a_shop_has_no_fees_at_first():
    assert PortalSettings.of(site_factory()).fees == ()

"""What a document costs, what was paid, and what is due. Nobody subtracts anywhere else."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from uuid import UUID

from django.db import models

from .. import days, instalments
from ..instalments import Instalment
from ..ledger import LedgerSums, amount_of, amounts_around, ledger_sums, left_of, surcharge_in
from ..money import ZERO, priced_in
from ..statuses import InvoiceKind, MoneyAfterCancel, PaymentPurpose, PaysBy
from ..totals import (
    DocumentTotals,
    Line,
    Terms,
    adds_up_by_row,
    document_totals,
    worth_in_total,
)
from .items import TaxCategory


@dataclass(frozen=True)
class Planned:
    """One instalment of a document. ``number`` counts from 1; ``on`` is the last day to pay it,
    ``None`` where it has none (yet)."""

    number: int
    terms: Instalment
    amount: Decimal
    left: Decimal
    on: date | None


class Amounts:
    """All amounts are ``Decimal`` in the document's currency."""

    @property
    def priced_in(self) -> str:
        """The currency to round and show in, also of a draft that has none yet."""
        return priced_in(self.currency)

    @cached_property
    def totals(self) -> DocumentTotals:
        """Sums of what is counted; on an order an item that was only ever declined is not."""
        declined = set()
        if self.is_order and self.current_version_id and not self._state.adding:
            declined = set(self.standing.never_wanted_keys)
        return self.totals_without(declined)

    def totals_without(self, left_out) -> DocumentTotals:
        """Sums as if the items with the keys ``left_out`` were not ordered."""
        lines = [
            item.as_line(is_counted=item.key in self.counted_keys and item.key not in left_out)
            for item in self.lines
        ]
        return document_totals(lines, self.priced_in, self._terms())

    def worth_in_total(self) -> dict[UUID, Decimal]:
        """Item key to what the total is higher by where the item counts; about, unless it
        ``adds_up_by_item``."""
        terms, pairs = self._terms(), zip(self.lines, self.totals.lines, strict=True)
        return {item.key: worth_in_total(row, terms, self.priced_in) for item, row in pairs}

    @property
    def adds_up_by_item(self) -> bool:
        return adds_up_by_row(self._terms())

    def _terms(self):
        shipping = None
        if self.shipping_amount:
            shipping = Line(
                unit_price=self.shipping_amount,
                tax_rate=self.shipping_tax_rate or ZERO,
                tax_category=self._shipping_category(),
                price_includes_tax=self.shipping_includes_tax,
            )
        return Terms(
            discount_percent=self.discount_percent or ZERO,
            discount_amount=self.discount_amount or ZERO,
            shipping=shipping,
            deposit_percent=self.deposit_percent or ZERO,
            deposit_amount=self.deposit_amount or ZERO,
            deposit_least=self.deposit_least or ZERO,
            rounding_unit=self.rounding_unit or ZERO,
            plan=self.plan,
        )

    @cached_property
    def plan(self) -> tuple[Instalment, ...]:
        return instalments.read(self.instalments)

    @cached_property
    def planned(self) -> tuple[Planned, ...]:
        """Its instalments with what is left of each; what was paid fills the first ones first."""
        return self.planned_after(self.paid)

    def planned_after(self, covered: Decimal) -> tuple[Planned, ...]:
        """The same where so much of the total is paid, or asked for elsewhere."""
        if not self.plan:
            return ()
        parts, ordered_on = self.totals.instalments, self._ordered_on
        left = instalments.left(parts, covered)
        return tuple(
            Planned(number, terms, part, rest, terms.day(ordered_on, self.effective_payment_days))
            for number, (terms, part, rest) in enumerate(
                zip(self.plan, parts, left, strict=True), start=1
            )
        )

    @property
    def next_instalment(self) -> Planned | None:
        """The first that is not paid; ``None`` without a plan, and once all are."""
        if self.cancelled_at:
            return None
        return next((part for part in self.planned if part.left), None)

    @property
    def _ordered_on(self) -> date | None:
        """The day, in the site's time zone, when the order first went out."""
        out = self.first_published_at
        return days.local(out).date() if self.is_order and out else None

    def _shipping_category(self):
        """Shipping without tax is so for the reason for which the goods are."""
        if self.shipping_tax_rate:
            return TaxCategory.STANDARD
        counted = [item for item in self.lines if item.key in self.counted_keys]
        found = (item.tax_category for item in counted if not item.tax_rate)
        return next(found, TaxCategory.STANDARD)

    @cached_property
    def bookings(self) -> list:
        """The ledger's entries, newest first; only orders have any."""
        return [] if self.pk is None or self.is_estimate else list(self.ledger.all())

    @cached_property
    def plain_bookings(self) -> list:
        return [entry.as_booking() for entry in self.bookings]

    @cached_property
    def ledger_sums(self) -> LedgerSums:
        return ledger_sums(self.plain_bookings)

    @property
    def paid(self) -> Decimal:
        """What the shop has of it now: what came, less what went back. Fees of a way of paying
        are no part of it."""
        return self.ledger_sums.kept

    @property
    def received(self) -> Decimal:
        """What came, whatever of it went back later."""
        return self.ledger_sums.received

    @property
    def refunded(self) -> Decimal:
        return self.ledger_sums.refunded

    @property
    def charged_back(self) -> Decimal:
        """What customers' banks took back and have not returned."""
        return self.ledger_sums.charged_back

    @property
    def surcharges(self) -> Decimal:
        """What the shop has of the fees that were paid on top."""
        return self.ledger_sums.surcharges

    def surcharge_in(self, amount, entry) -> Decimal:
        """How much is of the fee, where so much of one payment goes back."""
        return surcharge_in(amount, entry.pk, self.plain_bookings)

    def left_of(self, entry) -> Decimal:
        """What can still be paid back of one payment: what refunds that Stripe has not confirmed
        would take is not there any more."""
        booked = left_of(entry.pk, self.plain_bookings)
        return max(ZERO, booked - self.refunds_asked.get(entry.pk, ZERO))

    def amount_of(self, entry) -> Decimal:
        """What came with one payment, as it was put right since."""
        return amount_of(entry.pk, self.plain_bookings)

    def amounts_around(self, correction) -> tuple[Decimal, Decimal]:
        """What came with its payment as it was said before a correction, and by it."""
        return amounts_around(correction.pk, correction.about_id, self.plain_bookings)

    def gone_of(self, entry) -> Decimal:
        """What of one payment was paid back, or taken back by a bank."""
        return self.amount_of(entry) - left_of(entry.pk, self.plain_bookings)

    @cached_property
    def refunds_asked(self) -> dict:
        """Payment's id to the sum of its refunds that are in no booking yet."""
        asked = self.refunds.asked().order_by().values_list("payment")
        return dict(asked.annotate(models.Sum("amount")))

    @property
    def balance_due(self) -> Decimal:
        """Nobody owes anything for what was cancelled."""
        return self.balance_due_without(ZERO)

    def balance_due_without(self, amount) -> Decimal:
        """The balance where so much of what was paid goes back."""
        return ZERO if self.cancelled_at else max(ZERO, self.totals.total - self.paid + amount)

    @property
    def overpaid(self) -> Decimal:
        return max(ZERO, self.paid - self.totals.total)

    @property
    def refund_due(self) -> Decimal:
        """What the shop said that it pays back when it cancelled: with the fees that were paid."""
        is_paid_back = self.cancelled_at and self.money_after_cancel == MoneyAfterCancel.REFUND
        return max(ZERO, self.paid + self.surcharges) if is_paid_back else ZERO

    @property
    def deposit_due(self) -> Decimal:
        """What is to be paid before the shop starts: of the deposit, or of the instalment that is
        due with the order."""
        return max(ZERO, min(self.totals.deposit - self.paid, self.balance_due))

    @property
    def due_purpose(self) -> PaymentPurpose:
        if self.next_instalment:
            return PaymentPurpose.INSTALMENT
        return PaymentPurpose.DEPOSIT if self.deposit_due else PaymentPurpose.BALANCE

    @property
    def amount_due(self) -> Decimal:
        """What Pay Now asks for: the next instalment where there is a plan, the deposit while one
        is due, else the balance."""
        instalment = self.next_instalment
        return instalment.left if instalment else self.deposit_due or self.balance_due

    @property
    def effective_payment_days(self) -> int | None:
        customer = self.customer.payment_days if self.customer else None
        return customer if self.payment_days is None else self.payment_days

    @property
    def payment_due_on(self):
        """The last day to pay what is left, or the next instalment of it: the days to pay run from
        its formal invoice, or from when the order first went out. ``None`` where nothing is left or
        nobody said a day."""
        ordered_on, lasting = self._ordered_on, self.effective_payment_days
        if ordered_on is None or self.cancelled_at or not self.balance_due:
            return None
        instalment = self.next_instalment
        if instalment:
            return instalment.on
        invoice = self.invoices.standing().filter(kind=InvoiceKind.INVOICE).first()
        if invoice is not None and invoice.due_on is not None:
            return invoice.due_on
        return None if lasting is None else ordered_on + timedelta(days=lasting)

    @cached_property
    def has_pending_payment(self) -> bool:
        """The customer has paid and the bank has not answered yet."""
        if self.pk is None or self.is_estimate:
            return False
        return self.payment_attempts.pending().exists()

    @property
    def effective_pays_by(self) -> str:
        customer = self.customer.pays_by if self.customer else ""
        return self.pays_by or customer or PaysBy.ONLINE

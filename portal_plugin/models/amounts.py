"""What a document costs, what was paid, and what is due. Nobody subtracts anywhere else."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from uuid import UUID

from .. import days, instalments
from ..instalments import Instalment
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
from .paid import Paid
from .shop import Invoicing, PortalSettings


@dataclass(frozen=True)
class Planned:
    """One instalment of a document. ``number`` counts from 1; ``on`` is the last day to pay it,
    ``None`` where it has none (yet)."""

    number: int
    terms: Instalment
    amount: Decimal
    left: Decimal
    on: date | None


class Amounts(Paid):
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
        return self.planned_after(self.paid + self.taken_off)

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

    @property
    def balance_due(self) -> Decimal:
        """Nobody owes anything for what was cancelled."""
        return self.balance_due_without(ZERO)

    def balance_due_without(self, amount) -> Decimal:
        """The balance where so much of what was paid goes back, and is owed again."""
        left = self.ledger_sums.without(amount)
        return ZERO if self.cancelled_at else left.due(self.totals.total)

    @property
    def overpaid(self) -> Decimal:
        return self.ledger_sums.overpaid(self.totals.total)

    @property
    def taken_off(self) -> Decimal:
        """What of the total is not to be paid: it was paid back, and is not owed again."""
        return self.ledger_sums.taken_off(self.totals.total) if self.ledger_sums.forgiven else ZERO

    @property
    def price_left(self) -> Decimal:
        """What the whole order costs in the end."""
        return self.totals.total - self.taken_off

    @property
    def listed_taken_off(self) -> Decimal:
        """The same of an order that was read ``with_paid()``, without a look into its ledger."""
        gap = self.listed_total - self.listed_paid - self.listed_balance
        return ZERO if self.cancelled_at else max(ZERO, gap)

    def forgiven_by(self, amount) -> Decimal:
        """How much of ``amount`` is forgiven where it is paid back and not owed again. What is
        paid for an order that was cancelled is owed once it is opened again."""
        sums = self.ledger_sums
        return ZERO if self.cancelled_at else sums.forgiven_by(amount, self.totals.total)

    @property
    def refund_due(self) -> Decimal:
        """What of a cancelled order goes back, with the fees that were paid: all of it where the
        shop said so when it cancelled, else what came only after that."""
        is_all = self.money_after_cancel == MoneyAfterCancel.REFUND
        return max(ZERO, self.paid + self.surcharges) if is_all else self.came_too_late

    @property
    def deposit_due(self) -> Decimal:
        """What is to be paid before the shop starts: of the deposit, or of the instalment that is
        due with the order."""
        settled = self.paid + self.taken_off
        return max(ZERO, min(self.totals.deposit - settled, self.balance_due))

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
    def payment_due_on(self) -> date | None:
        """The last day to pay what is left, or the next instalment of it: the days to pay run from
        the formal invoice that asks for it, or from when the order first went out. ``None`` where
        nothing is left, nobody said a day, or the shop asks once the order is completed."""
        ordered_on = self._ordered_on
        if ordered_on is None or not self.balance_due:
            return None
        instalment = self.next_instalment
        if instalment:
            return instalment.on
        invoice, lasting = self._asking_invoice, self.effective_payment_days
        if invoice is not None and invoice.due_on is not None:
            return invoice.due_on
        if lasting is None or (invoice is None and self._is_invoiced_later):
            return None
        return (invoice.issued_on if invoice else ordered_on) + timedelta(days=lasting)

    @property
    def _asking_invoice(self):
        """The oldest; but that over the deposit asks for nothing more once the deposit is paid."""
        standing = self.invoices.standing()
        if not self.deposit_due:
            standing = standing.exclude(kind=InvoiceKind.DEPOSIT)
        return standing.first()

    @property
    def _is_invoiced_later(self) -> bool:
        is_at_the_end = PortalSettings.of(self.site).invoicing == Invoicing.COMPLETED
        return is_at_the_end and not self.completed_at

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

"""Sums of a ledger as pure functions on plain bookings: what came, what went back, what is left."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from .money import ZERO
from .statuses import LedgerKind

#: Kinds that say how much came. A correction puts right what was typed of a payment.
RECEIVED = frozenset({LedgerKind.PAYMENT, LedgerKind.OFFLINE, LedgerKind.CORRECTION})


@dataclass(frozen=True)
class Booking:
    """``amount`` is positive when money came to the shop. ``about`` is the id of the booking that
    it changes. ``surcharge`` is the part of ``amount`` that was paid on top of the order, as the
    fee of a way of paying.

    ``forgiven`` is what is not owed any more by it, below zero what is owed again: of a refund the
    part that nobody has to pay once more. ``order_total`` is what the order came to then."""

    id: int
    kind: LedgerKind
    amount: Decimal
    about: int | None = None
    surcharge: Decimal = ZERO
    forgiven: Decimal = ZERO
    order_total: Decimal = ZERO

    @property
    def for_order(self) -> Decimal:
        return self.amount - self.surcharge


@dataclass(frozen=True)
class LedgerSums:
    """Of what was paid for the order, without fees of a way of paying. ``kept`` is what is there
    now: ``received`` less ``refunded`` less ``charged_back``. ``surcharges`` are the fees that are
    there. ``forgiven`` is what was paid back and is not owed again; the last of it when the order
    came to ``forgiven_at``."""

    received: Decimal = ZERO
    refunded: Decimal = ZERO
    charged_back: Decimal = ZERO
    surcharges: Decimal = ZERO
    forgiven: Decimal = ZERO
    forgiven_at: Decimal = ZERO

    @property
    def kept(self) -> Decimal:
        return self.received - self.refunded - self.charged_back

    def due(self, total: Decimal) -> Decimal:
        """What is left to pay of an order of ``total``."""
        return max(ZERO, total - self.forgiven - self.kept)

    def overpaid(self, total: Decimal) -> Decimal:
        """What the shop has of it too much. A total that was lowered since says what was forgiven
        once more: nothing is paid too much by that."""
        lowered = max(ZERO, self.forgiven_at - total)
        return max(ZERO, self.kept + max(ZERO, self.forgiven - lowered) - total)

    def taken_off(self, total: Decimal) -> Decimal:
        """What of ``total`` nobody has to pay, so that it is what the shop has, less what it has
        too much, and what is due."""
        return total + self.overpaid(total) - self.kept - self.due(total)

    def without(self, amount: Decimal) -> "LedgerSums":
        """The sums where so much more is paid back, and owed again."""
        return replace(self, refunded=self.refunded + amount)

    def forgiven_by(self, amount: Decimal, total: Decimal) -> Decimal:
        """How much of ``amount`` is forgiven where it is paid back and not owed again: just as much
        as leaves what is due as it was. What was paid too much was never owed."""
        return self.without(amount).due(total) - self.due(total)


def ledger_sums(bookings: Iterable[Booking]) -> LedgerSums:
    """A reversal counts as what it takes back: a refund or a chargeback."""
    rows = list(bookings)
    kinds = {row.id: row.kind for row in rows}
    received = refunded = charged_back = forgiven_at = ZERO
    for row in sorted(rows, key=lambda row: row.id):
        if row.forgiven > 0:
            forgiven_at = row.order_total
        kind = kinds.get(row.about) if row.kind == LedgerKind.REVERSAL else row.kind
        if kind in RECEIVED:
            received += row.for_order
        elif kind == LedgerKind.REFUND:
            refunded -= row.for_order
        elif kind == LedgerKind.CHARGEBACK:
            charged_back -= row.for_order
    surcharges = sum((row.surcharge for row in rows), ZERO)
    forgiven = sum((row.forgiven for row in rows), ZERO)
    return LedgerSums(received, refunded, charged_back, surcharges, forgiven, forgiven_at)


def amount_of(payment: int, bookings: Iterable[Booking]) -> Decimal:
    """What came with one payment, as it was put right since."""
    rows = list(bookings)
    corrections = [r for r in rows if r.about == payment and r.kind == LedgerKind.CORRECTION]
    own = [r for r in rows if r.id == payment]
    return sum((row.amount for row in own + corrections), ZERO)


def amounts_around(
    correction: int, payment: int, bookings: Iterable[Booking]
) -> tuple[Decimal, Decimal]:
    """What came with a payment as it was said before one of its corrections, and by it."""
    until = [row for row in bookings if row.id <= correction]
    before = [row for row in until if row.id != correction]
    return amount_of(payment, before), amount_of(payment, until)


def left_of(payment: int, bookings: Iterable[Booking]) -> Decimal:
    """What is there of one payment: itself, and everything that changed it. With its fee."""
    return sum((row.amount for row in _of(payment, bookings)), ZERO)


def forgiven_of(refund: int, bookings: Iterable[Booking]) -> Decimal:
    """What is not owed any more because of one refund, by all that was said of it since."""
    return sum((row.forgiven for row in _of(refund, bookings)), ZERO)


def owed_of(refund: int, bookings: Iterable[Booking]) -> Decimal:
    """What one refund took out of what was paid for the order, and did not forgive."""
    rows = _of(refund, bookings)
    return -sum((row.for_order + row.forgiven for row in rows), ZERO)


def surcharge_in(amount: Decimal, payment: int, bookings: Iterable[Booking]) -> Decimal:
    """How much of ``amount`` is of the payment's fee, where so much of it goes back; below zero
    where a negative ``amount`` comes back. What was paid for the order goes first: whoever gets all
    of it back gets the fee back, too. So the fee that is there is told by what is left of the
    payment, in whatever order that went and came."""
    rows = _of(payment, bookings)
    fee = sum((row.surcharge for row in rows if row.id == payment), ZERO)
    there = sum((row.surcharge for row in rows), ZERO)
    left = sum((row.amount for row in rows), ZERO) - amount
    return there - min(fee, max(ZERO, left))


def _of(payment: int, bookings: Iterable[Booking]) -> list[Booking]:
    rows = list(bookings)
    wanted = {payment}
    while more := {row.id for row in rows if row.about in wanted} - wanted:
        wanted |= more
    return [row for row in rows if row.id in wanted]

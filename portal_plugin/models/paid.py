"""What came for a document and what went back, as its ledger says. Nobody adds it up elsewhere."""

from decimal import Decimal
from functools import cache, cached_property

from django.db import models

from ..ledger import (
    LedgerSums,
    amount_of,
    amounts_around,
    forgiven_of,
    ledger_sums,
    left_of,
    owed_of,
    surcharge_in,
)
from ..money import ZERO
from ..statuses import LedgerKind
from .prepared import Prepared


class Paid:
    """All amounts are ``Decimal`` in the document's currency."""

    @cached_property
    def bookings(self) -> list:
        """The ledger's entries, newest first; only orders have any."""
        return [] if self.pk is None or self.is_estimate else _ledgers().rows(self.pk)

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

    def is_too_late(self, entry) -> bool:
        """Whether it is a payment that came when the order was cancelled already: a direct debit
        takes days, and a card may be confirmed in the same moment."""
        is_payment, cancelled_at = entry.kind == LedgerKind.PAYMENT, self.cancelled_at
        return bool(is_payment and cancelled_at and entry.created_at > cancelled_at)

    @property
    def came_too_late(self) -> Decimal:
        """What is there of such payments, with their fees."""
        late = [entry for entry in self.bookings if self.is_too_late(entry)]
        left = [left_of(entry.pk, self.plain_bookings) for entry in late]
        return sum((max(ZERO, amount) for amount in left), ZERO)

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

    def forgiven_of(self, refund) -> Decimal:
        """What is not owed any more because of one refund."""
        return forgiven_of(refund.pk, self.plain_bookings)

    def forgivable_of(self, refund) -> Decimal:
        """What of one refund is owed still, and could be forgiven."""
        return max(ZERO, min(owed_of(refund.pk, self.plain_bookings), self.balance_due))


@cache
def _ledgers():
    from .payments import LedgerEntry

    return Prepared(LedgerEntry.objects.all(), "document", 0)

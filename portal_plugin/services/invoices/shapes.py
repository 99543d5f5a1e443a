"""An invoice before it has a number: its rows, what is added to them, and what they come to."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ...money import ZERO
from ...shares import net_of, tax_of, worth
from ...statuses import InvoiceKind
from ...totals import TaxBand


@dataclass(frozen=True)
class Row:
    """One line of an invoice. ``amount`` is on the footing of the document's prices. An item of the
    order has its ``key``, and is ``charged`` with its part of the invoice: net and tax less their
    share of the discount on the whole. ``price`` is that of one of ``count``, where it is without
    tax; ``taken_off`` is the row's own discount."""

    name: str
    amount: Decimal
    rate: Decimal
    category: str
    net: Decimal
    tax: Decimal
    description: str = ""
    quantity: str = ""
    unit: str = ""
    unit_price: str = ""
    discount: str = ""
    key: str = ""
    charged: TaxBand | None = None
    count: Decimal = Decimal(1)
    price: Decimal | None = None
    taken_off: Decimal = ZERO


@dataclass(frozen=True)
class Adjustment:
    """What is added to the rows, or below zero taken off them, in one band of tax. ``kind``:
    discount, shipping or deposit."""

    kind: str
    label: str
    band: TaxBand


@dataclass(frozen=True)
class Draft:
    """An invoice before it has a number. ``sums`` are the labelled amounts between the rows and the
    total; ``bands`` and ``rounding`` make the total, and rows and ``adjustments`` the bands.
    ``paid`` is shown where there is any. ``keys`` are of the items that a credit note takes back,
    ``deposits`` the invoices that were taken off."""

    kind: InvoiceKind
    rows: Sequence[Row]
    bands: Sequence[TaxBand]
    rounding: Decimal = ZERO
    sums: Sequence[tuple[str, str, Decimal]] = ()
    paid: Decimal = ZERO
    order_total: Decimal = ZERO
    adjustments: Sequence[Adjustment] = ()
    deposits: Sequence[Any] = ()
    refers_to: Any = None
    reason: str = ""
    keys: Collection[str] = ()

    @property
    def net(self) -> Decimal:
        return net_of(self.bands)

    @property
    def tax(self) -> Decimal:
        return tax_of(self.bands)

    @property
    def total(self) -> Decimal:
        return worth(self.bands) + self.rounding

    @property
    def left(self) -> Decimal:
        """To be paid; below zero where more was paid."""
        return self.total - self.paid

    @property
    def covered(self) -> Decimal:
        """What of the order's total was paid, or is asked for by its deposit invoices."""
        return self.order_total - self.left

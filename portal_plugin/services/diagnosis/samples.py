"""A document that is in no database, to try a page, a PDF and an email on."""

from decimal import Decimal
from typing import Any

from ...models import Customer, Estimate, LineItem, PortalSettings
from ..presentation.shop import document_language


def sample(site: Any) -> Estimate:
    """Two items with tax, and words that need the usual fonts. Never saved."""
    shop = PortalSettings.of(site)
    document: Any = Estimate(
        site=site,
        customer=Customer(site=site, name="Kim Sample", address="Sample Street 1\n12345 Sample"),
        language=document_language(shop.language),
        currency=shop.currency,
        title="Sample",
    )
    document.line_items = [
        LineItem(name=f"Sample item {number}", quantity=Decimal(number), unit_price=Decimal("9.50"))
        for number in (1, 2)
    ]
    return document

"""What a document came to when something was decided.

A version knows its staff's selection; the customer may have chosen otherwise since it went out.
"""

import json
from decimal import Decimal
from typing import Any
from uuid import UUID

from ...models import Choice, DocumentVersion, LineItem, SalesDocument, Submission
from ...models.choices import newest_of

OF_DOCUMENT = ("discount_percent", "discount_amount", "shipping_amount", "shipping_tax_rate")
OF_ITEM = ("quantity", "unit_price", "discount_percent", "discount_amount", "tax_rate")


def total_then(version: DocumentVersion, submission: Submission) -> Decimal:
    """Of ``version``, with the options that were chosen by the time of ``submission``."""
    content = json.loads(version.content)
    if not any(row["is_optional"] or row.get("one_of") for row in content["items"]):
        return version.total
    made = Choice.objects.of_thread(submission.document).filter(submission__lt=submission.pk)
    chosen = newest_of(made.order_by("pk"))
    if not chosen:
        return version.total
    document: Any = SalesDocument(
        kind=content["kind"],
        currency=content["currency"],
        shipping_includes_tax=content["shipping_includes_tax"],
        rounding_unit=Decimal(content.get("rounding_unit", 0)),
        **_numbers(content, OF_DOCUMENT),
    )
    document.lines, document.chosen = [_item(row) for row in content["items"]], chosen
    total: Decimal = document.totals_without(()).total
    return total


def _item(row: dict[str, Any]) -> LineItem:
    return LineItem(
        key=UUID(row["key"]),
        tax_category=row["tax_category"],
        price_includes_tax=row["price_includes_tax"],
        is_optional=row["is_optional"],
        is_selected=row["is_selected"],
        alternative_group=row.get("one_of", ""),
        **_numbers(row, OF_ITEM),
    )


def _numbers(row: dict[str, Any], names: tuple[str, ...]) -> dict[str, Decimal]:
    return {name: Decimal(row[name]) for name in names}

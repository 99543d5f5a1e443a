"""What Stripe and our rows do not say alike: kept for a person to look at, once each."""

import logging
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from ...models import Discrepancy, PaymentAttempt, SalesDocument
from ...models.documents import lock
from ...statuses import AMOUNT_DIFFERS, AttemptState, DiscrepancyKind

logger = logging.getLogger(__name__)


def note(
    kind: DiscrepancyKind,
    *,
    account: str,
    stripe_object: str,
    amount: Decimal,
    currency: str,
    document: SalesDocument | None = None,
) -> bool:
    """Whether it is new. One that a person has closed stays closed."""
    _row, is_new = Discrepancy.objects.get_or_create(
        account=account,
        kind=kind,
        stripe_object=stripe_object,
        defaults={
            "amount": amount,
            "currency": currency,
            "document_id": document.pk if document else None,
        },
    )
    if is_new:
        logger.error("Nobody can explain %s of account %r: %s", stripe_object, account, kind)
    return is_new


def close(row: Discrepancy, *, user: Any = None, reason: str = "") -> None:
    """Somebody has looked at it. A second time changes nothing.

    The payment of another amount that kept its order from being paid does so no more: what came is
    written down by hand, and the customer pays what is left."""
    now = timezone.now()
    with transaction.atomic():
        if row.document:
            lock(row.document)
        Discrepancy.objects.open().filter(pk=row.pk).update(
            closed_at=now, closed_by=user, note=reason
        )
        PaymentAttempt.objects.pending().filter(
            payment_intent=row.stripe_object, failure_code=AMOUNT_DIFFERS
        ).update(state=AttemptState.CANCELLED, ended_at=now)

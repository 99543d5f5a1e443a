"""What the lists in the admin show of a document, kept beside it so that lists stay flat."""

from django.utils import timezone

from ..models import SalesDocument


def refresh(document: SalesDocument) -> None:
    """Write the caches anew. Called under the document's lock, after whatever changed it."""
    fresh = type(document).objects.get(pk=document.pk)
    turn = fresh.whose_turn
    values = {
        "listed_state": fresh.state,
        "listed_total": fresh.totals.total,
        "listed_balance": fresh.balance_due if fresh.is_order else 0,
        "listed_deposit_due": fresh.deposit_due if fresh.is_order else 0,
        "listed_due_on": fresh.payment_due_on,
        "waiting_for": turn,
    }
    if turn != fresh.waiting_for or fresh.waiting_since is None:
        values["waiting_since"] = timezone.now()
    SalesDocument.objects.filter(pk=fresh.pk).update(**values)

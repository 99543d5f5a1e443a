"""Which items of a document stay, because a customer decided on them or paid for them."""

from uuid import UUID

from django.utils.translation import gettext as _

from ..models import SalesDocument


def kept_items(document: SalesDocument, left_out: set[UUID]) -> dict[UUID, str]:
    """Those ``left_out`` that cannot be: key to a sentence that says why. ``document`` is
    as it is in the database."""
    if document.current_version_id is None or not left_out:
        return {}
    decided = {
        key for key, item in document.standing.items.items() if item.decision or item.approvals
    }
    is_paid = document.is_order and (bool(document.paid) or document.has_pending_payment)
    found = {}
    for item in document.lines:
        if item.key not in left_out:
            continue
        if item.key in decided:
            text = _(
                "“%(name)s” stays: the customer decided on it. First take the decision back, "
                "on the overview."
            )
        elif is_paid:
            text = _("“%(name)s” stays: it is part of what was paid. First refund the payment.")
        else:
            continue
        found[item.key] = text % {"name": item.name}
    return found

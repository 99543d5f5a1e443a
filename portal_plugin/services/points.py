"""Points of a change request: ticked off one by one. Ticks answer nothing by themselves."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ..canonical import canonical_bytes, digest
from ..exceptions import NotAvailable
from ..models import ChangeRequest, ProofPin
from ..models.documents import lock
from . import activity, listing


def tick(pin: ProofPin, user: Any, *, is_done: bool = True) -> ProofPin:
    """Done, or to be done after all. A second time changes nothing.

    Raises ``NotAvailable`` once the request is closed: the customer was told how it stood.
    """
    with transaction.atomic():
        fresh = lock(pin.change_request.document)
        row = ProofPin.objects.select_related("change_request").get(pk=pin.pk)
        if not row.change_request.is_open:
            raise NotAvailable(_("This change request is closed already."))
        if row.is_done == is_done:
            return row
        row.done_at = timezone.now() if is_done else None
        row.done_by = user if is_done else None
        row.save(update_fields=["done_at", "done_by"])
        facts = {"change_request": row.change_request.number, "point": row.position}
        activity.record(fresh, "point_done" if is_done else "point_open", staff=user, data=facts)
        listing.refresh(fresh)
    return row


def asked(request: ChangeRequest) -> str:
    """Digest of the text and the points of a request, as its customer sent them."""
    return digest(canonical(request))


def canonical(request: ChangeRequest) -> bytes:
    rows = request.pins.select_related("proof_version").order_by("position")
    return canonical_bytes(
        {
            "number": request.number,
            "item": str(request.item_key or ""),
            "text": request.text,
            "points": [
                {
                    "position": pin.position,
                    "proof": str(pin.proof_version.public_id),
                    "page": pin.page,
                    "x": pin.x,
                    "y": pin.y,
                    "text": pin.text,
                }
                for pin in rows
            ],
        }
    )


def tally(requests: Iterable[ChangeRequest]) -> dict[str, int]:
    """What an email says of them: how many ``points`` they have, and ``points_done`` of those.
    Empty where they have none."""
    pins = ProofPin.objects.filter(change_request__in=list(requests))
    count = pins.count()
    return {"points": count, "points_done": pins.done().count()} if count else {}

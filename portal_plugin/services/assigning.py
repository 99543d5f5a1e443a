"""Who of the staff looks after a document; they get the emails about what its customer does."""

from typing import Any

from django.db import transaction

from ..models import SalesDocument
from ..models.documents import lock
from . import activity


def assign(document: SalesDocument, person: Any, user: Any = None) -> None:
    """``person`` is a user, or ``None``: then the shop's mailbox is written to."""
    with transaction.atomic():
        fresh = lock(document)
        SalesDocument.objects.filter(pk=fresh.pk).update(responsible=person)
        data = {"responsible": str(person.pk) if person else None}
        activity.record(fresh, "responsible", staff=user, data=data)

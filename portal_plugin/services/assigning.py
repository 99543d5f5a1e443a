"""Who of the staff looks after a document; they get the emails about what its customer does."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from ..exceptions import NotAvailable
from ..models import SalesDocument
from ..models.documents import lock
from . import activity


def assign(document: SalesDocument, person: Any, user: Any = None) -> None:
    """``person`` is a user, or ``None``: then the shop's mailbox is written to. Whoever looks after
    it already is no change."""
    if person is not None and not person.is_active:
        raise NotAvailable(_("This person cannot sign in any more."))
    with transaction.atomic():
        fresh = lock(document)
        if fresh.is_sample:
            raise NotAvailable(_("A sample stays with whoever made it."))
        if fresh.responsible_id == (person.pk if person else None):
            return
        SalesDocument.objects.filter(pk=fresh.pk).update(responsible=person)
        data = {"responsible": str(person.pk) if person else None}
        activity.record(fresh, "responsible", staff=user, data=data)

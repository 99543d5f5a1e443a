"""Customers' files that a shop does not keep any longer than it has to.

Off unless the shop says how many months. What was agreed stays: proofs, decisions, PDFs, and of
each file its row with its name and hash, so that the history goes on being valid.
"""

import logging
from functools import partial
from typing import Any

from django.db import models, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from .. import days
from ..models import (
    Activity,
    Attachment,
    Order,
    PortalSettings,
    Preview,
    ProofVersion,
    SalesDocument,
)
from ..models.documents import lock
from ..models.storage import troubles
from . import activity, quotas

logger = logging.getLogger(__name__)


def all_due() -> list[int]:
    """Ids of the files of every site, the oldest of each first."""
    shops = PortalSettings.objects.exclude(files_kept_months=None)
    return [pk for shop in shops for pk in _due(shop).values_list("pk", flat=True)]


def percent(count: int) -> int:
    """How much that is, rounded up, of all files of customers that are kept, of shops that say for
    how long."""
    shops = PortalSettings.objects.exclude(files_kept_months=None).values("site")
    kept = Attachment.objects.filter(document__site__in=shops, link__isnull=False)
    return -(-100 * count // max(kept.exclude(file="").count(), count, 1))


def _due(shop: PortalSettings) -> models.QuerySet[Attachment]:
    """Files of the site's customers on documents that are over: no order of the family is open, and
    for so many months nothing has happened to any of it. Those that staff took out of sight, too.
    """
    if not shop.files_kept_months:
        return Attachment.objects.none()
    since = timezone.now() - shop.files_kept_months * days.MONTH
    family = OuterRef("document__family")
    is_open = Order.objects.filter(completed_at=None, cancelled_at=None, family=family)
    happened = Activity.objects.noteworthy().filter(document__family=family, created_at__gte=since)
    sent = Attachment.objects.filter(document__site=shop.site_id, link__isnull=False)
    over = sent.filter(~Exists(is_open), ~Exists(happened.exclude(verb="file_removed")))
    return over.exclude(file="").order_by("pk")


def remove(pk: int) -> bool:
    """The bytes go after the commit, with the pictures that nobody else's file shows. ``False``,
    with nothing done, where it is gone, or not due any more: its order was opened again since the
    files were counted, or somebody wrote."""
    known = Attachment.objects.get(pk=pk)
    with transaction.atomic():
        _lock_family(known.document)
        document = lock(known.document)
        row = _due(PortalSettings.of(document.site)).filter(pk=pk).first()
        if row is None:
            return False
        transaction.on_commit(partial(_delete, row.file.storage, str(row.file)), robust=True)
        if row.removed_at is None:
            row.removed_at = timezone.now()
            quotas.give_back(document, row.size)
        row.file = ""
        row.save(update_fields=["removed_at", "file"])
        _remove_pictures(row.digest)
        facts = {"file": str(row.public_id), "sha256": row.digest}
        activity.record(document, "file_removed", data=facts)
    return True


def _lock_family(document: SalesDocument) -> None:
    """What happens to any of them keeps the file. The oldest first, as whatever locks two."""
    family = SalesDocument.objects.filter(family=document.family).order_by("pk")
    list(family.select_for_update().values_list("pk"))


def _remove_pictures(digest: str) -> None:
    others = Attachment.objects.filter(digest=digest).exclude(file="")
    if others.exists() or ProofVersion.objects.filter(digest=digest).exists():
        return
    for picture in Preview.objects.filter(digest=digest):
        if picture.file:
            transaction.on_commit(
                partial(_delete, picture.file.storage, str(picture.file)), robust=True
            )
        picture.delete()


def _delete(storage: Any, name: str | None) -> None:
    """What a storage that is away keeps is nobody's then, and found by the same command."""
    try:
        storage.delete(name)
    except troubles():
        logger.exception("A file that is not kept any longer could not be deleted: %s", name)

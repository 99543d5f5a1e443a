"""Files in the private storage that no row names: of uploads whose process was killed before its
row, of drafts that were pruned. Nothing else is touched: only names that we give are looked at.
"""

import logging
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path

from django.apps import apps
from django.db import models, transaction
from django.utils import timezone

from ..conf import conf
from ..models import SiteStorage, UploadInProgress
from ..models.storage import private_name, private_storage, staging_folder, troubles
from . import quotas, work

logger = logging.getLogger(__name__)

#: Younger ones may belong to a transaction that is still under way.
AGE = timedelta(days=1)
OURS = re.compile(r"[0-9a-f]{32}(_\w+)?")
STAGED = re.compile(r"[0-9a-f]{32}(-[0-9a-f]{8}\.going)?")
#: Folders that files of ours lie in; a bucket may hold others' files beside them.
TOPS = frozenset({"files", "proofs", "previews", "pdfs"})
AT_ONCE = 500


@dataclass
class Found:
    """``stored`` are names in the private storage, ``staged`` paths; ``looked_at`` counts all."""

    looked_at: int = 0
    stored: list[str] = field(default_factory=list)
    staged: list[Path] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.stored) + len(self.staged)

    @property
    def percent(self) -> float:
        """How much of what is stored they are. What is staged is nobody's file yet."""
        return 100 * len(self.stored) / self.looked_at if self.looked_at else 0.0


def find() -> Found:
    """Reads only. Memory holds the orphans' names and those of one folder. Where time is over not
    all are found."""
    found = Found()
    before = timezone.now() - AGE
    for names in _batches(_names("")):
        if not work.time_left():
            break
        found.looked_at += len(names)
        found.stored += [name for name in _unnamed(names) if _is_older(name, before)]
    found.staged = list(_staged(before))
    return found


def remove(found: Found) -> int:
    """Delete them, each after one more look whether a row names it by now. Returns how many. One
    that cannot be deleted, such as somebody else's on this machine, keeps none of the others."""
    gone = 0
    for names in _batches(found.stored):
        for name in _unnamed(names):
            if not work.time_left():
                return gone
            gone += _is_gone(name, partial(private_storage().delete, name))
    for path in found.staged:
        gone += _is_gone(path, partial(path.unlink, missing_ok=True))
    return gone


def _is_gone(name: object, delete: Callable[[], None]) -> bool:
    try:
        delete()
    except troubles():
        logger.exception("A file that nobody needs could not be deleted: %s", name)
        return False
    return True


def recount() -> None:
    """Each site's counter as its rows have it; without a limit there is none."""
    if not conf.upload_site_quota_bytes:
        SiteStorage.objects.all().delete()
        return
    for row in SiteStorage.objects.all():
        with transaction.atomic():
            locked = SiteStorage.objects.select_for_update().get(pk=row.pk)
            locked.used_bytes = quotas.used_by_site(locked.site_id)
            locked.save(update_fields=["used_bytes"])


def _batches(names: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(names)
    while batch := list(islice(rest, AT_ONCE)):
        yield batch


def _fields() -> Iterator[models.FileField]:
    for model in apps.get_models():
        for one in model._meta.get_fields():
            if isinstance(one, models.FileField) and one.upload_to is private_name:
                yield one


def _unnamed(names: Iterable[str]) -> list[str]:
    left = list(names)
    for one in _fields():
        lookup = {f"{one.name}__in": left}
        rows = one.model._default_manager.filter(**lookup)
        known = set(rows.values_list(one.name, flat=True))
        left = [name for name in left if name not in known]
    return left


def _names(folder: str) -> Iterator[str]:
    """Every file of ours below a folder of the storage."""
    with suppress(FileNotFoundError):
        folders, files = private_storage().listdir(folder)
        for name in files:
            if folder and OURS.fullmatch(name):
                yield f"{folder}/{name}"
        for name in folders:
            if folder or name in TOPS:
                yield from _names(f"{folder}/{name}" if folder else name)


def _is_older(name: str, before: datetime) -> bool:
    try:
        moment = private_storage().get_modified_time(name)
    except FileNotFoundError:
        return False
    return (moment if timezone.is_aware(moment) else moment.replace(tzinfo=UTC)) < before


def _staged(before: datetime) -> Iterator[Path]:
    """Pieces without an upload: one that is under way is looked after by its own row."""
    with suppress(FileNotFoundError):
        for path in staging_folder().iterdir():
            if not STAGED.fullmatch(path.name) or path.stat().st_mtime > before.timestamp():
                continue
            is_known = UploadInProgress.objects.filter(public_id=path.name[:32]).exists()
            if not is_known or len(path.name) > len("0" * 32):
                yield path

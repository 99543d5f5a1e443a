"""Numbers of documents: given once, at the first publish, without gaps or doubles."""

import itertools
import string
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from .. import days
from ..models import NumberSequence, PortalSettings, SalesDocument
from ..statuses import DocumentKind

#: The counter of samples: its row is only locked, so that two get no number of one another.
SAMPLE = "sample"
FIELDS = {"year", "month", "number"}


def next_number(document: SalesDocument) -> str:
    """Take the next number of the document's site and kind.

    Runs inside the publishing transaction: a rollback gives the number back. The counter row is
    locked after the document's, never before. A sample takes none of them.
    """
    if document.is_sample:
        return _sample_number(document)
    shop = PortalSettings.of(document.site)
    is_estimate = document.kind == DocumentKind.ESTIMATE
    pattern = shop.estimate_pattern if is_estimate else shop.order_pattern
    today = days.today()
    sequence = locked_sequence(document.site, document.kind, period_of(pattern, today))
    while True:
        text = pattern.format(
            year=today.year, month=f"{today.month:02}", number=sequence.next_number
        )
        sequence.next_number += 1
        if not _is_taken(document, text):
            break
    sequence.save(update_fields=["next_number"])
    return text


def _sample_number(document: SalesDocument) -> str:
    """The first that is free, in the document's language: what was thrown away is used again."""
    locked_sequence(document.site, SAMPLE, "")
    with translation.override(document.language or None):
        texts = (_("Sample %(number)s") % {"number": number} for number in itertools.count(1))
        return next(text for text in texts if not _is_taken(document, text))


def period_of(pattern: str, today: Any) -> str:
    """Counting starts anew each year only where the year is part of the number."""
    return str(today.year) if "{year}" in pattern else ""


def locked_sequence(site: Any, kind: str, period: str) -> NumberSequence:
    key = {"site": site, "kind": kind, "period": period}
    if not NumberSequence.objects.filter(**key).exists():
        try:
            with transaction.atomic():
                NumberSequence.objects.create(**key)
        except IntegrityError:
            pass  # another publish made the row first; the lock below waits for it
    return NumberSequence.objects.select_for_update().get(**key)


def pattern_error(pattern: str) -> str | None:
    """The unknown placeholder of a number pattern, or ``"number"`` where that one is missing."""
    try:
        names = [
            (name, spec)
            for _text, name, spec, _conversion in string.Formatter().parse(pattern)
            if name
        ]
        pattern.format(year=2000, month="01", number=1)
    except (ValueError, KeyError, IndexError, AttributeError):
        return pattern
    unknown = [name for name, _spec in names if name not in FIELDS]
    if unknown:
        return unknown[0]
    return None if "number" in [name for name, _spec in names] else "number"


def _is_taken(document: SalesDocument, text: str) -> bool:
    same = SalesDocument.objects.filter(site=document.site, kind=document.kind, number=text)
    return same.exclude(pk=document.pk).exists()

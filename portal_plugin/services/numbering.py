"""Numbers of documents: given once, at the first publish, without gaps or doubles."""

import itertools
import re
import string
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from .. import days
from ..models import Invoice, NumberSequence, PortalSettings, SalesDocument
from ..statuses import DocumentKind

#: The counter of samples: its row is only locked, so that two get no number of one another.
SAMPLE = "sample"
FIELDS = {"year", "month", "number"}
#: How a number may be written: filled up with zeros or spaces to so many digits.
WIDTH = re.compile("0?[1-9]|0?1[0-2]")
#: Letters of a number when counting begins; its column has room for nine more digits.
LONGEST = 50
#: Kinds of sequences beside those of documents.
INVOICES, CREDIT_NOTES = "invoice", "credit_note"
#: Kind of a sequence to the setting that has its pattern.
PATTERNS = {
    DocumentKind.ESTIMATE.value: "estimate_pattern",
    DocumentKind.ORDER.value: "order_pattern",
    INVOICES: "invoice_pattern",
    CREDIT_NOTES: "credit_note_pattern",
}


def next_number(document: SalesDocument) -> str:
    """Take the next number of the document's site and kind.

    Runs inside the publishing transaction: a rollback gives the number back. The counter row is
    locked after the document's, never before. A sample takes none of them.
    """
    if document.is_sample:
        return _sample_number(document)
    same = SalesDocument.objects.filter(site=document.site, kind=document.kind)
    return _take(document.site, document.kind, same.exclude(pk=document.pk), days.today())


def next_invoice_number(site: Any, series: str, day: date) -> str:
    """Take the next number of ``INVOICES`` or ``CREDIT_NOTES``, in the transaction that issues.
    Without a gap; a number that stands on another paper of the site is passed over. ``day`` is the
    one that stands beside it: whoever waits for the counter over midnight has that of before."""
    return _take(site, series, Invoice.objects.filter(site=site), day)


def _take(site: Any, kind: str, others: QuerySet, today: date) -> str:
    pattern = getattr(PortalSettings.of(site), PATTERNS[kind])
    sequence = locked_sequence(site, kind, period_of(pattern, today))
    while True:
        text = pattern.format(
            year=today.year, month=f"{today.month:02}", number=sequence.next_number
        )
        sequence.next_number += 1
        if not others.filter(number=text).exists():
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
    """The part of a number pattern that means nothing, or ``"number"`` where that one is missing.
    The whole pattern where no number can be made of it, or one that is too long to be kept.

    It is parsed before it is tried: a width without end would fill the memory already here.
    """
    try:
        parts = [part for part in string.Formatter().parse(pattern) if part[1] is not None]
    except ValueError:
        return pattern
    if unknown := next(filter(None, map(_field_error, parts)), None):
        return unknown
    if len(pattern.format(year=2000, month="01", number=1)) > LONGEST:
        return pattern
    return None if "number" in [name for _text, name, _spec, _conversion in parts] else "number"


def _field_error(part: tuple) -> str | None:
    _text, name, spec, conversion = part
    if name not in FIELDS:
        return name or "{}"
    if conversion:
        return f"{name}!{conversion}"
    if spec and not (name == "number" and WIDTH.fullmatch(spec)):
        return f"{name}:{spec}"
    return None


def _is_taken(document: SalesDocument, text: str) -> bool:
    same = SalesDocument.objects.filter(site=document.site, kind=document.kind, number=text)
    return same.exclude(pk=document.pk).exists()

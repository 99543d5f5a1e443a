"""Work that waits longer than it should: somebody has to work it off."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Min, Q, QuerySet
from django.utils import timezone

from ...models import Attachment, OutgoingEmail, ProofVersion, RenderedPdf, StripeEvent
from ...statuses import EmailState, FileCheckState, WorkState
from .. import outbox
from .findings import Finding, error, fine, warning

PATIENCE = timedelta(minutes=10)
RECENT = timedelta(days=7)
#: With its settings: cron knows nothing of the web server's environment.
CRON = (
    "* * * * * /path/to/venv/bin/python /path/to/manage.py portal_sweep"
    " --settings=mysite.settings.production"
)


def examine() -> Iterator[Finding]:
    found = [*_waiting(), *_given_up(), *_unchecked(), *_unbooked()]
    yield from found
    if not found:
        yield fine("No email, PDF, file or payment is left waiting.")


def _waiting() -> Iterator[Finding]:
    late = timezone.now() - PATIENCE
    due = Q(state=EmailState.WAITING, not_before__lt=late)
    held = Q(state=EmailState.SENDING, lease_until__lt=late)
    # Not those behind one that is tried again later: they go out in order, and no cron is missing.
    emails = outbox.due().filter(due | held)
    if count := emails.count():
        yield error(
            f"{count} emails wait since {_since(emails, 'not_before')}.",
            f"Is the cron line of portal_sweep there? {CRON}",
        )
    pdfs = RenderedPdf.objects.filter(state=WorkState.WAITING, created_at__lt=late)
    if count := pdfs.filter(Q(lease_until=None) | Q(lease_until__lt=late)).count():
        yield warning(
            f"{count} PDFs wait since {_since(pdfs, 'created_at')}.",
            f"Is the cron line of portal_sweep there? {CRON}",
        )


def _given_up() -> Iterator[Finding]:
    recent = timezone.now() - RECENT
    parked = OutgoingEmail.objects.filter(state=EmailState.PARKED, created_at__gt=recent)
    newest = parked.order_by("-pk").first()
    if newest:
        yield warning(
            f"{parked.count()} emails of the last week could not be sent; the newest because:"
            f" {newest.error}",
            "Correct the address or the mail settings, and send them again from the document.",
        )
    failed = RenderedPdf.objects.filter(state=WorkState.FAILED, created_at__gt=recent)
    failure = failed.order_by("-pk").first()
    if failure:
        yield warning(
            f"{failed.count()} PDFs of the last week could not be made; the newest because:"
            f" {failure.error}",
            "Mend the cause; whoever asks for the PDF an hour later has it made anew.",
        )


def _unchecked() -> Iterator[Finding]:
    late = timezone.now() - PATIENCE
    count = sum(
        model.objects.filter(check_state=FileCheckState.WAITING, created_at__lt=late).count()
        for model in (Attachment, ProofVersion)
    )
    if count:
        yield warning(
            f"{count} files wait for their virus check, and are given to nobody until then.",
            f"Is the scanner running, and the cron line of portal_sweep there? {CRON}",
        )


def _unbooked() -> Iterator[Finding]:
    late = timezone.now() - PATIENCE
    events = StripeEvent.objects.filter(handled_at=None, received_at__lt=late)
    if count := events.count():
        yield error(
            f"{count} messages of Stripe since {_since(events, 'received_at')} are not booked yet.",
            f"Is the cron line of portal_sweep there? The log says why they failed. {CRON}",
        )


def _since(rows: QuerySet[Any], field: str) -> str:
    oldest: datetime = rows.aggregate(oldest=Min(field))["oldest"]
    return timezone.localtime(oldest).strftime("%Y-%m-%d %H:%M")

"""The PDF that goes along with an email, if it is there in time."""

from datetime import timedelta

from django.utils import timezone

from ..gateways.mailer import Attached, one_line
from ..models import OutgoingEmail, RenderedPdf
from ..statuses import WorkState
from . import mail_jobs, pdfs
from .mail_words import document_name

LOOK_AGAIN = timedelta(seconds=15)
PATIENCE = timedelta(minutes=3)
#: Bytes. Many mail servers refuse what is larger; the link shows the same PDF.
SIZE_LIMIT = 10 * 1024 * 1024


def is_pending(email: OutgoingEmail) -> bool:
    """The PDF is being made, and the email is young enough to wait for it."""
    if not email.attaches_pdf or email.document is None:
        return False
    if timezone.now() - email.created_at > PATIENCE:
        return False
    document = mail_jobs.shown_document(email.document)
    if pdfs.ask_for(document) is not None:
        return False
    unfinished = [WorkState.WAITING, WorkState.RUNNING]
    return RenderedPdf.objects.filter(document=document.pk, state__in=unfinished).exists()


def of(email: OutgoingEmail) -> list[Attached]:
    """The current PDF, or nothing. One that was sent is kept like one that was shown."""
    if not email.attaches_pdf or email.document is None:
        return []
    document = mail_jobs.shown_document(email.document)
    pdf = pdfs.current(document)
    stored = pdfs.hand_out(pdf) if pdf is not None else None
    if stored is None:
        return []
    with stored:
        if stored.size > SIZE_LIMIT:
            return []
        name = one_line(document_name(document)).replace("/", "-")
        return [Attached(f"{name}.pdf", stored.read(), "application/pdf")]

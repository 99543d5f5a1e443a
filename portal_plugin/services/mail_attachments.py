"""The PDF that goes along with an email, if it is there in time."""

from datetime import timedelta

from django.utils import timezone

from ..gateways.mailer import Attached, one_line
from ..models import Invoice, OutgoingEmail, RenderedPdf
from ..statuses import WorkState
from . import invoice_paper, mail_jobs, pdfs
from .mail_words import document_name

UNFINISHED = (WorkState.WAITING, WorkState.RUNNING)
LOOK_AGAIN = timedelta(seconds=15)
PATIENCE = timedelta(minutes=3)
#: Bytes. Many mail servers refuse what is larger; the link shows the same PDF.
SIZE_LIMIT = 10 * 1024 * 1024


def is_pending(email: OutgoingEmail) -> bool:
    """The PDF is being made, and the email is young enough to wait for it."""
    if timezone.now() - email.created_at > PATIENCE:
        return False
    if any(invoice.pdf.state in UNFINISHED for invoice in _invoices(email)):
        return True
    if not email.attaches_pdf or email.document is None:
        return False
    document = mail_jobs.shown_document(email.document)
    if pdfs.ask_for(document) is not None:
        return False
    return RenderedPdf.objects.filter(document=document.pk, state__in=UNFINISHED).exists()


def of(email: OutgoingEmail) -> list[Attached]:
    """The invoices that it brings, and the current PDF where it is to come along. One that was
    sent is kept like one that was shown."""
    invoices = [
        attached
        for invoice in _invoices(email)
        if (attached := _attached(invoice.pdf, invoice_paper.file_name(invoice)))
    ]
    return [*invoices, *_current(email)]


def _invoices(email: OutgoingEmail) -> list[Invoice]:
    told = email.facts.get("happenings", [])
    ids = [each["invoice"] for each in told if "invoice" in each]
    if not ids:
        return []
    return list(Invoice.objects.filter(pk__in=ids, site=email.site).select_related("pdf"))


def _current(email: OutgoingEmail) -> list[Attached]:
    if not email.attaches_pdf or email.document is None:
        return []
    document = mail_jobs.shown_document(email.document)
    pdf = pdfs.current(document)
    name = one_line(document_name(document)).replace("/", "-")
    attached = _attached(pdf, f"{name}.pdf") if pdf is not None else None
    return [attached] if attached else []


def _attached(pdf: RenderedPdf, name: str) -> Attached | None:
    stored = pdfs.hand_out(pdf) if pdf.state == WorkState.READY else None
    if stored is None:
        return None
    with stored:
        if stored.size > SIZE_LIMIT:
            return None
        return Attached(one_line(name), stored.read(), "application/pdf")

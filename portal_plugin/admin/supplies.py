"""Files of a document for staff: the PDF, the originals, small pictures of them."""

import logging

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe
from wagtail.admin import messages

from ..exceptions import StorageUnreadable
from ..gateways import delivery
from ..models import Attachment, ProofVersion, Submission
from ..models.storage import troubles
from ..services import file_bundles, files, invoice_paper, paper, pdfs, previews, receipts
from ..services.presentation import document_view
from ..services.presentation.receipt import receipt_view
from ..statuses import WorkState
from .finding import find

logger = logging.getLogger(__name__)


@require_safe
@xframe_options_sameorigin
def pdf(request, pk):
    """The finished PDF; while there is none, the same as a page for the printer."""
    document = find(request, pk)
    found = pdfs.ask_for(document)
    file = pdfs.hand_out(found) if found else None
    if file is None:
        return HttpResponse(paper.page(document_view(document), "portal_plugin/print.html"))
    return delivery.pdf_response(file, name=paper.file_name(document))


@require_safe
@xframe_options_sameorigin
def receipt(request, pk, submission_key):
    """The receipt of a decision: the PDF, or the same as a page while there is none."""
    document = find(request, pk)
    submission = Submission.objects.deciding(document).filter(client_key=submission_key).first()
    if submission is None:
        raise Http404
    found = pdfs.receipt(submission)
    file = pdfs.hand_out(found) if found else None
    if file is None:
        style = static("portal_plugin/css/print.css")
        return HttpResponse(receipts.page(receipt_view(submission), style_url=style))
    return delivery.pdf_response(file, name="receipt.pdf")


@require_safe
def invoice(request, pk, public_id):
    """As it was issued."""
    rows = find(request, pk).invoices.select_related("pdf")
    found = rows.filter(public_id=public_id).first()
    if found is None:
        raise Http404
    file = pdfs.hand_out(found.pdf) if found.pdf.state == WorkState.READY else None
    if file is None:
        return HttpResponse(invoice_paper.page(found, "portal_plugin/print.html"))
    name = invoice_paper.file_name(found)
    return delivery.pdf_response(file, name=name)


@require_safe
def original(request, pk, file_id):
    document = find(request, pk)
    row = _row(document, file_id)
    if not files.may_be_opened(row):
        return _refused(request, pk, _("This file did not pass the virus check."))
    try:
        return delivery.file_response(
            row.file,
            name=row.name,
            content_type=row.content_type,
            wanted=request.headers.get("Range", ""),
        )
    except FileNotFoundError:
        return _refused(request, pk, _("The storage has lost this file."))
    except troubles():
        logger.exception("A file cannot be read: %s", row.file.name)
        return _refused(request, pk, StorageUnreadable().message)


def _refused(request, pk, sentence):
    messages.error(request, sentence)
    return redirect(reverse("portal_admin:overview", args=[pk]))


@require_safe
def all_files(request, pk):
    """As one zip, those that the customer does not see yet included."""
    document = find(request, pk)
    rows = file_bundles.for_staff(document)
    if not rows:
        return _refused(request, pk, _("No files."))
    return delivery.zip_response(file_bundles.stream(rows), name=file_bundles.name_of(document))


@require_safe
def thumb(request, pk, file_id):
    return _drawn(_row(find(request, pk), file_id), 1, "thumb")


@require_safe
def picture(request, pk, file_id, page):
    """One page, as large as a screen."""
    return _drawn(_row(find(request, pk), file_id), page, "screen")


def _drawn(row, page, size):
    found = previews.ready(row.digest, page, size)
    if found is None or not files.may_go_out(row):
        raise Http404
    try:
        return delivery.picture_response(found.file, content_type=found.content_type)
    except troubles() as error:
        logger.exception("A preview cannot be read: %s", found.file.name)
        raise Http404 from error


def _row(document, file_id):
    """A proof or a file of the document or of what it was made from, shown or not."""
    for rows in (ProofVersion.objects, Attachment.objects):
        found = rows.of_thread(document).filter(public_id=file_id).first()
        if found is not None:
            return found
    raise Http404

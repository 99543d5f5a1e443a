"""The receipt of a decision: a page, and the same as a PDF."""

from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from .. import registry
from ..gateways import delivery
from ..gateways import pdf as gateway
from ..models import Submission
from ..services import pdfs
from ..services.presentation.receipt import receipt_view
from . import answers, pages


def receipt(request, visit, key):
    """``key`` is that of the submission. Of another document it is unknown."""
    submission = find(visit, key)
    if submission is None:
        return answers.dead_link(request)
    context = {
        "receipt": receipt_view(submission),
        "document_url": pages.document_url(visit.document),
        "file_url": file_url(visit.document, key) if not gateway.what_is_missing() else "",
        "is_ready": pdfs.receipt(submission) is not None,
        "mistake_url": _mistake_url(visit, submission),
    }
    return answers.of_visit(request, visit, "portal_plugin/receipt.html", context)


def receipt_file(request, visit, key):
    """The PDF as a download; while there is none, the page."""
    submission = find(visit, key)
    if submission is None:
        return answers.dead_link(request)
    found = pdfs.receipt(submission)
    file = pdfs.hand_out(found) if found and request.method != "HEAD" else None
    if file is None:
        return HttpResponseRedirect(url(visit.document, key), status=303)
    name = _("Receipt") + f" {visit.document.number}.pdf"
    return delivery.pdf_response(file, name=name, is_download=True)


def find(visit, key) -> Submission | None:
    """Of this document, or of what it was made from, as far as that is about its items. On an
    order any of its estimate, which is read there: a "no" may be what made the order."""
    rows = Submission.objects.select_related("document__site", "link__recipient", "staff")
    for document in (visit.document, getattr(visit.document, "source_estimate", None)):
        found = document and rows.deciding(document).filter(client_key=key).first()
        if found:
            return found
    return None


def url(document, key) -> str:
    values = {"public_id": document.public_id, "key": key}
    return reverse("portal_plugin:receipt", kwargs=values)


def file_url(document, key) -> str:
    values = {"public_id": document.public_id, "key": key}
    return reverse("portal_plugin:receipt_file", kwargs=values)


def _mistake_url(visit, submission) -> str:
    """Where the customer says that it was a mistake: about the item, if it is one."""
    keys = [decision.item_key for decision in submission.decisions.all()]
    places = [keys[0], None] if len(keys) == 1 else [None]
    for name in ("change_request", "comment"):
        for key in places:
            action = registry.action(name)(visit, key)
            if action.is_available():
                return f"{action.url}?why=mistake"
    return ""

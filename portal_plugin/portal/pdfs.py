"""The PDF of a document: a viewer page, the file itself, and the same as a page for the printer."""

from functools import partial

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from ..gateways import delivery
from ..gateways import pdf as gateway
from ..services import invoice_paper, paper, pdfs
from ..services.presentation import document_view
from ..statuses import DocumentState, WorkState
from . import answers, csp

#: Only what a page without any script needs. It stands in a frame of the viewer page.
PRINT_POLICY = (
    "default-src 'none'; img-src * data:; font-src *; style-src * 'nonce-{nonce}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


def viewer(request, visit):
    """The PDF inside the shop's site; the print page in its place while there is none."""
    if is_hidden(visit):
        return answers.of_visit(request, visit, "portal_plugin/revising.html")
    is_head = request.method == "HEAD"
    found = (pdfs.current if is_head else pdfs.ask_for)(visit.document)
    urls = _urls(visit.document)
    context = {
        **urls,
        "name": paper.name(visit.document),
        "is_ready": found is not None,
        "can_download": found is not None or not gateway.what_is_missing(),
        "frame_url": urls["file_url"] if found else urls["print_url"],
    }
    return answers.of_visit(request, visit, "portal_plugin/pdf_viewer.html", context)


def pdf_file(request, visit):
    """The finished PDF, inline, or with ``?download=1`` as a file. Where there is none yet it is
    ordered, and what can be shown at once is shown. HEAD only says whether there is one."""
    if is_hidden(visit):
        return answers.of_visit(request, visit, "portal_plugin/revising.html")
    if request.method == "HEAD":
        found = pdfs.current(visit.document)
        return _headed(HttpResponse()) if found else _instead(request, visit)
    found = pdfs.ask_for(visit.document)
    file = pdfs.hand_out(found) if found else None
    if file is None:
        return _instead(request, visit)
    return _given(request, file, paper.file_name(visit.document))


def print_page(request, visit):
    """The same parts as HTML, for browsers that show no PDF and servers that make none."""
    if is_hidden(visit):
        return answers.of_visit(request, visit, "portal_plugin/revising.html")
    return _printed(request, partial(paper.page, document_view(visit.document)))


def _printed(request, page):
    """``page(template, csp_nonce=…)`` as an answer."""
    nonce = csp.nonce(request)
    response = HttpResponse(page("portal_plugin/print.html", csp_nonce=nonce))
    response["Content-Security-Policy"] = PRINT_POLICY.format(nonce=nonce)
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response


def invoice(request, visit, file_id):
    """An issued invoice or credit note; the same as a page for the printer while its PDF is made.
    What the shop has taken back to revise changes nothing of what was issued."""
    found = visit.document.invoices.select_related("pdf").filter(public_id=file_id).first()
    if found is None:
        return answers.dead_link(request)
    file = pdfs.hand_out(found.pdf) if found.pdf.state == WorkState.READY else None
    if file is None:
        return _printed(request, partial(invoice_paper.page, found))
    return _given(request, file, invoice_paper.file_name(found))


def is_hidden(visit) -> bool:
    """Whether the shop has taken the document back to revise it."""
    return visit.document.state == DocumentState.UNPUBLISHED


def _given(request, file, name):
    return _headed(delivery.pdf_response(file, name=name, is_download=_is_download(request)))


def _headed(response):
    """May stand in a frame of our own page. A sandbox would keep the browser's viewer empty."""
    response["Content-Type"] = "application/pdf"
    response["Content-Security-Policy"] = "frame-ancestors 'self'"
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _instead(request, visit):
    urls = _urls(visit.document)
    if _is_download(request):
        return HttpResponseRedirect(f"{urls['viewer_url']}?download=1", status=303)
    return HttpResponseRedirect(urls["print_url"], status=303)


def _is_download(request) -> bool:
    return request.GET.get("download") == "1"


def _urls(document) -> dict[str, str]:
    address = {"public_id": document.public_id}
    file_url = reverse("portal_plugin:pdf_file", kwargs=address)
    return {
        "document_url": reverse("portal_plugin:document", kwargs=address),
        "viewer_url": reverse("portal_plugin:pdf", kwargs=address),
        "file_url": file_url,
        "download_url": f"{file_url}?download=1",
        "print_url": reverse("portal_plugin:print", kwargs=address),
    }

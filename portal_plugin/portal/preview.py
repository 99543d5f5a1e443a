"""What the admin's preview panel shows: exactly the customer's page, inert, from unsaved rows."""

from django.http import HttpResponse
from django.utils import translation

from ..services import mail_rendering, paper, previewing
from ..services.presentation import document_view
from ..services.presentation.shop import document_language
from ..services.visits import Visit
from . import answers
from .context import page_context


def serve(document, request, mode_name):
    """``mode_name`` is ``page``, ``pdf`` or ``email``; on the document's own site."""
    previewing.as_if_published(document)
    _stand_on(request, document.site)
    with translation.override(document_language(document.language)):
        if mode_name == "pdf":
            return HttpResponse(paper.page(document_view(document), "portal_plugin/print.html"))
        if mode_name == "email":
            return HttpResponse(mail_rendering.preview_html(document))
        visit = Visit(document=document, is_preview=True)
        return answers.of_visit(request, visit, "portal_plugin/document.html", page_context(visit))


def _stand_on(request, site):
    """The admin has an address of its own; the page's base is that of the document's site."""
    request.META["HTTP_HOST"] = site.root_url.partition("//")[2]
    request.__dict__.pop("_wagtail_site", None)

"""What the admin's preview panel shows: exactly the customer's page, inert, from unsaved rows."""

import re
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils import translation

from ..addresses import KeyConverter, short
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
        page = answers.of_visit(request, visit, "portal_plugin/document.html", page_context(visit))
        page.content = _with_pictures(page.content.decode(), document)
        return page


def _with_pictures(html, document):
    """From the admin: those of the page want a direct link, which staff have none of."""
    any_file = UUID(int=0)
    one = {"public_id": document.public_id, "file_id": any_file, "page": 1, "size": "screen"}
    before = reverse("portal_plugin:preview", kwargs=one).partition(short(any_file))[0]

    def ours(found):
        file_id = KeyConverter().to_python(found["key"])
        return reverse("portal_admin:picture", args=[document.pk, file_id, found["page"]])

    theirs = rf"{re.escape(before)}(?P<key>[\w-]{{22}})/(?P<page>\d+)/\w+/"
    return re.sub(theirs, ours, html)


def _stand_on(request, site):
    """The admin has an address of its own; the page's base is that of the document's site."""
    request.META["HTTP_HOST"] = site.root_url.partition("//")[2]
    request.__dict__.pop("_wagtail_site", None)

"""What is answered while the database is away, full, locked or read-only, and by a fault of ours.

Nobody knows then whether a form was kept: a connection may break after the commit and before its
answer. So the page does not say that it was, nor that it was not. The form's key is still in the
page that was sent, and a second arrival finds the first.
"""

import logging
import threading
from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.core.handlers.exception import response_for_exception
from django.db import (
    DatabaseError,
    DataError,
    IntegrityError,
    InterfaceError,
    NotSupportedError,
    ProgrammingError,
)
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import translation
from django.utils.module_loading import import_string
from wagtail.models import Site

from ..exceptions import CannotBeShown, NobodyKnows, PortalError
from ..models import PortalSettings
from ..services.presentation import shop_view
from . import answers, bodies, csrf, rendering

logger = logging.getLogger(__name__)

#: Troubles of the database; a file of SQLite's that is damaged is no more than a ``DatabaseError``.
TROUBLES = (DatabaseError, InterfaceError)
#: What is wrong in our own code.
OURS = (DataError, IntegrityError, NotSupportedError, ProgrammingError)
#: Whose pages this process answered last, by host: nobody can be asked for a name and a phone now.
#: It holds what was read with a document. A site that answers to any host is known by ``MOST``.
_shops: dict[str, Site] = {}
MOST = 100
#: Of two visitors at once, each with a new host, both would take out the same one.
_remembering = threading.Lock()


def remember(request: HttpRequest, site: Site) -> None:
    """``site`` as it was read, with its settings."""
    host = request.get_host()
    with _remembering:
        _shops.pop(host, None)
        _shops[host] = site
        if len(_shops) > MOST:
            del _shops[next(iter(_shops))]


def answered(request: HttpRequest, ask: Callable[[], HttpResponse]) -> HttpResponse:
    """The answer of ``ask``, or a page of ours that needs no database.

    For anything else that goes wrong it is the site's own page, reported as Django does, so that it
    gets the headers of every answer.
    """
    try:
        return ask()
    except Exception as error:
        if not isinstance(error, TROUBLES) or isinstance(error, OURS):
            if _somebody_looks(tuple(settings.MIDDLEWARE)):
                raise
            return response_for_exception(request, error)
        logger.exception("The database could not do what it was asked")
    language = getattr(request, "LANGUAGE_CODE", None) or translation.get_language()
    with translation.override(language):
        error = CannotBeShown() if request.method in csrf.SAFE else NobodyKnows()
        return answers.told_when(_answer(request, error), error)


@cache
def _somebody_looks(middleware: tuple[str, ...]) -> bool:
    """Whether a middleware of the site's waits for what goes wrong in views, as some that report
    errors do: it would hear of nothing that does not leave the view."""
    return any(hasattr(import_string(name), "process_exception") for name in middleware)


def _answer(request: HttpRequest, error: PortalError) -> HttpResponse:
    if answers.wants_json(request):
        return JsonResponse({"error": error.message}, status=error.status)
    if answers.is_fragment(request):
        # Not a fragment: the script keeps the form open with what was typed and says so.
        return HttpResponse(error.message, content_type="text/plain", status=error.status)
    return _page(request, error)


def _page(request: HttpRequest, error: PortalError) -> HttpResponse:
    """Without the site's base template, which may ask for its menus."""
    site = getattr(request, "portal_site", None) or _shops.get(request.get_host())
    site = site or answers.unknown_site(request)
    row = getattr(site, "portalsettings", None) or PortalSettings(site=site)
    language = translation.get_language() or "en"
    return rendering.page(
        request,
        "portal_plugin/unanswered.html",
        {"message": error.message, "typed": _typed(request), "again_url": _again(request)},
        shop=shop_view(site, row),
        language=language,
        direction=answers.direction_of(language),
        status=error.status,
        is_bare=True,
    )


def _again(request: HttpRequest) -> str:
    """The page of the document that it was about, if any: whoever asks sees how it stands."""
    asked = request.resolver_match.kwargs if request.resolver_match else {}
    if "public_id" not in asked:
        return ""
    return reverse("portal_plugin:document", kwargs={"public_id": asked["public_id"]})


def _typed(request: HttpRequest) -> list[str]:
    """The form was perhaps not read yet. Its files are of no use now."""
    try:
        bodies.read_words(request)
    except PortalError:
        return []
    return answers.typed(request)

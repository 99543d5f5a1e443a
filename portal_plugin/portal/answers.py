"""Answers that are no document: a dead link, a refusal, a failed form check."""

from uuid import UUID

from django.forms import CharField, Field
from django.http import JsonResponse
from django.utils import translation
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _
from wagtail.models import Site

from .. import registry
from ..services.presentation import shop_view
from . import rendering


def public(request, template, context=None, status=200, language=None):
    """A page that belongs to a shop and to no document."""
    language = language or translation.get_language() or "en"
    site = Site.find_for_request(request) or unknown_site(request)
    return rendering.page(
        request,
        template,
        context or {},
        shop=shop_view(site),
        language=language,
        direction=direction_of(language),
        status=status,
    )


def unknown_site(request) -> Site:
    """Stands for the site of a host that has none, or that cannot be asked for. Never saved."""
    return Site(hostname=request.get_host().partition(":")[0])


def of_visit(request, visit, template, context=None, status=200, shop=None):
    """A page that belongs to a document. ``shop`` where the caller has read it already."""
    language = translation.get_language()
    context = {"visit": visit, "document": visit.document, **(context or {})}
    view = None if shop else context.get("view")
    return rendering.page(
        request,
        template,
        context,
        shop=shop or (view.shop if view else shop_view(visit.document.site)),
        language=language,
        direction=direction_of(language),
        status=status,
    )


def dead_link(request, status=404):
    """The same for unknown, revoked, foreign and ungranted; typed text is given back."""
    return public(request, "portal_plugin/dead_link.html", {"typed": typed(request)}, status=status)


def stranger(request):
    """``dead_link``, or its sentence for a script whose page was open for longer than its visit."""
    if not wants_json(request):
        return dead_link(request)
    sentence = _(
        "Your visit has ended. Please open the link in your email again. Nothing was done."
    )
    return JsonResponse({"error": sentence}, status=404)


def refused(request, visit, error):
    if wants_json(request):
        return told_when(JsonResponse({"error": error.message}, status=error.status), error)
    context = {"message": error.message}
    page = of_visit(request, visit, "portal_plugin/error.html", context, status=error.status)
    return told_when(page, error)


def refused_publicly(request, error):
    """For whoever has no grant."""
    context = {"message": error.message}
    page = public(request, "portal_plugin/error.html", context, status=error.status)
    return told_when(page, error)


def told_when(response, error):
    """With the time after which it may be tried again (RFC 9110, section 10.2.3)."""
    if error.wait:
        response["Retry-After"] = str(error.wait)
    return response


def csrf_failed(request, visit, reason):
    message = _("This form was not sent from the page that we showed you. Nothing was saved.")
    if wants_json(request):
        return JsonResponse({"error": message}, status=403)
    context = {"message": message, "typed": typed(request)}
    return of_visit(request, visit, "portal_plugin/csrf.html", context, status=403)


def typed(request) -> list[str]:
    """What the customer wrote into a form that could not be taken, so that it is not lost."""
    if request.method != "POST":
        return []
    others = _without_words()
    values = [
        value
        for name, texts in request.POST.lists()
        if name not in others
        for value in texts
        if len(value) > 15 and not _is_key(value)
    ]
    return values[:5]


def _without_words() -> set[str]:
    """Fields of actions, also of a site's own, that hold nothing to be lost: what the form carries,
    what is ticked and chosen, and who it is, which the form fills in."""
    forms = [action.form_class.base_fields.items() for action in registry.actions()]
    found = {name for fields in forms for name, field in fields if not _has_words(field)}
    return found | {"csrfmiddlewaretoken"}


def _has_words(field: Field) -> bool:
    is_theirs = field.widget.attrs.get("autocomplete", "off") == "off"
    return isinstance(field, CharField) and not field.widget.is_hidden and is_theirs


def _is_key(value: str) -> bool:
    """Of an item or a proof: fields that a form makes for each have names of their own."""
    try:
        return str(UUID(value)) == value
    except ValueError:
        return False


def wants_json(request) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def is_fragment(request) -> bool:
    """A script of ours asks for the inside of a dialog."""
    return request.headers.get("X-Portal-Fragment") == "1"


def direction_of(language) -> str:
    try:
        return "rtl" if get_language_info(language)["bidi"] else "ltr"
    except KeyError:
        return "ltr"

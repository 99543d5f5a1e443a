"""The page that asks for a code, and then goes on with what was typed.

Looking at it sends nothing: the email is ordered by a form that a person filled in, so that a mail
scanner can neither ask for codes nor use them up.
"""

import secrets
from dataclasses import replace
from hashlib import sha256

from django.http import HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from ..canonical import canonical_bytes, digest
from ..exceptions import PortalError, TooManyRequests, WrongCode
from ..services import codes
from ..services.mail_receivers import address_of
from ..services.presentation import document_view
from ..services.renewing import masked
from . import answers, pages

COOKIE = "portal_browser_key"
#: Browsers take a cookie of such a name from this very host alone, by https (RFC 6265bis, 4.1.3.2).
#: Else whoever has a sibling address could plant a secret that they know in a customer's browser,
#: and be taken for that browser once a code was typed there.
OF_HOST = f"__Host-{COOKIE}"
YEAR = 365 * 24 * 3600
#: Fields of the page's own, and one that is written anew.
OWN = {"code", "code_again", "csrfmiddlewaretoken"}


def before_showing(request, visit, action):
    """The page that offers a code, where the action's own form is of no use without one."""
    if action.opens == "dialog" or not _is_asked(request, visit, action):
        return None
    wanted = _wanted(request, visit, action)
    if not codes.is_needed(visit.document, wanted):
        return None
    return _page(request, visit, action, is_sent=codes.has_open(wanted))


def before_doing(request, visit, action):
    """The page that asks for the code, or ``None`` where the action may go on."""
    if not _is_asked(request, visit, action):
        return None
    about = _about(request, action)
    wanted = _wanted(request, visit, action, about or "")
    if about is None or not codes.is_needed(visit.document, wanted):
        return None
    if "code" in request.POST and "code_again" not in request.POST:
        return _confirm(request, visit, action, wanted)
    if answers.wants_json(request):
        sentence = _("Please load the page again and type the code that we send you by email.")
        return JsonResponse({"error": sentence, "fields": {}}, status=WrongCode.status)
    return _ask(request, visit, action, wanted)


def _confirm(request, visit, action, wanted):
    try:
        codes.confirm(visit.document, wanted, typed=request.POST["code"])
    except WrongCode as error:
        return _page(request, visit, action, is_sent=True, error=error)
    if action.opens == "dialog":
        return None
    return HttpResponseRedirect(action.url, status=303)


def _ask(request, visit, action, wanted):
    secret = _secret(request) or secrets.token_urlsafe(16)
    error = None
    try:
        codes.ask(visit.document, replace(wanted, browser=_digest(secret)))
    except TooManyRequests as refused:
        error = refused
    response = _page(request, visit, action, is_sent=error is None, error=error)
    mount = reverse("portal_plugin:ask_link").removesuffix("l/")
    response.set_cookie(
        _cookie(request),
        secret,
        max_age=YEAR,
        path="/" if request.is_secure() else mount,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )
    return response


def _page(request, visit, action, *, is_sent, error: PortalError | None = None):
    view = document_view(visit.document)
    kind = "fragment" if answers.is_fragment(request) else "page"
    context = {
        "action": action,
        "view": view,
        "is_sent": is_sent,
        "error": error.message if error else "",
        "carried": [
            (name, value)
            for name, values in request.POST.lists()
            if name not in OWN
            for value in values
        ],
        "address": masked(address_of(visit.link.recipient)),
        "layout": f"portal_plugin/actions/{kind}.html",
        "back_url": pages.document_url(visit.document),
    }
    status = error.status if error else 200
    return answers.of_visit(request, visit, "portal_plugin/actions/code.html", context, status)


def _about(request, action) -> str | None:
    """A digest of what is to be done. ``None``: nobody gets a code for a form that would be refused
    anyway."""
    if not action.is_available() or not action.visit.can_act:
        return None
    if action.opens != "dialog":
        return ""
    form = action.form(request.POST, request.FILES)
    if not form.is_valid():
        return None
    bound = action.bound_to(form)
    return digest(canonical_bytes(bound)) if bound else ""


def _is_asked(request, visit, action):
    if not action.binds or visit.link is None or not visit.may(action.needs_role):
        return False
    amount, browser = action.at_stake, _browser(request)
    return codes.is_asked(visit.document, visit.link, amount=amount, browser=browser)


def _wanted(request, visit, action, about=""):
    return codes.Wanted(
        visit.link, action.name, _browser(request), action.at_stake, about, action.shares_code
    )


def _browser(request) -> str:
    return _digest(_secret(request))


def _secret(request) -> str:
    return request.COOKIES.get(_cookie(request), "")


def _cookie(request) -> str:
    return OF_HOST if request.is_secure() else COOKIE


def _digest(secret) -> str:
    return sha256(secret.encode()).hexdigest() if secret else ""

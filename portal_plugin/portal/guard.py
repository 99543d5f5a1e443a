"""The one resolver: turns a cookie and an address into a visit, or into a page that helps.

Every portal view stands behind it. Unknown, foreign, revoked and ungranted documents all get the
same answer, byte for byte.
"""

from contextlib import contextmanager
from datetime import timedelta
from functools import cache, partial, wraps

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.db.models import Count, OuterRef, Subquery
from django.http import HttpResponseNotAllowed
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from wagtail.models import Site

from .. import languages
from ..exceptions import PortalError
from ..models import Activity, LinkToken, PaymentAttempt, SalesDocument
from ..models.prepared import Prepared
from ..services.visits import Visit
from . import answers, bodies, csrf, failing, grants, headers, limits


def portal_view(*methods, leeway=0, stranger=None):
    """Decorate ``view(request, visit, **kwargs)``; it gets only visits that may look, or could
    until ``leeway`` seconds ago. Customers have no account, also where a site asks for one.

    ``stranger(request)`` answers a GET of everybody else, whatever document is asked for.
    """

    def decorate(view):
        @login_not_required
        @csrf_exempt
        @transaction.non_atomic_requests
        @wraps(view)
        def guarded(request, public_id, **kwargs):
            ask = partial(_answer, view, methods, stranger, request, public_id, kwargs, leeway)
            response = failing.answered(request, ask)
            headers.secure(response, request)
            return csrf.set_cookie(request, response)

        guarded.portal_methods = methods
        return guarded

    return decorate


def _answer(view, methods, stranger, request, public_id, kwargs, leeway):
    csrf.look(request)
    visit, grant = resolve(request, public_id, leeway)
    if visit is None:
        is_greeted = stranger is not None and request.method in ("GET", "HEAD")
        with speaking(asked_for(request), request):
            return stranger(request) if is_greeted else _stranger(request)
    with speaking(visit.document.language, request):
        if request.method not in methods and not (request.method == "HEAD" and "GET" in methods):
            return HttpResponseNotAllowed(methods)
        try:
            bodies.read_query(request)
            if request.method == "POST":
                bodies.read(request)
            if request.method not in csrf.SAFE and (reason := csrf.failure(request)):
                return answers.csrf_failed(request, visit, reason)
            response = view(request, visit, **kwargs)
        except PortalError as error:
            response = answers.refused(request, visit, error)
        if request.method != "HEAD" and grants.needs_renewal(grant):
            grants.give(response, request, visit.document, visit.link, since=grant["since"])
        return response


def _stranger(request):
    """What was typed is given back, so the form is read: its words, and no file."""
    if request.method == "POST":
        try:
            bodies.read_words(request)
        except PortalError as error:
            return answers.refused_publicly(request, error)
    return answers.stranger(request)


def resolve(request, public_id, leeway=0):
    """``(visit, grant)``, or ``(None, None)`` for everything that is not this browser's to see."""
    site, document = Site.find_for_request(request), find_document(public_id)
    if document is None or site is None or document.site_id != site.pk:
        return None, None
    request.portal_site = document.site
    failing.remember(request, document.site)
    grant = grants.read(request, document, leeway)
    if grant is None:
        return None, None
    link = _link_of(grant)
    if link is None or not _still_opens(link, leeway) or not grants.covers(link, document):
        return None, None
    visit = Visit(
        document=document,
        link=link,
        address=limits.address_of(request),
        user_agent=request.headers.get("User-Agent", ""),
        staff=staff_of(request),
    )
    return visit, grant


def _link_of(grant):
    """The link, while the secret is there that it was opened with."""
    secret = _secrets().get(grant["secret"])
    if secret is None or secret.link_id != grant["link"]:
        return None
    secret.link.secret_id, secret.link.secret_ends_at = secret.pk, secret.ends_at
    return secret.link


def _still_opens(link, leeway):
    """Who was stopped is stopped at once, whatever was under way."""
    return not link.is_revoked and link.ends_at + timedelta(seconds=leeway) > timezone.now()


def find_document(public_id) -> SalesDocument | None:
    """The estimate or order with what every page of it needs, in two queries.

    In one, PostgreSQL would think that a shop has thousands of settings (it never counts tables of
    so few rows), each with a history to be counted, and compile the query for a second or two.
    """
    if "\0" in public_id:
        return None  # PostgreSQL takes no such text
    found = _documents().get(public_id)
    if found is None:
        return None
    document = found.as_its_kind()
    document.has_pending_payment = found.pending_payment is not None
    document.entries = found.entries
    document.site = _sites().get(found.site_id)
    document.shop_settings = getattr(document.site, "portalsettings", None)
    return document


@cache
def _documents():
    pending = PaymentAttempt.objects.pending().filter(document=OuterRef("pk"))
    history = Activity.objects.noteworthy().filter(document__family=OuterRef("family"))
    counted = history.order_by().values("document__family").annotate(count=Count("pk"))
    annotated = SalesDocument.objects.as_shown().annotate(
        pending_payment=Subquery(pending.order_by().values("pk")[:1]),
        entries=Subquery(counted.values("count")),
    )
    return Prepared(annotated, "public_id", "")


@cache
def _sites():
    return Prepared(Site.objects.select_related("portalsettings", "stripe_keys"), "pk", 0)


@cache
def _secrets():
    return Prepared(LinkToken.objects.select_related("link__recipient"), "pk", 0)


def staff_of(request):
    """The user of a browser that is signed in to the admin, or ``None``."""
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated and user.has_perm("wagtailadmin.access_admin"):
        return user
    return None


def asked_for(request):
    """The language of pages that belong to no document: what their reader's browser asks for."""
    return languages.asked_for(request.headers.get("Accept-Language", ""))


@contextmanager
def speaking(language, request):
    """Answer in the document's language, or else the site's, its base template included."""
    with translation.override(language or translation.get_language()):
        request.LANGUAGE_CODE = translation.get_language()
        yield

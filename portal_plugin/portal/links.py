"""The way in: a direct link sets the grant and leads to an address without the secret."""

from functools import partial

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.db.models import F
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from wagtail.models import Site

from ..addresses import KeyConverter
from ..canonical import digest
from ..exceptions import PortalError, TooManyWrongLinks
from ..models import DirectLink, Order
from ..services import links, renewing
from ..services.mail_receivers import address_of
from . import answers, bodies, csrf, failing, grants, headers, limits, secrecy
from .guard import asked_for, speaking


def _public_post(view):
    """Our headers and our CSRF page around a view that needs no grant."""

    @login_not_required
    @csrf_exempt
    @transaction.non_atomic_requests
    @headers.secured(referrer=headers.STRICT_ORIGIN)
    def guarded(request, **kwargs):
        if token := kwargs.get("token"):
            secrecy.hide(request, token)
        response = failing.answered(request, partial(_answer, view, request, **kwargs))
        return csrf.set_cookie(request, response)

    return guarded


def _answer(view, request, **kwargs):
    csrf.look(request)
    with speaking(asked_for(request), request):
        try:
            bodies.read_query(request)
            if request.method == "POST":
                bodies.read_words(request)
                if csrf.failure(request):
                    return answers.dead_link(request, status=403)
            return view(request, **kwargs)
        except PortalError as error:
            return answers.refused_publicly(request, error)


@_public_post
def open_link(request, token):
    who = limits.address_of(request) or "unknown"
    link = links.by_token(token.reveal())
    if not _is_known(request, link):
        if limits.is_over("wrong_tokens_per_minute", who, 60):
            raise TooManyWrongLinks
        limits.miss(who)
        return answers.dead_link(request)
    with speaking(link.document.language, request):
        if link.is_expired:
            return _expired(request, link)
        return _enter(request, link)


@_public_post
def stray(request, token, rest):
    """Something hangs on the address of a link: it opens nothing, and the secret is in it."""
    return answers.dead_link(request)


@_public_post
def ask(request):
    """ "Email me a new link": one neutral answer for every address."""
    if request.method == "POST":
        site = Site.find_for_request(request)
        who = limits.address_of(request) or "unknown"
        address = request.POST.get("email", "").strip()[:254]
        # By who asks, and by whose mailbox fills: many visitors may name the same one.
        counted = [who, f"mailbox-{digest(address.lower().encode())}"]
        if not any(limits.is_over("links_per_hour", one) for one in counted):
            for one in counted:
                limits.reached("links_per_hour", one, 3600, add=1)
            renewing.by_address(site, address)
        return answers.public(request, "portal_plugin/link_sent.html", {"masked": ""})
    return answers.public(request, "portal_plugin/dead_link.html", {"typed": []}, status=200)


def _is_known(request, link):
    """A revoked link and one of another host are as unknown as one that never was."""
    if link is None or link.is_revoked:
        return False
    site = Site.find_for_request(request)
    return site is not None and site.pk == link.document.site_id


def _enter(request, link):
    document = link.document
    order = Order.objects.filter(source_estimate=document.pk).select_related("site").first()
    target = order if order is not None and order.current_version_id else document
    response = HttpResponseRedirect(_place(request, target), status=303)
    # Who asks for a new one of a link that staff have extended meanwhile is let in as it stands.
    if request.method not in ("GET", "POST"):
        return response
    for one in {document, target}:
        grants.give(response, request, one, link)
    DirectLink.objects.filter(pk=link.pk).update(
        opened_count=F("opened_count") + 1, last_opened_at=timezone.now()
    )
    return response


def _place(request, document):
    """The document's page; from the email about a decision its receipt."""
    values = {"public_id": document.public_id}
    try:
        key = KeyConverter().to_python(request.GET.get("receipt", ""))
    except ValueError:
        return reverse("portal_plugin:document", kwargs=values)
    return reverse("portal_plugin:receipt", kwargs=values | {"key": key})


def _expired(request, link):
    """Its own recipient is known, and told where the new one goes; over the limit nothing goes."""
    masked = renewing.masked(address_of(link.recipient)) if renewing.is_possible(link) else ""
    if request.method == "POST":
        if limits.is_over("links_per_hour", f"link-{link.pk}"):
            masked = ""
        else:
            limits.reached("links_per_hour", f"link-{link.pk}", 3600, add=1)
            renewing.of_link(link)
        return answers.public(request, "portal_plugin/link_sent.html", {"masked": masked})
    context = {"masked": masked}
    return answers.public(request, "portal_plugin/expired_link.html", context, status=410)

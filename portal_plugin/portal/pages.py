"""The customer's page of a document, and the few views around it."""

from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import get_supported_language_variant
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from ..models import DirectLink, Order, Submission
from ..services.presentation import shop_view
from ..services.visits import Visit
from . import answers, grants, headers, keeping
from .context import later, page_context


def document(request, visit):
    order = order_of(visit.document)
    if order is not None:
        return to_order(request, visit, order)
    if not visit.document.standing.is_out:
        return answers.of_visit(request, visit, "portal_plugin/revising.html")
    shop = shop_view(visit.document.site, visit.document.shop_settings)
    notice = _notice(request, visit)
    kept = None if notice else keeping.page_of(request, visit, shop)
    if kept is None:
        context = page_context(visit, shop=shop, notice=notice)
    else:
        context = later(visit, shop) | {"kept": kept}
    return answers.of_visit(request, visit, "portal_plugin/document.html", context, shop=shop)


def estimate(request, visit):
    """The approved estimate, readable from the order that was made from it."""
    source = getattr(visit.document, "source_estimate", None)
    if source is None:
        return answers.dead_link(request)
    reading = Visit(document=source, link=None)
    context = page_context(reading, order=visit.document)
    return answers.of_visit(request, visit, "portal_plugin/document.html", context)


def seen(request, visit):
    """A person showed a sign of being one; mail scanners only open."""
    mark_seen(visit)
    return HttpResponse(status=204)


def mark_seen(visit):
    """Also called where no script tells of a person: whoever sends a form is one."""
    if visit.can_act:
        DirectLink.objects.filter(pk=visit.link.pk).update(last_seen_at=timezone.now())


@login_not_required
@csrf_exempt
@headers.secured()
@require_safe
def how_it_works(request, language):
    """No form is sent here: what comes as one is refused by us, not by the site's own page."""
    try:
        language = get_supported_language_variant(language)
    except LookupError:
        language = translation.get_language()
    with translation.override(language):
        return answers.public(request, "portal_plugin/how_it_works.html", language=language)


def order_of(document) -> Order | None:
    """The order that replaced this estimate, once it is out."""
    if not document.is_estimate or not document.converted_at:
        return None
    return Order.objects.filter(source_estimate=document.pk, current_version__isnull=False).first()


def document_url(document) -> str:
    return reverse("portal_plugin:document", kwargs={"public_id": document.public_id})


def to_order(request, visit, order):
    """Go on at the order, with the grant that its estimate's link gives."""
    response = HttpResponseRedirect(document_url(order), status=303)
    if request.method != "HEAD":
        grants.give(response, request, order, visit.link)
    return response


def key_of(text) -> UUID | None:
    """The key of a form that was sent, as it stands in an address."""
    try:
        return UUID(text)
    except ValueError:
        return None


def _notice(request, visit) -> str:
    """What a form without JavaScript ended with; the key is known only to who posted it."""
    key = key_of(request.GET.get("done", ""))
    if key is None:
        return ""
    found = Submission.objects.filter(
        link=visit.link, client_key=key, document__family=visit.document.family
    ).first()
    return found.message if found else ""

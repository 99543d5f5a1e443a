"""The one view of every customer action: shows its form, takes it, says what came of it."""

from django.http import HttpResponse, HttpResponseRedirect, JsonResponse

from .. import registry
from ..actions.base import Invalid
from ..actions.offers import offers
from ..actions.outcomes import Data, GoTo
from ..exceptions import NotAvailable, PortalError, StaleDocument
from ..services.presentation import document_view
from ..services.presentation.rows import MOST
from . import answers, codes, grants, limits, pages, receipts, staleness, talk
from .context import attachment_rows, external_rows
from .guard import find_document


def action(request, visit, action, item_key=None):
    try:
        instance = registry.action(action)(visit, item_key)
    except KeyError:
        return answers.dead_link(request)
    if not instance.fits_scope:
        return answers.dead_link(request)
    if request.method == "POST":
        return _submit(request, visit, instance)
    instance.why = request.GET.get("why", "")
    order = pages.order_of(visit.document)
    if order is not None:
        return pages.to_order(request, visit, order)
    if not instance.is_available():
        raise instance.why_not()
    page = codes.before_showing(request, visit, instance)
    return page or _show(request, visit, instance, instance.form())


def _submit(request, visit, instance):
    try:
        if instance.limit:
            limits.count(instance.limit, visit)
        page = codes.before_doing(request, visit, instance)
        if page is not None:
            return page
        outcome = instance.run(request.POST, request.FILES)
    except StaleDocument as error:
        return _show_again(request, visit, instance, error)
    except PortalError as error:
        return answers.told_when(_refuse(request, visit, instance, error), error)
    if isinstance(outcome, Invalid):
        return _show(request, visit, instance, outcome.form, status=400)
    pages.mark_seen(visit)
    if isinstance(outcome, Data):
        return JsonResponse(outcome.facts)
    if isinstance(outcome, GoTo):
        return _go(request, outcome.url)
    return _done(request, visit, instance, outcome)


def _show_again(request, visit, instance, error):
    """The page was stale: what changed, the ticks that still stand, and today's hidden values, so
    that the second try works."""
    fresh = type(instance)(visit.on(find_document(visit.document.public_id)), instance.item_key)
    if not fresh.is_available():
        return _refuse(request, visit, fresh, NotAvailable())
    data = request.POST.copy()
    fresh.untick(data, error)
    for name, value in fresh.initial().items():
        data[name] = value if value is not None else ""
    form = fresh.form(data, request.FILES)
    for name in fresh.ticks:
        form.errors.pop(name, None)
    changes = staleness.changes(fresh.document, error.changes, error.since)
    return _show(
        request, fresh.visit, fresh, form, error=error.message, stale=changes, status=error.status
    )


def _refuse(request, visit, instance, error):
    if answers.wants_json(request):
        return JsonResponse({"error": error.message, "fields": error.fields}, status=error.status)
    if not instance.is_available():
        return _not_available(request, visit, error)
    form = instance.form(request.POST, request.FILES)
    form.is_valid()
    for name, sentence in error.fields.items():
        form.add_error(name, sentence)
    message = "" if error.fields else error.message
    return _show(request, visit, instance, form, error=message, status=error.status)


def _not_available(request, visit, error):
    template = "portal_plugin/not_available.html"
    context = {"message": error.message, "layout": _layout(request), "is_document": True}
    context["typed"] = answers.typed(request)
    return answers.of_visit(request, visit, template, context, status=error.status)


def _show(request, visit, instance, form, *, error="", stale=(), status=200):
    if answers.wants_json(request):
        errors = {name: list(texts) for name, texts in form.errors.items()}
        return JsonResponse({"error": error, "fields": errors}, status=max(status, 400))
    view = document_view(visit.document)
    found = offers(visit, view)
    item = next((one for one in view.items if one.key == instance.item_key), None)
    talked = talk.Talk(request, view, instance)
    context = {
        "action": instance,
        "form": form,
        "view": view,
        "item": item,
        "page_items": found.items,
        "waiting_items": view.waiting_for(visit.link),
        "comments": talked.rows,
        "has_earlier": talked.has_earlier,
        "earlier_url": talked.earlier_url,
        "newest_url": talked.newest_url,
        "attachments": attachment_rows(view, visit.document, instance.item_key),
        "has_more_files": len(view.rows.attachments_on(instance.item_key)) > MOST,
        "external_files": external_rows(view, instance.item_key),
        "error": error,
        "stale": list(stale),
        "layout": _layout(request),
        "back_url": pages.document_url(visit.document),
        **instance.context(form),
    }
    template = f"portal_plugin/actions/{instance.name}.html"
    return answers.of_visit(request, visit, template, context, status=status)


def _done(request, visit, instance, outcome):
    target = outcome.document or visit.document
    key = request.POST.get("client_key", "")
    url = f"{pages.document_url(target)}?done={key}"
    if answers.wants_json(request):
        response = JsonResponse({"message": outcome.message, "url": url})
    elif answers.is_fragment(request):
        context = {"message": outcome.message, "back_url": pages.document_url(target)}
        context |= {"action": instance, "layout": _layout(request)}
        if instance.has_receipt and (receipt_key := pages.key_of(key)):
            context["receipt_url"] = receipts.url(target, receipt_key)
        response = answers.of_visit(request, visit, "portal_plugin/actions/done.html", context)
        response["X-Portal-Done"] = "1"
    else:
        response = HttpResponseRedirect(url, status=303)
    if target.pk != visit.document.pk:
        grants.give(response, request, target, visit.link)
    return response


def _go(request, url):
    if not answers.is_fragment(request):
        return HttpResponseRedirect(url, status=303)
    response = HttpResponse()
    response["X-Portal-Go"] = url
    return response


def _layout(request):
    kind = "fragment" if answers.is_fragment(request) else "page"
    return f"portal_plugin/actions/{kind}.html"

"""How far a payment has come, for whoever waits for it; and the way back from Stripe."""

from django.http import HttpResponseRedirect, JsonResponse
from django.urls import reverse

from ..exceptions import NotAvailable, PaymentUnavailable
from ..money import format_money
from ..services import payments
from ..services.presentation import document_view
from ..statuses import DocumentState
from . import answers

TEMPLATE = "portal_plugin/actions/pay_progress.html"


def payment_state(request, visit):
    """GET reads our rows alone. POST, sent by whoever waits too long, asks Stripe first.

    A page, the inside of a dialog, or JSON, by what is asked for.
    """
    if visit.document.state == DocumentState.UNPUBLISHED:
        raise NotAvailable
    is_asked = request.method == "POST" and visit.can_act and _ask(visit.document)
    document = type(visit.document).objects.get(pk=visit.document.pk)
    now, due = payments.progress(document), document.amount_due
    amount_due = format_money(due, document.totals.currency, document.language) if due else ""
    if answers.wants_json(request):
        return JsonResponse({"state": now.state, "message": now.message, "amount_due": amount_due})
    context = {"progress": now, "amount_due": amount_due, "is_asked": is_asked}
    if answers.is_fragment(request):
        context["layout"] = "portal_plugin/actions/fragment.html"
    else:
        context["view"] = document_view(document)
    return answers.of_visit(request, visit, TEMPLATE, context)


def payment_return(request, visit):
    """Whatever the address says is forgotten, first of all the secret that Stripe puts into it."""
    state = reverse("portal_plugin:payment_state", kwargs={"public_id": visit.document.public_id})
    return HttpResponseRedirect(state, status=303)


def thanks(request):
    """For whoever comes back from the bank in another browser, where nobody knows what they paid
    for. It says the same of every document, and of none."""
    if request.META.get("QUERY_STRING"):
        return HttpResponseRedirect(request.path, status=303)
    return answers.public(request, "portal_plugin/payment_thanks.html")


def _ask(document) -> bool:
    """Where Stripe is away the page shows what we know; the sweep asks again."""
    try:
        payments.ask_again(document)
    except PaymentUnavailable:
        return False
    return True

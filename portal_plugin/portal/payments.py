"""How far a payment has come, for the page that waits; and the way back from Stripe."""

from django.http import HttpResponseRedirect, JsonResponse
from django.urls import reverse

from ..money import format_money
from ..services import payments
from . import answers

#: The page's own mark that somebody comes back from paying; ``pay.js`` looks for it.
RETURNED = "#portal-payment"
TEMPLATE = "portal_plugin/actions/pay_progress.html"


def payment_state(request, visit):
    """GET reads our rows alone. POST, sent by a page that waits too long, asks Stripe first.

    JSON, or the inside of the dialog for a script of ours that asks for it.
    """
    if request.method == "POST" and visit.can_act:
        payments.ask_again(visit.document)
    document = type(visit.document).objects.get(pk=visit.document.pk)
    now = payments.progress(document)
    due = document.amount_due
    amount_due = format_money(due, document.totals.currency, document.language)
    if answers.is_fragment(request):
        context = {"progress": now, "amount_due": amount_due if due else ""}
        return answers.of_visit(request, visit, TEMPLATE, context)
    return JsonResponse(
        {"state": now.state, "message": now.message, "amount_due": amount_due, "is_due": due > 0}
    )


def payment_return(request, visit):
    """Whatever the address says is forgotten, first of all the secret that Stripe puts into it."""
    page = reverse("portal_plugin:document", kwargs={"public_id": visit.document.public_id})
    return HttpResponseRedirect(page + RETURNED, status=303)

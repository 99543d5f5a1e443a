"""Answers, notes, change requests, and what a customer said on the phone."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..exceptions import PortalError
from ..models import ChangeRequest, Comment, ProofPin
from ..models.documents import reread
from ..services import answering, notifications, on_behalf, points
from ..statuses import Verdict
from . import posted, sites
from .done import Done


def reply(document, request):
    answering.reply(
        document,
        request.POST.get("text", ""),
        request.user,
        posted.item_key(document, request),
        seen=posted.number(request, "seen") if "seen" in request.POST else None,
    )
    if notifications.reaches_anybody(document):
        return Done(_("Your answer is sent."), "#messages")
    return Done(
        _("Your answer is on the customer's page, but nobody got an email: send the document."),
        "#messages",
    )


def take_message_back(document, request):
    pk = posted.number(request, "comment")
    found = Comment.objects.of_thread(document).filter(pk=pk, link=None).first()
    if found is None:
        raise PortalError(_("This message does not exist any more."))
    sites.require(request.user, "change", found.document.specific)
    if answering.take_back(found, request.user):
        return Done(_("The message is taken back. The customer sees nothing of it."), "#messages")
    return Done(
        _("The message is off the customer's page, but its email had gone out already."),
        "#messages",
    )


def note(document, request):
    text = request.POST.get("text", "")
    answering.note(document, text, request.user, posted.item_key(document, request))
    return Done(_("The note is saved. Customers never see it."), "#messages")


def comments_read(document, request):
    seen = posted.number(request, "seen")
    answering.settle_comments(document, request.user, seen=seen or None)
    if reread(document).has_unanswered_comment:
        return Done(_("A message came meanwhile, and waits for an answer."), "#messages")
    return Done(_("Nothing waits for an answer any more."), "#messages")


def close_request(document, request):
    found = (
        ChangeRequest.objects.of_thread(document)
        .filter(pk=posted.number(request, "request"))
        .first()
    )
    if found is None:
        raise PortalError(_("This change request does not exist any more."))
    sites.require(request.user, "change", found.document.specific)
    answering.close_change_request(found, request.POST.get("text", ""), request.user)
    return Done(_("The change request is closed, and the customer gets your answer."), "#requests")


def tick_point(document, request):
    pk = posted.number(request, "point")
    found = ProofPin.objects.of_thread(document).select_related("change_request__document")
    pin = found.filter(pk=pk).first()
    if pin is None:
        raise PortalError(_("This point does not exist any more."))
    sites.require(request.user, "change", pin.change_request.document.specific)
    is_done = request.POST.get("is_done") == "1"
    points.tick(pin, request.user, is_done=is_done)
    message = _("The point is ticked off.") if is_done else _("The point is open again.")
    return Done(message, f"#request-{pin.change_request_id}")


def on_phone(document, request):
    keys = posted.item_keys(request)
    is_no = request.POST.get("verdict") == Verdict.DECLINE
    verdict = Verdict.DECLINE if is_no else Verdict.APPROVE
    order = on_behalf.record(
        document,
        keys,
        verdict,
        request.POST.get("note", ""),
        request.user,
        evidence=request.FILES.get("evidence"),
        seen=posted.number(request, "version") or None,
    )
    message = ngettext(
        "The answer for %(count)d item is recorded. The customer gets a receipt.",
        "The answers for %(count)d items are recorded. The customer gets a receipt.",
        len(keys),
    ) % {"count": len(keys)}
    return Done(message, "#items", go_to=order)


def confirm_change(document, request):
    note, shown = request.POST.get("note", ""), posted.number(request, "version")
    order = on_behalf.confirm_change(document, note, request.user, shown=shown or None)
    return Done(_("The confirmation is recorded. The customer gets a receipt."), go_to=order)


def undo(document, request):
    keys = posted.item_keys(request)
    if len(keys) != 1:
        raise PortalError(_("There is no decision to take back."))
    on_behalf.take_back(document, keys[0], request.POST.get("note", ""), request.user)
    return Done(_("The decision is taken back. The item waits for approval again."), "#items")


VERBS = {
    "reply": ("change", reply),
    "take-message-back": ("change", take_message_back),
    "note": ("change", note),
    "comments-read": ("change", comments_read),
    "close-request": ("change", close_request),
    "tick-point": ("change", tick_point),
    "on-phone": ("decide", on_phone),
    "confirm-change": ("decide", confirm_change),
    "undo": ("decide", undo),
}

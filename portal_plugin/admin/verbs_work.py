"""Where the shop is with a document: order, cancel, complete, stage, who is responsible."""

from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ..exceptions import PortalError
from ..models import Stage
from ..services import assigning, converting, duplicating, splitting, staging
from ..statuses import MoneyAfterCancel
from . import posted, sites
from .choosing_days import day_to_come
from .done import Done


def convert(document, request):
    takes_all = request.POST.get("which") == "all"
    is_chosen = not takes_all and "chosen" in request.POST
    keys = posted.item_keys(request) if is_chosen else None
    order = converting.convert(document, user=request.user, keys=keys, takes_all=takes_all)
    rest = converting.rest_of(document)
    if rest is None:
        return Done(_("Order %(number)s is made.") % {"number": order.number}, go_to=order)
    message = _(
        "Order %(number)s is made. The other items are on the new estimate %(rest)s now. Send it "
        "to the customer."
    )
    return Done(message % {"number": order.number, "rest": rest.number}, go_to=order)


def split(document, request):
    new = splitting.split_off(document, posted.item_keys(request), request.user)
    message = _("The items are on the new estimate %(number)s now. Send it to the customer.")
    return Done(message % {"number": new.number}, go_to=new)


def duplicate(document, request):
    """``key`` is that of the page's button: a second press of it makes no second copy."""
    try:
        key = UUID(request.POST.get("key", ""))
    except ValueError:
        key = None
    copy = duplicating.duplicate(document, request.user, key=key)
    return Done(_("This is a copy, as a new draft. The customer sees nothing of it."), go_to=copy)


def cancel(document, request):
    reason = request.POST.get("reason", "").strip()
    if not reason:
        raise PortalError(_("Write the reason: the customer reads it."))
    staging.cancel(document, reason, request.user, money=request.POST.get("money", ""))
    if request.POST.get("money") == MoneyAfterCancel.REFUND:
        message = _("It is cancelled, and the customer is told. Now pay the money back.")
        return Done(message, place="#payments")
    return Done(_("It is cancelled, and the customer is told."))


def complete(document, request):
    staging.complete(document, request.user)
    return Done(_("The order is completed."))


def reopen(document, request):
    staging.reopen(document, request.user)
    return Done(_("It is open again."))


def set_stage(document, request):
    stage = None
    if request.POST.get("stage"):
        pk = posted.number(request, "stage")
        stage = Stage.objects.filter(site=document.site, pk=pk).first()
        if stage is None:
            raise PortalError(_("This stage belongs to another site."))
    staging.set_stage(document, stage, request.user, note=request.POST.get("note", ""))
    if stage is not None and stage.is_final:
        return Done(_("The stage is saved. It is the last one: you can complete the order now."))
    return Done(_("The stage is saved."))


def set_responsible(document, request):
    text = request.POST.get("responsible", "")
    policy = sites.policy(type(document))
    people = policy.users_with_any_permission_for_instance(["change"], document)
    person = next((user for user in people if str(user.pk) == text), None)
    if text and person is None:
        raise PortalError(_("This person may not work on this document."))
    assigning.assign(document, person, request.user)
    return Done(_("The responsible person is saved."))


def extend_validity(document, request):
    day = day_to_come(request.POST.get("until", ""))
    staging.extend_validity(document, day, request.user)
    return Done(_("The estimate is valid until %(date)s.") % {"date": date_format(day)})


VERBS = {
    "convert": ("publish", convert),
    "split": ("publish", split),
    "duplicate": ("add", duplicate),
    "cancel": ("publish", cancel),
    "complete": ("publish", complete),
    "reopen": ("publish", reopen),
    "stage": ("change", set_stage),
    "responsible": ("change", set_responsible),
    "extend-validity": ("publish", extend_validity),
}

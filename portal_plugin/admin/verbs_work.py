"""Where the shop is with a document: order, cancel, complete, stage, who is responsible."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ..exceptions import PortalError
from ..models import Stage
from ..services import assigning, converting, staging
from . import sites
from .days import day_to_come
from .done import Done


def convert(document, request):
    order = converting.convert(document, user=request.user)
    return Done(_("Order %(number)s is made.") % {"number": order.number}, go_to=order)


def cancel(document, request):
    reason = request.POST.get("reason", "").strip()
    if not reason:
        raise PortalError(_("Write the reason: the customer reads it."))
    staging.cancel(document, reason, request.user)
    return Done(_("It is cancelled, and the customer is told."))


def complete(document, request):
    staging.complete(document, request.user)
    return Done(_("The order is completed."))


def reopen(document, request):
    staging.reopen(document, request.user)
    return Done(_("It is open again."))


def set_stage(document, request):
    text = request.POST.get("stage", "")
    stage = None
    if text:
        pk = int(text) if text.isascii() and text.isdigit() else 0
        stage = Stage.objects.filter(site=document.site, pk=pk).first()
        if stage is None:
            raise PortalError(_("This stage belongs to another site."))
    staging.set_stage(document, stage, request.user)
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
    "cancel": ("publish", cancel),
    "complete": ("publish", complete),
    "reopen": ("publish", reopen),
    "stage": ("change", set_stage),
    "responsible": ("change", set_responsible),
    "extend-validity": ("publish", extend_validity),
}

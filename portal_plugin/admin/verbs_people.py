"""Who may open a document, and the emails that told them."""

from datetime import datetime, time

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ..exceptions import PortalError
from ..gateways import delivery
from ..models import DirectLink, OutgoingEmail
from ..services import erasing, inviting, links, outbox, personal_data, sending
from ..statuses import LinkRole
from . import posted, sites
from .choosing_days import day_to_come
from .done import Done


def send_again(document, request):
    link = _link(document, request)
    if link.is_revoked:
        raise PortalError(_("This link was stopped. Send the document to the person again."))
    sending.send_again(link, request.user)
    return Done(_("A new email is on its way to %(name)s.") % {"name": link.recipient}, "#people")


def copy_link(document, request):
    """A fresh secret for the same link, shown once and stored nowhere."""
    link = _link(document, request)
    if link.is_revoked:
        raise PortalError(_("This link was stopped. Send the document to the person again."))
    return Done("", "#people", link=links.copy(link, request.user))


def stop_link(document, request):
    link = _link(document, request)
    invited = inviting.invited_by(link)
    names = ", ".join(str(one.recipient) for one in invited)
    choice = request.POST.get("invited")
    if invited and choice not in ("stop", "keep"):
        question = _("%(name)s invited %(names)s. Say whether their access ends, too.")
        raise PortalError(question % {"name": link.recipient, "names": names})
    with transaction.atomic():
        for one in [link, *(invited if choice == "stop" else [])]:
            links.revoke(one, request.user)
    message = _("%(name)s cannot open this document any more.") % {"name": link.recipient}
    if invited and choice == "keep":
        message += " " + _("Still with access: %(names)s.") % {"names": names}
    return Done(message, "#people")


def extend_link(document, request):
    link = _link(document, request)
    day = day_to_come(request.POST.get("until", ""))
    until = datetime.combine(day, time.max, tzinfo=timezone.get_default_timezone())
    links.extend(link, until, request.user)
    message = _("The link of %(name)s lasts until %(date)s.")
    return Done(message % {"name": link.recipient, "date": date_format(day)}, "#people")


def limit_link(document, request):
    """What the person may do from now on."""
    link, role = _link(document, request), request.POST.get("role", "")
    if role not in LinkRole.values:
        raise PortalError(_("Choose what the person may do."))
    may_invite = None
    if "asks_invite" in request.POST:
        may_invite = request.POST.get("may_invite") == "yes"
    links.limit(link, role, request.user, may_invite=may_invite)
    words = {"name": link.recipient, "rights": LinkRole(role).label}
    return Done(_("%(name)s: %(rights)s") % words, "#people")


def retry_email(document, request):
    email = OutgoingEmail.objects.filter(
        document=document.pk, pk=posted.number(request, "email")
    ).first()
    if email is None or not outbox.retry(email):
        raise PortalError(_("This email does not wait to be tried again."))
    return Done(_("The email is tried again."), "#people")


def erase_person(document, request):
    _require_all(document, request)
    if request.POST.get("sure") != "yes":
        raise PortalError(_("Tick the box: what is erased does not come back."))
    plan = erasing.plan_of(document, posted.number(request, "link"))
    if plan is None or plan.is_empty:
        raise PortalError(_("This person was erased already."))
    erasing.erase(plan, request.user)
    return Done(_("The person is erased. What was agreed stays."), "#people")


def export_person(document, request):
    """Everything that is stored about them, as one file."""
    _require_all(document, request)
    pk = posted.number(request, "link")
    person = personal_data.of_link(document, pk)
    if person is None or not person.is_known:
        raise PortalError(_("This person was erased already."))
    personal_data.told(document, pk, request.user)
    return delivery.zip_response(personal_data.stream(person), name="person.zip")


def _require_all(document, request) -> None:
    if not sites.may_for_persons(request.user, document):
        raise PermissionDenied


def _link(document, request) -> DirectLink:
    found = links.of_document(document).filter(pk=posted.number(request, "link")).first()
    if found is None:
        raise PortalError(_("This link does not exist any more."))
    return found


VERBS = {
    "send-again": ("send", send_again),
    "copy-link": ("send", copy_link),
    "stop-link": ("send", stop_link),
    "limit-link": ("send", limit_link),
    "extend-link": ("send", extend_link),
    "export-person": ("delete", export_person),
    "erase-person": ("delete", erase_person),
    "retry-email": ("send", retry_email),
}

"""Whom of the staff an email about a document goes to: asked here, and nowhere else.

The responsible person, as they wish it; the shop's mailbox where there is none, or they cannot be
reached, may not see it any more, or are away; whoever wants to be told of everything.
``mail_receivers`` says where an email goes at the moment of sending.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q
from wagtail.permission_policies.sites import SitePermissionPolicy

from .. import days
from ..models import Estimate, Order, PortalSettings, SalesDocument, StaffPreference
from ..statuses import DocumentKind, Telling
from .mail_receivers import staff_address

#: Days of the week on which somebody is in the shop; Monday is 0.
WORKING_DAYS = frozenset(range(5))
AT_ONCE = (Telling.ALL, Telling.MINE)
RIGHTS = ["change", "view", "publish"]


@dataclass(frozen=True)
class Told:
    """A user, or the address of a mailbox."""

    staff: Any = None
    address: str = ""


def told_at_once(document: SalesDocument) -> list[Told]:
    """Whom an act of the customer is told to now. Empty where nobody wants it, or there is nobody:
    then it waits on the home page, and goes to the mailbox after a working day. A sample
    is nobody's business but its maker's."""
    if document.is_sample:
        return [Told(staff=document.responsible)] if _reads(document.responsible) else []
    others = [Told(staff=user) for user in _who_want_all(document)]
    person = document.responsible
    wish = StaffPreference.of(person) if person else None
    if wish is None or not is_reachable(wish) or not _may_see(person, document):
        return [*mailbox(document), *others]
    return [Told(staff=person), *others] if wish.told in AT_ONCE else others


def _reads(person: Any) -> bool:
    return person is not None and bool(staff_address(person))


def mailbox(document: SalesDocument) -> list[Told]:
    address = PortalSettings.of(document.site).mailbox
    return [Told(address=address)] if address else []


def is_reachable(wish: StaffPreference) -> bool:
    """The person can sign in, has an email address, and is not away."""
    return bool(staff_address(wish.user)) and not wish.is_away


def _who_want_all(document: SalesDocument) -> list[Any]:
    """Besides the responsible person: those who may see the document, of its site."""
    wishes = StaffPreference.objects.here(days.today()).filter(told=Telling.ALL)
    wishes = wishes.exclude(user=document.responsible_id)
    users = list(get_user_model().objects.filter(pk__in=wishes.values("user")).order_by("pk"))
    if not users:
        return []
    return [user for user in users if staff_address(user) and _may_see(user, document)]


def _may_see(user: Any, document: SalesDocument) -> bool:
    policy = SitePermissionPolicy(type(document.specific))
    return bool(policy.user_has_any_permission_for_instance(user, RIGHTS, document))


def seen_by(user: Any) -> Q:
    """The documents that the user may see."""
    found = Q(pk__in=[])
    for kind, model in ((DocumentKind.ESTIMATE, Estimate), (DocumentKind.ORDER, Order)):
        sites = SitePermissionPolicy(model).sites_user_has_any_permission_for(user, RIGHTS)
        found |= Q(kind=kind, site__in=sites)
    return found


def one_working_day_before(now: datetime) -> datetime:
    """In the site's time zone. From a weekend it counts as from the end of the last working day, so
    that nothing runs out while the shop is closed."""
    local = days.local(now)
    if local.weekday() not in WORKING_DAYS:
        local = local.replace(hour=0, minute=0, second=0, microsecond=0)
        while (local - timedelta(seconds=1)).weekday() not in WORKING_DAYS:
            local -= timedelta(days=1)
    earlier = local - timedelta(days=1)
    while earlier.weekday() not in WORKING_DAYS:
        earlier -= timedelta(days=1)
    return earlier

"""Direct links: whom they belong to, the secrets that open them, and how long."""

import secrets
from datetime import datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from ..canonical import digest
from ..models import (
    Contact,
    Customer,
    DirectLink,
    LinkToken,
    OutgoingEmail,
    PortalSettings,
    Recipient,
    SalesDocument,
)
from ..models.documents import lock
from ..statuses import ApprovalsNeeded, LinkRole
from . import activity, listing

TOKEN_BYTES = 32
#: Characters of a token as ``secrets.token_urlsafe`` writes 32 bytes.
TOKEN_LENGTH = 43


def ensure_link(
    document: SalesDocument,
    *,
    customer: Customer,
    contact: Contact | None = None,
    name: str = "",
    email: str = "",
    role: str = "",
    user: Any = None,
) -> DirectLink:
    """The one link of this person to this document; sending to them again opens a stopped one, and
    with a new secret alone: whoever had one before may be why it was stopped.

    Without a ``role`` a new link may do everything, and one that is there keeps its own.
    """
    name = name or (contact.name if contact else customer.name)
    email = email or (contact.email if contact else customer.email)
    with transaction.atomic():
        fresh = lock(document)
        same: dict[str, Any] = {
            "customer": customer,
            "contact": contact,
            "name": name,
            "email": email,
        }
        recipients = _recipients(fresh, **same)
        link = of_document(fresh).filter(recipient__in=recipients).order_by("pk").first()
        if link is None:
            link = DirectLink.objects.create(
                document_id=fresh.pk,
                recipient=recipient_of(fresh, **same),
                role=role or LinkRole.APPROVE,
                expires_at=expiry(fresh),
                created_by=user,
            )
            activity.record(fresh, "link_made", staff=user, data={"link": link.pk})
        elif link.is_revoked:
            link.revoked_at, link.approves_since = None, timezone.now()
            link.save(update_fields=["revoked_at", "approves_since"])
            LinkToken.objects.filter(link=link).delete()
            activity.record(fresh, "link_reopened", staff=user, data={"link": link.pk})
        if role and link.role != role:
            limit(link, role, user)
        else:
            refresh_lists(fresh)
    return link


def recipient_of(document: SalesDocument, **same: Any) -> Recipient:
    """The shop's own, or with ``was_invited`` one whom a customer named: never the other, so that
    nobody outside the shop changes where the emails of other documents go."""
    found = _recipients(document, **same).order_by("pk").first()
    return found or Recipient.objects.create(site=document.site, **same)


def _recipients(document: SalesDocument, *, was_invited: bool = False, **same: Any) -> Any:
    """Several, where a contact had the name and address of their customer and was deleted."""
    return Recipient.objects.filter(site=document.site, was_invited=was_invited, **same)


def limit(link: DirectLink, role: str, user: Any = None, *, may_invite: bool | None = None) -> None:
    """Say what the person behind the link may do, from now on; what they did stays, and so do the
    rights of whom they invited."""
    with transaction.atomic():
        document = lock(link.document)
        if role != link.role:
            link.role, link.approves_since = LinkRole(role), timezone.now()
        if may_invite is not None:
            link.may_invite = may_invite
        link.save(update_fields=["role", "approves_since", "may_invite"])
        activity.record(
            document, "link_limited", staff=user, data={"link": link.pk, "role": str(link.role)}
        )
        refresh_lists(document)


def of_document(document: SalesDocument) -> Any:
    """The document's links; for an order also those of the estimate it was made from."""
    ids = [document.pk]
    specific = document.specific
    if specific.is_order and specific.source_estimate_id:
        ids.append(specific.source_estimate_id)
    found = DirectLink.objects.filter(document__in=ids)
    told = ("recipient__contact", "recipient__customer", "invited_by__recipient")
    return found.select_related(*told)


def make_token(link: DirectLink, email: OutgoingEmail | None = None) -> str:
    """A new secret for the link, which then lives on from now. Returned once and stored nowhere:
    the table holds its SHA-256. None that was there lives longer because somebody asked for a new
    one, and none that had ended opens again: else whoever has an old email could ask, and come in
    by the old without having got the new."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    LinkToken.objects.filter(link=link, link__expires_at__lte=timezone.now()).delete()
    if email is not None and email.kind == "link" and email.sent_by_id is None:
        LinkToken.objects.filter(link=link, ends_at=None).update(ends_at=link.expires_at)
    LinkToken.objects.create(link=link, token_hash=digest(token.encode()), email=email)
    prolong(link, is_by_staff=email is None or email.sent_by_id is not None)
    return token


def copy(link: DirectLink, user: Any = None) -> str:
    """A whole address with a new secret, for staff to pass on by other ways than email."""
    with transaction.atomic():
        document = lock(link.document)
        activity.record(document, "link_copied", staff=user, data={"link": link.pk})
        return link_url(link, make_token(link))


def prolong(link: DirectLink, *, is_by_staff: bool = False) -> None:
    """The link's days count anew; never shorter than before, never shorter than the estimate. That
    of whom a customer let in ends with that customer's, unless staff give it more."""
    until = expiry(link.document)
    if not is_by_staff and link.invited_by is not None:
        until = min(until, link.invited_by.expires_at)
    until = max(link.expires_at, until)
    DirectLink.objects.filter(pk=link.pk).update(expires_at=until)
    link.expires_at = until


def expiry(document: SalesDocument) -> datetime:
    until = timezone.now() + timedelta(days=PortalSettings.of(document.site).link_days)
    last_day = document.last_valid_day
    if last_day is None:
        return until
    zone = timezone.get_default_timezone()
    return max(until, datetime.combine(last_day + timedelta(days=1), time.min, tzinfo=zone))


@sensitive_variables("raw")
def by_token(raw: str) -> DirectLink | None:
    """The link that a secret opens, usable or not, and as ``secret_id`` by which one it was found;
    ``None`` for anything else."""
    if len(raw) != TOKEN_LENGTH or not raw.isascii():
        return None
    return (
        DirectLink.objects.by_token_hash(digest(raw.encode()))
        .select_related("document__site", "recipient")
        .first()
    )


def link_url(link: DirectLink, token: str) -> str:
    """Absolute, on the document's own site: no request's Host header has a say in it."""
    path = reverse("portal_plugin:link", kwargs={"token": token})
    return link.document.site.root_url + path


def revoke(link: DirectLink, user: Any = None) -> None:
    with transaction.atomic():
        document = lock(link.document)
        link.revoked_at = timezone.now()
        link.save(update_fields=["revoked_at"])
        activity.record(document, "link_stopped", staff=user, data={"link": link.pk})
        refresh_lists(document)


def refresh_lists(document: SalesDocument) -> None:
    """Where everybody has to approve, who they are decides whether it waits. An estimate's people
    are its order's, too, and those of the rest that was split off as long as it has none."""
    if document.approvals_needed != ApprovalsNeeded.ALL:
        return
    listing.refresh(document)
    family = SalesDocument.objects.filter(family=document.family, pk__gt=document.pk)
    for made in family.order_by("pk"):
        if document.pk in made.ancestors:
            listing.refresh(lock(made))


def extend(link: DirectLink, until: datetime, user: Any = None) -> None:
    with transaction.atomic():
        document = lock(link.document)
        link.expires_at = until
        link.save(update_fields=["expires_at"])
        LinkToken.objects.filter(link=link, ends_at__gt=timezone.now()).update(ends_at=None)
        activity.record(
            document,
            "link_extended",
            staff=user,
            data={"link": link.pk, "until": until.isoformat()},
        )

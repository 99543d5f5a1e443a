"""A recipient gives a colleague a link of their own: named, seen by staff, and stopped by them."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from ..exceptions import NotAvailable, TooManyRequests
from ..models import DirectLink, PortalSettings, SalesDocument
from ..statuses import LinkRole
from . import links, notifications
from .visits import RANK

#: Invitations on one document, in 24 hours and in all: each is an email to whom anybody names.
DAILY = 5
IN_ALL = 20


def lets_invite(document: SalesDocument, link: DirectLink | None) -> bool:
    """Whether the shop lets its customers invite, and this person. No query where the document was
    read for a page; without a ``link`` it is asked for a preview. A sample is its maker's alone."""
    if document.is_sample or (link is not None and not link.may_invite):
        return False
    if hasattr(document, "shop_settings"):
        return bool(document.shop_settings and document.shop_settings.lets_invite)
    return PortalSettings.of(document.site).lets_invite


def roles_to_give(link: DirectLink) -> list[str]:
    """The inviter's own role and those with less."""
    return [role for role in LinkRole if RANK[role] <= RANK[LinkRole(link.role)]]


def invite(
    document: SalesDocument, by: DirectLink, *, name: str, email: str, role: str
) -> DirectLink:
    """A link for a colleague, and an email to them. The caller holds the document's lock.

    Raises ``NotAvailable`` where the shop does not allow it, the role is more than the inviter's
    own, or the address has a link, also a stopped one; ``TooManyRequests`` over the limits.
    """
    if not lets_invite(document, by) or role not in roles_to_give(by):
        raise NotAvailable
    _refuse_known(document, email)
    _refuse_too_many(document)
    customer = document.customer
    own = (customer.name, customer.email) if customer else None
    recipient = links.recipient_of(
        document,
        customer=customer,
        contact=None,
        name=name,
        email=email,
        was_invited=(name, email) != own,
    )
    link = DirectLink.objects.create(
        document_id=document.pk,
        recipient=recipient,
        role=role,
        invited_by=by,
        may_invite=False,
        expires_at=min(links.expiry(document), by.expires_at),
    )
    notifications.invited(document, link, by=by)
    return link


def invited_by(link: DirectLink) -> list[DirectLink]:
    """Whom the person let in, and whom those did, as far as their links were not stopped."""
    found: list[DirectLink] = []
    inviters = [link.pk]
    while inviters:
        rows = DirectLink.objects.filter(invited_by__in=inviters).select_related("recipient")
        fresh = [row for row in rows if row.pk not in {one.pk for one in found}]
        found += fresh
        inviters = [row.pk for row in fresh]
    return [row for row in found if not row.is_revoked]


def _refuse_known(document: SalesDocument, email: str) -> None:
    if links.of_document(document).filter(recipient__email__iexact=email).exists():
        raise NotAvailable(
            "",
            fields={
                "email": _(
                    "This person was given a link already. If it does not work, ask the shop."
                )
            },
        )


def _refuse_too_many(document: SalesDocument) -> None:
    found = links.of_document(document).exclude(invited_by=None)
    since = timezone.now() - timedelta(days=1)
    if found.count() >= IN_ALL:
        raise TooManyRequests(_("No more people can be invited here. Ask the shop."))
    if found.filter(created_at__gt=since).count() >= DAILY:
        raise TooManyRequests(
            _("That were many invitations for one day. Please try again tomorrow, or ask the shop.")
        )

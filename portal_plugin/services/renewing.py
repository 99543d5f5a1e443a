"""A new email with a direct link, asked for by whoever lost theirs."""

from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from ..models import DirectLink, Recipient
from ..models.documents import lock
from . import activity, outbox
from .mail_receivers import address_of

#: How many documents one request by email address may bring links for.
MOST = 5


def is_possible(link: DirectLink) -> bool:
    """Not for a stopped link, nor for who has no address today, nor for whom a customer let in
    whose own link has ended: a new one would be dead on arrival."""
    if link.is_revoked or link.document.current_version_id is None:
        return False
    if not link.recipient.email or not address_of(link.recipient):
        return False
    return not (link.is_expired and link.invited_by is not None and link.invited_by.is_expired)


def of_link(link: DirectLink) -> None:
    """Send the link's own recipient a new secret, where that ``is_possible``."""
    with transaction.atomic():
        document = lock(link.document)
        fresh = DirectLink.objects.select_related("recipient", "invited_by").get(pk=link.pk)
        fresh.document = document
        if not is_possible(fresh):
            return
        outbox.queue(kind="link", site=document.site, document=document, link=fresh)
        activity.record(document, "link_renewed", link=fresh)


def by_address(site: Any, address: str) -> int:
    """New links to that address's newest documents of this site; returns how many. The caller tells
    nobody whether there were any. They go to the person's address of today, whichever of theirs was
    typed."""
    if "@" not in address or "\0" in address:
        return 0
    found = (
        DirectLink.objects.filter(
            document__site=site,
            document__current_version__isnull=False,
            recipient__in=_recipients(site, address),
            revoked_at=None,
        )
        .select_related("document__site", "recipient")
        .order_by("-document__created_at")[:MOST]
    )
    for link in found:
        of_link(link)
    return len(found)


def _recipients(site: Any, address: str) -> QuerySet[Recipient]:
    """Who was written to there, and whose address the shop has corrected to this one since."""
    theirs = Q(email__iexact=address) | Q(contact__email__iexact=address)
    customers = Q(contact=None, was_invited=False, customer__email__iexact=address)
    return Recipient.objects.filter(theirs | customers, site=site)


def masked(address: str) -> str:
    """``anna@example.com`` as ``a•••@example.com``: its owner knows it, nobody else learns it."""
    name, _at, domain = address.partition("@")
    return f"{name[:1]}•••@{domain}" if domain else ""

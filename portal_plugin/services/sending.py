"""Send a published document to people: each gets an email with a direct link of their own."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from ..exceptions import NotAvailable
from ..models import (
    Contact,
    Customer,
    DirectLink,
    OutgoingEmail,
    PortalSettings,
    SalesDocument,
)
from ..models.documents import lock
from . import activity, confirming_changes, links, notifications, outbox


def send_document(
    document: SalesDocument,
    *,
    recipients: Sequence[Customer | Contact],
    subject: str = "",
    text: str = "",
    attach_pdf: bool = False,
    copy_to: Any = None,
    shown_version: int | None = None,
    roles: Mapping[Customer | Contact, str] | None = None,
    user: Any = None,
) -> list[OutgoingEmail]:
    """One email per person, queued in this transaction. ``copy_to`` is a staff user; ``roles`` says
    what those may do whom staff limited, or gave their rights back.

    ``shown_version`` is the id of the version that whoever sends it looked at. Raises
    ``NotAvailable`` when the document is not out, another version is out by now, nobody with an
    email is named, or somebody's address is none.
    """
    with transaction.atomic():
        fresh = lock(document)
        if not fresh.live or fresh.current_version_id is None:
            raise NotAvailable(_("Publish the document first."))
        if shown_version not in (None, fresh.current_version_id):
            raise NotAvailable(
                _("A newer version went out after you opened this page. Look at it, then send it.")
            )
        people = [person for person in recipients if person.email]
        if not people:
            raise NotAvailable(_("Choose at least one person with an email address."))
        for person in people:
            if not has_address(person):
                words = {"name": person.name, "email": person.email}
                raise NotAvailable(
                    _("“%(email)s” of %(name)s is not a valid email address.") % words
                )
        emails = [
            _queue(
                fresh,
                _link(fresh, person, (roles or {}).get(person, ""), user),
                subject,
                text,
                attach_pdf,
                user,
            )
            for person in people
        ]
        _instead_of_news(fresh, emails)
        if copy_to is not None and copy_to.email:
            outbox.queue(
                kind="copy",
                site=fresh.site,
                document=fresh,
                staff=copy_to,
                subject=subject,
                text=text,
                attaches_pdf=attach_pdf,
                sent_by=user,
            )
        activity.record(
            fresh,
            "send",
            staff=user,
            data={"links": [email.link_id for email in emails], "copy": copy_to is not None},
        )
    return emails


def send_first(document: SalesDocument, user: Any = None) -> list[OutgoingEmail]:
    """To the customer and the contacts who get documents, as the shop usually sends.

    Raises ``NotAvailable`` when the document is not out or has ended, was sent to somebody already,
    or nobody can be reached by email.
    """
    with transaction.atomic():
        fresh = lock(document)
        if fresh.cancelled_at or fresh.converted_at:
            raise NotAvailable(_("It has ended."))
        if links.of_document(fresh).exists():
            raise NotAvailable(_("Somebody has a direct link already."))
        people = [person for person in usual_recipients(fresh) if has_address(person)]
        if not people:
            raise NotAvailable(_("Its customer has no valid email address."))
        attaches = PortalSettings.of(fresh.site).attaches_pdf
        return send_document(fresh, recipients=people, attach_pdf=attaches, user=user)


def usual_recipients(document: SalesDocument) -> list[Customer | Contact]:
    customer = document.customer
    if customer is None:
        return []
    return [customer, *customer.contacts.filter(gets_documents=True)]


def _instead_of_news(document: SalesDocument, emails: Sequence[OutgoingEmail]) -> None:
    """Whoever is sent the document itself reads there what changed."""
    told = [email.recipient_id for email in emails]
    for verb in ("version", *confirming_changes.NEWS):
        reason = _("The document itself was sent.")
        notifications.take_back(document, verb, reason, to=told)


def has_address(person: Customer | Contact) -> bool:
    """Imports and old rows may hold what is no address."""
    try:
        validate_email(person.email)
    except ValidationError:
        return False
    return True


def send_again(link: DirectLink, user: Any = None) -> OutgoingEmail:
    """The same person, a new email; the links of earlier emails stay good."""
    with transaction.atomic():
        fresh = lock(link.document)
        email = _queue(fresh, link, "", "", False, user)
        activity.record(fresh, "send", staff=user, data={"links": [link.pk], "copy": False})
    return email


def _link(document: SalesDocument, person: Customer | Contact, role: str, user: Any) -> DirectLink:
    if isinstance(person, Contact):
        return links.ensure_link(
            document, customer=person.customer, contact=person, role=role, user=user
        )
    return links.ensure_link(document, customer=person, role=role, user=user)


def _queue(
    document: SalesDocument, link: DirectLink, subject: str, text: str, attach: bool, user: Any
) -> OutgoingEmail:
    return outbox.queue(
        kind="link",
        site=document.site,
        document=document,
        link=link,
        subject=subject,
        text=text,
        attaches_pdf=attach,
        sent_by=user,
    )

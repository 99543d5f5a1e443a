"""Who an email goes to at the moment of sending: not at the address of then, but at today's."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from ..models import DirectLink, OutgoingEmail, PortalSettings, Recipient
from ..models.codes import LIFE as CODE_LIFE
from .presentation.shop import document_language


@dataclass(frozen=True)
class Receiver:
    name: str
    address: str


def receiver(email: OutgoingEmail) -> Receiver:
    """``address`` is empty where there is nobody to write to."""
    if email.recipient is not None:
        return Receiver(_name_of(email.recipient), address_of(email.recipient))
    if email.staff is not None:
        mailbox = PortalSettings.of(email.site).mailbox
        return Receiver(staff_name(email.staff), staff_address(email.staff) or mailbox)
    return Receiver("", email.address or _instead_of_who_is_gone(email))


def _instead_of_who_is_gone(email: OutgoingEmail) -> str:
    """Of a notice to one of the staff whose account was deleted: the shop's mailbox, as where they
    are away. The daily email and a sample are nobody else's business."""
    document = email.document
    if not email.kind.startswith("staff_") or document is None or document.is_sample:
        return ""
    return PortalSettings.of(email.site).mailbox


def reason_to_withhold(email: OutgoingEmail) -> str:
    """Why this email must not go out any more, as a sentence for staff; empty when it may."""
    if email.link is not None and email.link.is_revoked:
        return _("The direct link was stopped.")
    if email.recipient is not None and email.recipient.erased_at:
        return _("This person's data was erased.")
    if email.kind == "code" and email.created_at < timezone.now() - CODE_LIFE:
        return _("It is too late for this code.")
    if email.link is not None and not _is_out(email.document):
        return _("The document is not published.")
    if not receiver(email).address:
        return _("There is no email address for this person.")
    return ""


def staff_language(user: Any) -> str:
    """The language that the person chose in the admin."""
    profile = getattr(user, "wagtail_userprofile", None)
    return (profile and profile.preferred_language) or settings.LANGUAGE_CODE


def shop_language(site: Any) -> str:
    return document_language(PortalSettings.of(site).language)


def staff_address(user: Any) -> str:
    return getattr(user, user.get_email_field_name(), "") if user.is_active else ""


def staff_name(user: Any) -> str:
    """Never a username: it may be what the person signs in with."""
    return user.get_full_name() if hasattr(user, "get_full_name") else ""


def _is_out(document: Any) -> bool:
    return document is None or (document.live and document.current_version_id is not None)


def _name_of(recipient: Recipient) -> str:
    return recipient.contact.name if recipient.contact else recipient.name


def address_of(recipient: Recipient) -> str:
    """The person's address of today. Whoever was a contact that is gone gets nothing: the
    customer's own address belongs to somebody else."""
    if recipient.contact is not None:
        return recipient.contact.email
    customer = recipient.customer
    if recipient.was_invited:
        return recipient.email
    if recipient.email == customer.email or recipient.name == customer.name:
        return customer.email
    return ""


def newest_of_each(links: Iterable[DirectLink]) -> list[DirectLink]:
    """One link of each person, of those that are given oldest first. Who was sent the document
    again after a name or an address was corrected has two, and reads everything once."""
    return list({_person_of_today(link.recipient): link for link in links}.values())


def _person_of_today(recipient: Recipient) -> tuple[Any, ...]:
    if recipient.contact_id is not None:
        return ("contact", recipient.contact_id)
    address = address_of(recipient).lower()
    same = (recipient.customer_id, recipient.was_invited, address)
    return same if address else (recipient.pk,)

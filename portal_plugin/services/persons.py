"""Which rows mean one and the same person: by their email address, or by one of their links."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from ..models import Contact, Customer, DirectLink, Recipient, Submission


@dataclass(frozen=True)
class Person:
    """``customers`` are records of a customer that is this person, not those that they work for;
    ``submissions`` what they sent by somebody else's link, under an address that they typed, and
    what staff wrote down for them."""

    recipients: list[Recipient]
    contacts: list[Contact]
    customers: list[Customer] = field(default_factory=list)
    submissions: list[Submission] = field(default_factory=list)

    @property
    def is_known(self) -> bool:
        return bool(self.recipients or self.contacts or self.customers or self.submissions)


def by_email(email: str, site: Any = None) -> Person:
    """Everything of the person with that address, on one site or on all. Without one it is nobody:
    many have no address. What was sent to an address that the shop has corrected to this one since
    is theirs, too; whoever asks by that earlier one gets no more than went there, because it may
    have been somebody else's all along."""
    if not email:
        return Person([], [])
    recipients = Recipient.objects.filter(erased_at=None)
    contacts = Contact.objects.filter(email__iexact=email)
    customers = Customer.objects.filter(email__iexact=email)
    sent = Q(email__iexact=email)
    if site is not None:
        recipients = recipients.filter(site=site)
        contacts = contacts.filter(customer__site=site)
        customers = customers.filter(site=site)
        sent &= Q(document__site=site)
    of_today = Q(contact__in=contacts) | Q(customer__in=customers, contact=None, was_invited=False)
    found = recipients.filter(of_today | Q(email__iexact=email)).order_by("pk")
    theirs = [
        one
        for one in found.select_related("contact", "customer")
        if one.email.lower() == email.lower() or _is_still(one)
    ]
    return Person(theirs, list(contacts), list(customers), _by_others(sent, theirs, customers))


def by_link(link: DirectLink) -> Person:
    """The person whom a direct link was made for, wherever the same person has one. Of whom no
    address and no contact is known the name has to be the same; who was erased is nobody."""
    one = link.recipient
    if one.erased_at is not None:
        return Person([], [])
    is_still = _is_still(one)
    rows = Recipient.objects.filter(customer=one.customer_id, contact=one.contact_id)
    found = rows.filter(erased_at=None).order_by("pk").select_related("contact", "customer")
    same = [other for other in found if _is_same(one, other) or (is_still and _is_still(other))]
    contacts = [one.contact] if one.contact and is_still else []
    customers = [one.customer] if one.contact is None and is_still else []
    sent = Q(document__customer=one.customer_id, email__iexact=one.email) & ~Q(email="")
    return Person(same, contacts, customers, _by_others(sent, same, customers))


def _by_others(sent: Q, theirs: list[Recipient], customers: Iterable[Customer]) -> list[Submission]:
    """Those of ``sent`` that came by none of their own links, and those by staff, which have the
    customer's name."""
    by_staff = Q(link=None, document__customer__in=customers) & ~Q(name="")
    found = Submission.objects.filter(sent & ~Q(link__recipient__in=theirs) | by_staff)
    return list(found.order_by("pk"))


def _is_same(one: Recipient, other: Recipient) -> bool:
    if one.email.lower() != other.email.lower():
        return False
    return bool(one.email) or one.contact_id is not None or one.name == other.name


def _is_still(one: Recipient) -> bool:
    """Whether the contact or customer that the link was made for is the same person today, under a
    name or an address that the shop has corrected: where both are others, somebody else has taken
    their place. Whom a customer invited is another person than the customer."""
    today = one.contact or (None if one.was_invited else one.customer)
    if today is None:
        return False
    return one.name == today.name or bool(one.email and one.email.lower() == today.email.lower())

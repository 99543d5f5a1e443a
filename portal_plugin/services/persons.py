"""Which rows mean one and the same person: by their email address, or by one of their links."""

from dataclasses import dataclass, field
from typing import Any

from ..models import Contact, Customer, DirectLink, Recipient


@dataclass(frozen=True)
class Person:
    """``customers`` are records of a customer that is this person, not those that they work for."""

    recipients: list[Recipient]
    contacts: list[Contact]
    customers: list[Customer] = field(default_factory=list)

    @property
    def is_known(self) -> bool:
        return bool(self.recipients or self.contacts or self.customers)


def by_email(email: str, site: Any = None) -> Person:
    """Everything of the person with that address, on one site or on all. Without one it is nobody:
    many have no address."""
    if not email:
        return Person([], [])
    recipients = Recipient.objects.filter(email__iexact=email, erased_at=None)
    contacts = Contact.objects.filter(email__iexact=email)
    customers = Customer.objects.filter(email__iexact=email)
    if site is not None:
        recipients = recipients.filter(site=site)
        contacts = contacts.filter(customer__site=site)
        customers = customers.filter(site=site)
    return Person(list(recipients), list(contacts), list(customers))


def by_link(link: DirectLink) -> Person:
    """The person whom a direct link was made for, wherever the same person has one. Of whom no
    address and no contact is known the name has to be the same; who was erased is nobody."""
    one = link.recipient
    if one.erased_at is not None:
        return Person([], [])
    same = Recipient.objects.filter(
        customer=one.customer_id, contact=one.contact_id, email__iexact=one.email, erased_at=None
    )
    if not one.email and one.contact_id is None:
        same = same.filter(name=one.name)
    contacts = [one.contact] if one.contact else []
    customers = [one.customer] if _is_customer(one) else []
    return Person(list(same), contacts, customers)


def _is_customer(one: Recipient) -> bool:
    """Whom a customer invited is another person than the customer."""
    if one.contact is not None or one.was_invited:
        return False
    customer = one.customer
    if not one.email and one.name != customer.name:
        return False
    return one.email.lower() == customer.email.lower()

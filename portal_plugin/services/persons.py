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
    """Everything of the person with that address, on one site or on all."""
    recipients = Recipient.objects.filter(email__iexact=email, erased_at=None)
    contacts = Contact.objects.filter(email__iexact=email)
    customers = Customer.objects.filter(email__iexact=email)
    if site is not None:
        recipients = recipients.filter(site=site)
        contacts = contacts.filter(customer__site=site)
        customers = customers.filter(site=site)
    return Person(list(recipients), list(contacts), list(customers))


def by_link(link: DirectLink) -> Person:
    """The person whom a direct link was made for, wherever the same person has one."""
    one = link.recipient
    same = Recipient.objects.filter(
        customer=one.customer_id, contact=one.contact_id, email=one.email, erased_at=None
    )
    contacts = [one.contact] if one.contact else []
    customers = [one.customer] if _is_customer(one) else []
    return Person(list(same), contacts, customers)


def _is_customer(one: Recipient) -> bool:
    """Whom a customer invited is another person than the customer."""
    is_other = one.contact is not None or one.was_invited or one.erased_at is not None
    return not is_other and one.email.lower() == one.customer.email.lower()

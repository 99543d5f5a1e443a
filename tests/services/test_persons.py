"""Which rows mean one and the same person, and which another of the same customer or address."""

import pytest
from django.utils import timezone

from portal_plugin.models import Contact, Customer, DirectLink, Recipient
from portal_plugin.services import persons
from portal_plugin.services.persons import Person
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]
KIM = {"name": "Kim", "email": "kim@ferry.example"}


@pytest.fixture
def customer():
    return factories.customer_factory(name="Ferry Ltd", email="info@ferry.example")


@pytest.fixture
def order(customer):
    return factories.order_factory(items=1, customer=customer)


def test_by_a_link_nobody_else_of_the_same_customer_is_meant(order, customer):
    """Neither another address, nor somebody whom the shop knows as a contact of that address."""
    link = factories.link_factory(order, **KIM)
    factories.link_factory(order, name="Kim", email="other@ferry.example")
    contact = Contact.objects.create(customer=customer, **KIM)
    factories.link_factory(order, contact=contact)
    assert persons.by_link(link) == Person([link.recipient], [], [])


def test_by_a_link_a_contact_with_the_customers_address_is_the_contact_alone(order, customer):
    contact = Contact.objects.create(customer=customer, name="Kim", email=customer.email)
    found = persons.by_link(factories.link_factory(order, contact=contact))
    assert (found.contacts, found.customers) == ([contact], [])


def test_the_customers_own_address_is_theirs_however_it_is_written(order, customer):
    link = factories.link_factory(order, email="Info@Ferry.example")
    assert persons.by_link(link).customers == [customer]
    Customer.objects.update(email="INFO@ferry.example")
    link.recipient.customer.refresh_from_db()
    assert persons.by_link(link).customers == [customer]


def test_who_was_erased_is_nobody_any_more(order, customer):
    link = factories.link_factory(order)
    Recipient.objects.update(erased_at=timezone.now())
    link.recipient.refresh_from_db()
    assert not persons.by_link(link).is_known
    assert persons.by_email(customer.email) == Person([], [], [customer])


def namesakes(order, *rows):
    """Their links, each with what is known of the person. Without an address no two are one."""
    found = []
    for row in rows:
        link = factories.link_factory(order, name=f"{len(found)}", email=f"{len(found)}@e.example")
        Recipient.objects.filter(pk=link.recipient_id).update(**row)
        found.append(DirectLink.objects.get(pk=link.pk))
    return found


def test_of_another_customer_the_same_address_is_another_person(order):
    theirs = factories.order_factory(items=1, customer=factories.customer_factory(name="Other"))
    mine = factories.link_factory(order, **KIM)
    factories.link_factory(theirs, **KIM)
    assert persons.by_link(mine).recipients == [mine.recipient]


@pytest.mark.parametrize("known", ["email", "contact"])
def test_of_whom_an_address_or_a_contact_is_known_the_name_may_be_another(order, customer, known):
    contact = Contact.objects.create(customer=customer, name="Kim")
    same = {"email": {"email": "k@e.example"}, "contact": {"email": "", "contact": contact}}[known]
    first, second = namesakes(order, {"name": "Kim", **same}, {"name": "Kimberly", **same})
    assert set(persons.by_link(first).recipients) == {first.recipient, second.recipient}


def test_of_whom_neither_is_known_the_name_is_the_same(order):
    nothing = {"email": ""}
    first, second, other = namesakes(
        order, {"name": "Kim", **nothing}, {"name": "Kim", **nothing}, {"name": "Bo", **nothing}
    )
    assert set(persons.by_link(first).recipients) == {first.recipient, second.recipient}
    assert persons.by_link(other).recipients == [other.recipient]


def test_who_has_neither_name_nor_address_is_none_of_those_who_were_erased(order):
    nobody = {"name": "", "email": ""}
    first, _erased = namesakes(order, nobody, {**nobody, "erased_at": timezone.now()})
    assert persons.by_link(first).recipients == [first.recipient]


def test_the_customers_address_is_theirs_under_another_name(order, customer):
    link = factories.link_factory(order, name="The office", email=customer.email)
    assert persons.by_link(link).customers == [customer]


def test_of_one_site_nobody_of_another_is_meant(customer):
    other = factories.site_factory("shop-b.localhost")
    theirs = factories.customer_factory(other, name="Theirs", email=customer.email)
    contact = Contact.objects.create(customer=theirs, name="Kim", email=customer.email)
    email = customer.email.upper()
    assert persons.by_email(email, customer.site) == Person([], [], [customer])
    assert persons.by_email(email, other) == Person([], [contact], [theirs])
    assert persons.by_email(email).customers == [customer, theirs]


@pytest.mark.parametrize("rows", ["recipients", "contacts", "customers"])
def test_one_row_of_any_kind_is_enough_to_be_known(rows):
    nobody = {"recipients": [], "contacts": [], "customers": []}
    assert not Person(**nobody).is_known
    assert Person(**nobody | {rows: [object()]}).is_known


def corrected(order, record, **values):
    """A link from before, and one from after the shop corrected the record."""
    contact = record if isinstance(record, Contact) else None
    before = factories.link_factory(order, contact=contact)
    type(record).objects.filter(pk=record.pk).update(**values)
    record.refresh_from_db()
    order = factories.fresh(order)
    after = factories.link_factory(order, contact=contact)
    return [DirectLink.objects.get(pk=link.pk) for link in (before, after)]


@pytest.mark.parametrize("kind", ["contact", "customer"])
def test_under_a_corrected_address_it_is_the_same_person(order, customer, kind):
    """What went to a wrong address may be asked for by no stranger who has that one."""
    record = customer if kind == "customer" else Contact.objects.create(customer=customer, **KIM)
    was = record.email
    before, after = corrected(order, record, email="right@ferry.example")
    both = [before.recipient, after.recipient]
    for link in (before, after):
        found = persons.by_link(link)
        assert found.recipients == both
        assert [*found.contacts, *found.customers] == [record]
    assert persons.by_email("right@ferry.example").recipients == both
    assert persons.by_email(was) == Person([before.recipient], [], [])


def test_who_took_a_contacts_place_is_another_person(order, customer):
    contact = Contact.objects.create(customer=customer, **KIM)
    values = {"name": "Bo", "email": "bo@ferry.example"}
    kim, bo = corrected(order, contact, **values)
    assert persons.by_link(kim) == Person([kim.recipient], [], [])
    assert persons.by_link(bo) == Person([bo.recipient], [contact], [])
    assert persons.by_email("bo@ferry.example") == Person([bo.recipient], [contact], [])
    assert persons.by_email(KIM["email"]) == Person([kim.recipient], [], [])


def test_a_guest_is_not_the_customer_whose_address_was_corrected(order, customer):
    before, after = corrected(order, customer, email="right@ferry.example")
    guest = Recipient.objects.create(
        site=order.site, customer=customer, name=customer.name, email="g@e.example"
    )
    Recipient.objects.filter(pk=guest.pk).update(was_invited=True)
    assert persons.by_link(after).recipients == [before.recipient, after.recipient]
    assert guest not in persons.by_email("right@ferry.example").recipients

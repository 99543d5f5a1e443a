"""Whoever lost their link asks for a new one by their address."""

import pytest

from portal_plugin.models import Contact, OutgoingEmail
from portal_plugin.services import renewing, work
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    return factories.order_factory(items=1)


def sent_to(site, address):
    """The addresses that new links went to."""
    OutgoingEmail.objects.all().delete()
    renewing.by_address(site, address)
    work.run("mail")
    return list(OutgoingEmail.objects.filter(kind="link").values_list("address", flat=True))


def test_the_address_that_the_shop_has_corrected_is_known(order):
    customer = order.customer
    before = customer.email
    factories.link_factory(order)
    customer.email = "now@acme.example"
    customer.save()
    for typed in ("now@acme.example", "NOW@acme.example", before):
        assert sent_to(order.site, typed) == ["now@acme.example"]


def test_that_of_a_contact_brings_theirs_and_not_the_customers(order):
    contact = Contact.objects.create(customer=order.customer, name="Bo", email="bo@acme.example")
    factories.link_factory(order)
    factories.link_factory(order, contact=contact)
    Contact.objects.update(email="bo@new.example")
    assert sent_to(order.site, "bo@new.example") == ["bo@new.example"]


def test_one_that_nobody_has_and_that_of_another_sites_customer_bring_nothing(order):
    factories.link_factory(order)
    assert sent_to(order.site, "nobody@acme.example") == []
    assert sent_to(factories.site_factory("other.example"), order.customer.email) == []

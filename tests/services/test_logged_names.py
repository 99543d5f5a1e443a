"""Wagtail's log keeps no name of a customer that the shop has changed or deleted."""

import pytest
from django.urls import reverse
from wagtail.log_actions import log
from wagtail.models import ModelLogEntry

from portal_plugin.models import Customer
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer():
    customer = factories.customer_factory(name="Zuleika Ferrywoman", company="Ferry")
    for row in (customer, factories.customer_factory(name="Kim")):
        log(instance=row, action="wagtail.edit", user=factories.user_factory())
    return customer


def labels():
    return list(ModelLogEntry.objects.order_by("pk").values_list("label", flat=True))


def test_of_a_customer_who_was_deleted_the_number_is_left(client, customer):
    client.force_login(factories.user_factory())
    client.post(reverse(Customer.snippet_viewset.get_url_name("delete"), args=[customer.pk]))
    number = f"Customer {customer.pk}"
    assert labels() == [number, "Kim", number]


def test_of_one_who_was_renamed_the_name_of_today(customer):
    assert labels() == ["Zuleika Ferrywoman · Ferry", "Kim"]
    customer.name = "Somebody"
    customer.save()
    assert labels() == ["Somebody · Ferry", "Kim"]

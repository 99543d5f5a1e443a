"""Deleting many rows: those of one's own site, each with the right to it."""

import pytest
from django.urls import reverse

from portal_plugin.models import Customer
from tests.factories import customer_factory

pytestmark = pytest.mark.django_db


@pytest.fixture
def address():
    return reverse("wagtail_bulk_action", args=["portal_plugin", "customer", "delete"])


def asked(*rows):
    return "?" + "&".join(f"id={row.pk}" for row in rows)


def test_a_right_on_one_site_is_enough_to_delete_there(client, staff_of, only_site, address):
    staff_of(only_site)
    gone = customer_factory()
    client.post(address + asked(gone))
    assert not Customer.objects.filter(pk=gone.pk).exists()


def test_rows_of_another_site_are_left_out_and_not_named(
    client, staff_of, only_site, other_site, address
):
    staff_of(only_site)
    ours, theirs = customer_factory(), customer_factory(other_site, name="Their customer")
    both = address + asked(ours, theirs)
    assert theirs.name not in client.get(both).content.decode()
    client.post(both)
    assert list(Customer.objects.all()) == [theirs]


def test_who_may_only_write_deletes_nothing(client, staff_of, only_site, address):
    staff_of(only_site, group="Portal editors")
    kept = customer_factory()
    client.post(address + asked(kept))
    assert Customer.objects.filter(pk=kept.pk).exists()


def test_all_in_the_list_are_those_that_its_search_and_filters_show(client, boss, address):
    gone, kept = customer_factory(name="Old shop"), customer_factory(name="New shop")
    other = customer_factory(name="Old club", pays_by="account")
    client.post(address + "?id=all&q=old&pays_by=")
    assert set(Customer.objects.all()) == {kept}
    assert not Customer.objects.filter(pk__in=[gone.pk, other.pk]).exists()

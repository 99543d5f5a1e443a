"""Deleting many rows: those of one's own site, each with the right to it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal_plugin.admin import refusals
from portal_plugin.exceptions import EvidenceIsKept
from portal_plugin.models import Customer, Estimate
from tests.factories import customer_factory, estimate_factory, fresh, publish

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


@pytest.fixture
def just_before(monkeypatch):
    """What somebody else does between the look whether a row is kept and its deletion."""

    def set_up(act):
        looks = [lambda: act()]

        def look(rows):
            found = first_kept(rows)
            while looks:
                looks.pop()()
            return found

        monkeypatch.setattr(refusals, "first_kept", look)

    first_kept = refusals.first_kept
    return set_up


@pytest.mark.parametrize("way", ["one", "many"])
def test_a_customer_that_comes_into_use_meanwhile_is_kept_and_it_is_said(
    client, boss, address, just_before, way
):
    kept, other = customer_factory(name="Kept Ltd"), customer_factory(name="Later Ltd")
    just_before(lambda: estimate_factory(items=1, customer=kept, published=False))
    url = address + asked(other, kept)
    if way == "one":
        url = reverse(Customer.snippet_viewset.get_url_name("delete"), args=[kept.pk])
    page = client.post(url, follow=True).content.decode()
    assert "Kept Ltd has estimates or orders and is kept." in page
    assert Customer.objects.filter(pk__in=[kept.pk, other.pk]).count() == 2


def test_a_draft_that_goes_out_meanwhile_is_kept_and_it_is_said(client, boss, just_before):
    draft = estimate_factory(items=1, published=False)
    just_before(lambda: publish(fresh(draft)))
    url = reverse(Estimate.snippet_viewset.get_url_name("delete"), args=[draft.pk])
    page = client.post(url, follow=True).content.decode()
    assert EvidenceIsKept().message in page
    assert Estimate.objects.filter(pk=draft.pk).exists()


def test_whoever_has_documents_is_kept_and_named(client, boss, address):
    others, kept = [customer_factory() for _n in range(3)], customer_factory(name="Kim")
    estimate_factory(customer=kept, published=False)
    page = client.post(address + asked(*others, kept), follow=True).content.decode()
    assert "Kim has estimates or orders and is kept" in page
    assert Customer.objects.count() == 4


def test_looking_asks_the_same_for_few_and_for_many(client, boss, address):
    asked_of = []
    for count in (2, 2, 20):
        rows = [customer_factory() for _n in range(count)]
        with CaptureQueriesContext(connection) as queries:
            client.get(address + asked(*rows))
        asked_of.append(len(queries))
    assert asked_of[1] == asked_of[2]

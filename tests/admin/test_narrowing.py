"""What a list is narrowed to by an address that is old, or nonsense, or another clock's."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from wagtail.models import GroupSitePermission
from wagtail.users.models import UserProfile

from portal_plugin import days
from portal_plugin.models import Contact, Customer, Order, SalesDocument
from portal_plugin.services import assigning, listing, staging, starter
from tests.factories import customer_factory, order_factory, user_factory

from . import pages
from .test_lists import exported, rows

pytestmark = pytest.mark.django_db

GONE = "One of the filters cannot be read, or what it names is gone."


def test_where_one_is_and_in_what_order_narrows_nothing(client, boss):
    order = order_factory()
    for query in ({"ordering": "site"}, {"p": "x"}, {"p": "99"}):
        assert rows(client, **query) == [order.number]


@pytest.mark.parametrize(
    "query",
    [
        {"overdue": "x"},
        {"stage": "x\x00"},
        {"created_at_from": "0001-01-01"},
        {"created_at_to": "9999-12-31"},
        {"created_at_from": "2026-02-30"},
    ],
)
def test_a_filter_that_cannot_be_read_finds_nothing_and_says_so(client, boss, query):
    order_factory()
    page = client.get(pages.url(Order, "list"), query)
    assert list(page.context["object_list"]) == []
    assert GONE in page.content.decode()


def test_what_is_asked_for_of_somebody_who_is_gone_is_not_what_all_others_have(client, boss):
    """The address was kept while the person had work."""
    person = user_factory()
    order = order_factory()
    assigning.assign(order, person)
    kept = {"responsible": person.pk, "waiting_for": "customer"}
    assert rows(client, **kept) == [order.number]
    assigning.assign(order, None)
    assert rows(client, **kept) == []
    assert exported(client, **kept) == []
    all_of_it = {"id": "all", **kept}
    url = reverse("wagtail_bulk_action", args=["portal_plugin", "order", "portal-cancel"])
    assert client.get(url, all_of_it).status_code == 404  # what Wagtail says of no rows


def test_the_days_of_the_list_are_those_of_its_export(client, boss):
    """In Berlin it was the first of December already, and in New York not yet."""
    UserProfile.objects.create(user=boss, current_time_zone="America/New_York")
    order = order_factory()
    SalesDocument.objects.update(created_at=datetime(2026, 11, 30, 23, 30, tzinfo=UTC))
    first = {"created_at_from": "2026-12-01", "created_at_to": "2026-12-01"}
    assert rows(client, **first) == [order.number]
    assert [row["Created"] for row in exported(client, **first)] == ["2026-12-01"]


def test_stages_of_one_name_are_told_apart_by_their_shop(client, boss, only_site, other_site):
    for site in (only_site, other_site):
        staging.ensure_stages(site)
    form = client.get(pages.url(Order, "list")).context["filters"].form
    labels = [label for _value, label in form.fields["stage"].choices]
    assert len(labels) == len(set(labels)) > 2
    assert any(label.endswith("shop-b.localhost") for label in labels)


def test_a_row_leads_to_its_edit_page_only_where_one_may_change_it(
    client, staff_of, only_site, other_site
):
    user = staff_of(only_site)
    looks = Group.objects.create(name="Looks")
    for model in (Order, Customer):
        right = starter.right(model, "view")
        GroupSitePermission.objects.create(group=looks, site=other_site, permission=right)
    user.groups.add(looks)
    ours, theirs = (order_factory(site=s, published=False) for s in (only_site, other_site))
    page = client.get(pages.url(Order, "list")).content.decode()
    assert pages.url(Order, "edit", ours.pk) in page
    assert pages.url(Order, "edit", theirs.pk) not in page
    assert pages.overview(theirs) in page
    page = client.get(pages.url(Customer, "list")).content.decode()
    assert pages.url(Customer, "edit", theirs.customer_id) not in page


@pytest.mark.parametrize("name", ["edit", "history", "usage", "delete"])
@pytest.mark.parametrize("pk", ["x", "99999999999999999999999"])
def test_what_cannot_be_an_id_does_not_exist(client, boss, name, pk):
    assert client.get(pages.url(Order, name, pk)).status_code == 404


def test_nor_can_it_be_chosen(client, boss):
    chooser = Customer.snippet_viewset.chooser_viewset
    for pk in ("x", "99999999999999999999999"):
        url = reverse(chooser.get_url_name("chosen"), args=[pk])
        assert client.get(url).status_code == 404
        several = reverse(chooser.get_url_name("chosen_multiple"))
        assert '"result": []' in client.get(several, {"id": pk}).content.decode()


# -- customers -------------------------------------------------------------------------------------


@pytest.fixture
def ada():
    ada = customer_factory(name="Ada Lovelace", company="Ölmühle", email="ada@x.test")
    for name in ("Ann", "Bob", "Cid"):
        Contact.objects.create(customer=ada, name=name, email=f"{name}@x.test")
    return ada


@pytest.mark.parametrize("words", ["ada", "x.test", "lovelace öLMÜHLE", "bob"])
def test_a_customer_of_several_contacts_is_one_row(client, boss, ada, words):
    customer_factory(name="Somebody else")
    page = client.get(pages.url(Customer, "list"), {"q": words})
    assert list(page.context["object_list"]) == [ada]
    assert [row["Name"] for row in exported(client, Customer, q=words)] == ["Ada Lovelace"]


@pytest.mark.parametrize("ordering", ["company", "-company", "phone"])
def test_customers_alike_are_on_the_same_page_each_time(client, boss, ordering):
    page = client.get(pages.url(Customer, "list"), {"ordering": ordering})
    last = "-pk" if ordering.startswith("-") else "pk"
    assert page.context["paginator"].object_list.query.order_by == (ordering, last)


def test_who_is_given_more_time_to_pay_is_not_overdue(
    client, boss, django_capture_on_commit_callbacks
):
    customer = customer_factory(payment_days=0)
    order = order_factory(customer=customer, items=1)
    yesterday = days.today() - timedelta(days=1)
    SalesDocument.objects.update(first_published_at=days.begin_of(yesterday))
    listing.refresh(order)
    assert rows(client, overdue="payment") == [order.number]
    sent = {"name": customer.name, "payment_days": 7, **pages.formset("contacts", [])}
    with django_capture_on_commit_callbacks(execute=True):
        client.post(pages.url(Customer, "edit", customer.pk), sent)
    assert rows(client, overdue="payment") == []

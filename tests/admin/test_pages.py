"""Every page opens, for whoever may see it."""

import re

import pytest
from django.contrib.staticfiles import finders
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import Site

from portal_plugin.models import Customer, Estimate, LedgerEntry, Order
from portal_plugin.wagtail_hooks import STYLES
from tests.factories import customer_factory, estimate_factory, link_factory, order_factory

from . import pages

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("model", [Customer, Estimate, Order])
@pytest.mark.parametrize("name", ["list", "list_results", "add"])
def test_lists_and_new_forms(client, boss, model, name):
    estimate_factory()
    order_factory()
    assert client.get(pages.url(model, name)).status_code == 200


def test_the_style_sheets_are_there(client, boss):
    page = client.get(pages.url(Estimate, "list")).content.decode()
    found = re.findall(r"portal_plugin/admin/[a-z]+\.css", page)
    assert len(found) == len(STYLES)
    assert all(finders.find(path) for path in found)


def test_the_icon_that_wagtail_does_not_have_is_in_its_sprite(client, boss):
    assert 'id="icon-portal-money"' in client.get(reverse("wagtailadmin_sprite")).content.decode()


@pytest.mark.parametrize("make", [estimate_factory, order_factory])
@pytest.mark.parametrize("published", [True, False])
@pytest.mark.parametrize("name", ["edit", "history", "usage"])
def test_pages_of_a_document(client, boss, make, published, name):
    document = make(published=published)
    assert client.get(pages.url(type(document), name, document.pk)).status_code == 200


@pytest.mark.parametrize("make", [estimate_factory, order_factory])
@pytest.mark.parametrize("published", [True, False])
def test_overview(client, boss, make, published):
    document = make(published=published)
    if published:
        link_factory(document)
    response = client.get(pages.overview(document))
    assert response.status_code == 200
    assert "A1 poster" in response.content.decode()


def test_customer_page(client, boss):
    assert client.get(pages.url(Customer, "edit", customer_factory().pk)).status_code == 200


def test_send_page(client, boss):
    document = estimate_factory()
    response = client.get(reverse("portal_admin:send", args=[document.pk]))
    assert response.status_code == 200
    assert document.customer.email in response.content.decode()


def test_pdf(client, boss):
    response = client.get(reverse("portal_admin:pdf", args=[estimate_factory().pk]))
    assert response.status_code == 200


def test_home(client, boss):
    assert "first steps" in client.get(reverse("wagtailadmin_home")).content.decode()


def test_settings(client, boss):
    site = Site.objects.get(is_default_site=True)
    address = ["portal_plugin", "portalsettings", site.pk]
    assert client.get(reverse("wagtailsettings:edit", args=address)).status_code == 200


def test_reports_of_workflows(client, boss):
    estimate_factory()
    assert client.get(reverse("wagtailadmin_reports:workflow")).status_code == 200
    assert client.get(reverse("wagtailadmin_reports:workflow_tasks")).status_code == 200


@pytest.mark.parametrize(
    "path", ["portal/payments", "reports/portal-activity", "reports/portal-links"]
)
def test_registers(client, boss, path):
    order = order_factory()
    link_factory(order)
    LedgerEntry.objects.create(
        document=order, kind="offline", amount=10, currency="EUR", occurred_at=order.created_at
    )
    home = reverse("wagtailadmin_home")
    assert client.get(f"{home}{path}/").status_code == 200
    assert client.get(f"{home}{path}/?export=csv").status_code == 200
    assert client.get(f"{home}{path}/?export=xlsx").status_code == 200
    assert client.get(f"{home}{path}/?q=poster").status_code == 200


def test_group_page(client, boss):
    assert client.get(reverse("wagtailusers_groups:add")).status_code == 200


@pytest.mark.parametrize("group", [None, "Portal managers"])
def test_the_menu_asks_twice_of_our_tables_on_any_page(client, only_site, staff_of, request, group):
    """Whether there are invoices, and how many messages wait."""
    if group:
        staff_of(only_site, group)
    else:
        request.getfixturevalue("boss")
    page = reverse("wagtailadmin_account")
    client.get(page)
    with CaptureQueriesContext(connection) as asked:
        client.get(page)
    tables = [re.search(r'FROM "portal_plugin_(\w+)"', each["sql"]) for each in asked]
    of_menu = [found[1] for found in tables if found and found[1] != "staffpreference"]
    assert sorted(of_menu) == ["comment", "invoice"]

"""Staff fill items from templates, with the keyboard alone."""

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from portal_plugin.models import Estimate, ItemTemplate
from tests import factories
from tests.admin import pages


@pytest.fixture
def tab(chromium, site_server, client):
    """The page of a new estimate, in the admin."""
    site = factories.site_factory()
    ItemTemplate.objects.create(site=site, name="A1 poster, matt", position=1)
    ItemTemplate.objects.create(
        site=site,
        name="Banner",
        description="With eyelets",
        unit="m",
        unit_price=Decimal("12.5"),
        tax_rate=7,
        price_includes_tax=True,
        position=2,
    )
    client.force_login(factories.user_factory())
    context = chromium.new_context()
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value}
    context.add_cookies([cookie | {"url": site_server.url}])
    tab = context.new_page()
    tab.goto(site_server.url + pages.url(Estimate, "add"))
    yield tab
    context.unroute_all(behavior="ignoreErrors")
    context.close()


def add(tab, label):
    tab.get_by_label("Add an item from a template").select_option(label=label)
    tab.get_by_role("button", name="Add from template").press("Enter")


def column(tab, row, name):
    return tab.locator(f"#id_line_items-{row}-{name}")


def test_each_press_fills_one_more_item_and_goes_on_to_its_quantity(tab):
    add(tab, "Banner · 12.50")
    values = {"name": "Banner", "description": "With eyelets", "unit": "m", "unit_price": "12.5"}
    for name, value in values.items():
        expect(column(tab, 0, name)).to_have_value(value)
    expect(column(tab, 0, "price_includes_tax")).to_be_checked()
    expect(column(tab, 0, "quantity")).to_be_focused()
    add(tab, "A1 poster, matt · 0")
    expect(column(tab, 0, "name")).to_have_value("Banner")
    expect(column(tab, 1, "name")).to_have_value("A1 poster, matt")

"""Items that a shop sells again and again, and the choice among them on a document."""

import json
from decimal import Decimal

import pytest
from django.urls import reverse

from portal_plugin.models import Estimate, ItemTemplate, PortalSettings
from tests.factories import estimate_factory

from . import pages

pytestmark = pytest.mark.django_db


def template(site, **values):
    values = {"name": "A1 poster, matt", "unit_price": Decimal("12.5"), "unit": "pcs"} | values
    return ItemTemplate.objects.create(site=site, **values)


def form_data(**values):
    return {
        "name": "A1 poster, matt",
        "description": "170 g",
        "unit": "pcs",
        "unit_price": "12.50",
        "tax_rate": "19",
        "tax_category": "S",
        "is_active": "on",
        **values,
    }


def offered(client, document=None):
    """What the edit page of a document lets staff choose."""
    name, args = ("edit", [document.pk]) if document else ("add", [])
    page = client.get(pages.url(Estimate, name, *args)).content.decode()
    marker = 'id="portal-item-templates" type="application/json">'
    if marker not in page:
        return []
    return json.loads(page.split(marker)[1].split("</script>")[0])


def test_a_template_is_written_and_comes_last(client, boss, only_site):
    template(only_site, name="Banner")
    client.post(reverse("portal_item_templates:add"), form_data())
    row = ItemTemplate.objects.get(name="A1 poster, matt")
    assert (row.unit_price, row.position, row.site) == (Decimal("12.5"), 1, only_site)


def test_a_new_template_starts_with_the_shops_tax(client, boss, only_site):
    PortalSettings.objects.update(tax_rate=7, prices_include_tax=True)
    form = client.get(reverse("portal_item_templates:add")).context["form"]
    assert (form["tax_rate"].value(), form["price_includes_tax"].value()) == (7, True)


def test_the_list_shows_and_finds_templates(client, boss, only_site):
    template(only_site)
    template(only_site, name="Banner")
    page = client.get(reverse("portal_item_templates:index") + "?q=banner").content.decode()
    assert "Banner" in page
    assert "A1 poster" not in page


def test_a_document_offers_the_templates_of_its_site_in_their_order(
    client, boss, only_site, other_site
):
    template(only_site, name="Second", position=2)
    template(only_site, name="First", position=1, description="Matt")
    template(only_site, name="Gone", is_active=False)
    template(other_site, name="Theirs")
    found = offered(client, estimate_factory(items=1))
    assert [one["fields"]["name"] for one in found] == ["First", "Second"]
    assert found[0]["fields"] == {
        "name": "First",
        "description": "Matt",
        "unit": "pcs",
        "tax_category": "S",
        "unit_price": "12.5",
        "tax_rate": "0",
        "price_includes_tax": False,
    }


def test_a_new_document_has_those_of_every_site_that_it_may_move_to(
    client, staff_of, boss, only_site, other_site
):
    template(only_site)
    template(other_site, name="Theirs")
    assert {one["site"] for one in offered(client)} == {only_site.pk, other_site.pk}
    staff_of(only_site)
    assert {one["site"] for one in offered(client)} == {only_site.pk}


def test_without_templates_there_is_no_choice(client, boss):
    page = client.get(pages.url(Estimate, "add")).content.decode()
    assert "data-portal-item-templates" not in page


def test_the_choice_costs_one_query_however_many_there_are(
    client, boss, only_site, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    url = pages.url(Estimate, "edit", estimate_factory(items=1).pk)
    client.get(url)
    with CaptureQueriesContext(connection) as without:
        client.get(url)
    for number in range(10):
        template(only_site, name=f"Poster {number}")
    with django_assert_num_queries(len(without)):
        client.get(url)


def test_managers_of_one_of_two_shops_see_its_templates(client, staff_of, only_site, other_site):
    template(only_site)
    template(other_site, name="Theirs")
    staff_of(only_site)
    page = client.get(reverse("portal_item_templates:index")).content.decode()
    assert "A1 poster" in page
    assert "Theirs" not in page


def test_templates_of_another_site_do_not_exist(client, staff_of, only_site, other_site):
    theirs = template(other_site)
    staff_of(only_site)
    for name in ("edit", "delete", "reorder", "usage", "history"):
        response = client.post(reverse(f"portal_item_templates:{name}", args=[theirs.pk]))
        assert response.status_code == 404
    assert "A1 poster" not in client.get(reverse("portal_item_templates:index")).content.decode()

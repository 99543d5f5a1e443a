"""The totals that follow what is typed."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags

from portal_plugin.models import Estimate, LineItem, PortalSettings
from tests.factories import customer_factory, estimate_factory, line_item

from . import pages

pytestmark = pytest.mark.django_db
NEW = "estimate"


def add_up(client, rows, document=None, initial=0, **values):
    customer = values.pop("customer", document and document.customer)
    data = pages.document(customer, rows, initial, **values)
    if document is None:
        return client.post(reverse("portal_admin:new_totals", args=[NEW]), data)
    return client.post(reverse("portal_admin:totals", args=[document.pk]), data)


def words(response):
    return " ".join(strip_tags(response.content.decode().replace("<", " <")).split())


def test_a_new_document_is_added_up_and_not_saved(client, boss):
    rows = [pages.item(), pages.item(quantity="1", unit_price="10", tax_rate="7")]
    response = add_up(client, rows, deposit_percent="50", discount_amount="10")
    assert words(response) == (
        "Discount -€10.00 Net €100.00 Tax 7% €0.64 Tax 19% €17.27 Total €117.91 Deposit €58.96"
    )
    assert not Estimate.objects.exists()


def test_they_are_what_saving_makes_them(client, boss):
    document = estimate_factory(items=3)
    rows = pages.rows_of(document)
    rows[0] |= {"quantity": "7", "discount_percent": "12.5"}
    rows[1]["DELETE"] = "1"
    rows.append(pages.item(unit_price="0.333", quantity="100"))
    typed = words(add_up(client, rows, document, 3, shipping_amount="4.90"))
    data = pages.document(document.customer, rows, 3, shipping_amount="4.90")
    client.post(pages.url(Estimate, "edit", document.pk), data | {"action-publish": "publish"})
    total = Estimate.objects.get().totals.total
    assert f"Total €{total}" in typed


def test_an_item_that_is_no_number_is_named(client, boss):
    rows = [pages.item(), pages.item(name="Banner", quantity="-2")]
    response = add_up(client, rows)
    assert response.status_code == 422
    assert response.content.decode().startswith("Not added up yet. Banner, Quantity: ")


def test_a_currency_that_does_not_exist_is_named(client, boss):
    response = add_up(client, [pages.item()], currency="EUX")
    assert response.status_code == 422
    assert "Currency" in response.content.decode()


def test_what_else_is_missing_does_not_matter(client, boss):
    response = add_up(client, [pages.item(name="")], title="", language="")
    assert "Total €119.00" in words(response)


def test_an_empty_row_and_a_deleted_one_count_nothing(client, boss):
    empty = pages.item(name="", quantity="1", unit_price="0", tax_rate="0")
    gone = pages.item(quantity="x", DELETE="1")
    assert "Total €119.00" in words(add_up(client, [pages.item(), empty, gone]))


def test_the_customers_currency_holds(client, boss):
    customer = customer_factory(currency="KWD")
    response = add_up(client, [pages.item()], customer=customer)
    assert "KWD" in words(response)


def test_nothing_is_added_up_for_the_document_of_another_shop(
    client, staff_of, only_site, other_site
):
    document = estimate_factory(items=1, site=other_site)
    staff_of(only_site)
    assert add_up(client, [pages.item()], document).status_code == 404


def test_whoever_may_not_write_gets_no_new_totals(client, staff_of):
    user = staff_of(group="Portal editors")
    user.groups.clear()
    assert add_up(client, [pages.item()]).status_code != 200


def test_a_get_is_refused(client, boss):
    assert client.get(reverse("portal_admin:new_totals", args=[NEW])).status_code == 405


def test_five_hundred_items_in_as_many_queries_as_one(client, boss, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
    counts = []
    for count in (1, 500):
        document = estimate_factory(items=[line_item(n + 1) for n in range(count)], published=False)
        counts.append(_queries(client, document, count))
    assert counts[0] == counts[1]
    assert LineItem.objects.count() == 501


def _queries(client, document, count):
    with CaptureQueriesContext(connection) as found:
        response = add_up(client, pages.rows_of(document), document, count)
    assert f"Total €{119 * count:,}.00" in words(response)
    return len(found)


def test_a_shop_without_small_coins_rounds_what_is_not_paid_online(client, boss, only_site):
    PortalSettings.objects.filter(site=only_site).update(rounds_totals="offline")
    rows = [pages.item(quantity="1", unit_price="10.02", tax_rate="0")]
    offline = add_up(client, rows, currency="CHF", pays_by="transfer")
    assert words(offline) == "Net CHF 10.02 Rounding -CHF 0.02 Total CHF 10.00"
    assert words(add_up(client, rows, currency="CHF", pays_by="online")).endswith("CHF 10.02")


def test_a_kind_of_tax_without_a_rate_refuses_one(client, boss):
    rows = [pages.item(name="Banner", tax_rate="19", tax_category="AE")]
    response = add_up(client, rows)
    assert response.status_code == 422
    assert "This kind has no tax" in response.content.decode()

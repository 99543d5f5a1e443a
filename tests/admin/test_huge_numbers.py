"""Numbers that are none, or have no end: a sentence at their field, never an error."""

import pytest

from portal_plugin.models import Estimate
from tests.factories import estimate_factory, user_factory

from . import pages
from .test_bad_input import edit

pytestmark = pytest.mark.django_db

ODD = [
    "NaN",
    "Infinity",
    "-Infinity",
    "1e400",
    "1e-400",
    "9" * 40,
    "0x10",
    "1_000",
    "\u0661",
]
OF_ITEMS = ["quantity", "unit_price", "tax_rate", "discount_percent", "discount_amount"]
OF_DOCUMENTS = ["deposit_percent", "discount_percent", "discount_amount", "shipping_amount"]


@pytest.fixture(autouse=True)
def _boss(client):
    client.force_login(user_factory())


def publish(client, document, rows, **values):
    return edit(client, document, rows, **{"action-publish": "publish"}, **values)


@pytest.mark.parametrize("odd", ODD)
def test_what_is_no_number_is_told(client, odd):
    document = estimate_factory(items=1)
    before = Estimate.objects.get().live_revision_id
    for name in OF_ITEMS:
        rows = pages.rows_of(document)
        rows[0][name] = odd
        assert publish(client, document, rows).status_code == 200
    for name in OF_DOCUMENTS:
        assert publish(client, document, pages.rows_of(document), **{name: odd}).status_code == 200
    fresh = Estimate.objects.get()
    assert fresh.totals.total.is_finite()
    if odd not in ("1e-400", "1_000", "\u0661"):
        assert fresh.live_revision_id == before


@pytest.mark.parametrize(
    ("quantity", "price"),
    [
        ("9999999999", "9999999999999"),
        ("9999999999.9999", "9999999999999.999999"),
        ("1", "-9999999999999"),
        ("1000000", "1000001"),
        ("9999999999", "-1000"),
    ],
)
def test_an_amount_beyond_every_amount_is_told(client, quantity, price):
    """What SQLite could not read again would close the page of its own document for good."""
    document = estimate_factory(items=1)
    rows = pages.rows_of(document)
    rows[0] |= {"quantity": quantity, "unit_price": price}
    for action in ({}, {"action-publish": "publish"}):
        answer = edit(client, document, rows, **action)
        assert "unit_price" in str(answer.context["form"].formsets["line_items"].errors)
    assert client.get(pages.url(Estimate, "edit", document.pk)).status_code == 200


@pytest.mark.parametrize("name", ["discount_amount", "shipping_amount"])
def test_so_is_one_of_the_whole_document(client, name):
    document = estimate_factory(items=1)
    answer = publish(client, document, pages.rows_of(document), **{name: "9" * 15})
    assert name in answer.context["form"].errors


def test_many_that_are_allowed_make_no_total_that_is_not(client):
    document = estimate_factory(items=1)
    before = Estimate.objects.get().live_revision_id
    rows = pages.rows_of(document)
    rows[0] |= {"quantity": "1", "unit_price": "900000000000"}
    rows += [{**rows[0], "id": "", "key": ""}]
    answer = publish(client, document, rows)
    assert "The amount is too large." in answer.content.decode()
    assert Estimate.objects.get().live_revision_id == before


@pytest.mark.parametrize(
    ("quantity", "price"), [("1000000", "840000"), ("0.0001", "0.000001"), ("9999999999", "0.01")]
)
def test_what_is_merely_much_or_little_is_shown(client, quantity, price):
    document = estimate_factory(items=1)
    rows = pages.rows_of(document)
    rows[0] |= {"quantity": quantity, "unit_price": price, "tax_rate": "0"}
    publish(client, document, rows)
    assert str(Estimate.objects.get().lines[0].quantity.normalize()) != "2"
    assert client.get(pages.url(Estimate, "edit", document.pk)).status_code == 200
    assert client.get(pages.overview(document)).status_code == 200

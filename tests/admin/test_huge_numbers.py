"""Numbers without end, and such as nobody thinks of: a sentence at their field, or a page."""

import pytest

from portal_plugin.models import Customer, Estimate
from tests.factories import estimate_factory, fresh, user_factory

from . import pages
from .test_bad_input import edit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _boss(client):
    client.force_login(user_factory())


@pytest.fixture(scope="module")
def made(make_once):
    return make_once(lambda: estimate_factory(items=1))


def publish(client, document, rows, **values):
    return edit(client, document, rows, **{"action-publish": "publish"}, **values)


@pytest.mark.parametrize("odd", ["1e-400", "1_000", "\u0661"])
def test_what_reads_like_a_number_makes_a_document_that_can_be_shown(client, made, odd):
    document = fresh(made)
    rows = pages.rows_of(document)
    rows[0] |= dict.fromkeys(["quantity", "unit_price"], odd)
    assert publish(client, document, rows, shipping_amount=odd).status_code == 200
    assert Estimate.objects.get().totals.total.is_finite()
    assert client.get(pages.overview(document)).status_code == 200


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
def test_an_amount_beyond_every_amount_is_told(client, made, quantity, price):
    """What SQLite could not read again would close the page of its own document for good."""
    document = fresh(made)
    rows = pages.rows_of(document)
    rows[0] |= {"quantity": quantity, "unit_price": price}
    for action in ({}, {"action-publish": "publish"}):
        answer = edit(client, document, rows, **action)
        assert "unit_price" in str(answer.context["form"].formsets["line_items"].errors)
    assert client.get(pages.url(Estimate, "edit", document.pk)).status_code == 200


@pytest.mark.parametrize("lasting", ["3651", "20261231"])
def test_so_are_days_to_pay_from_which_no_day_follows(client, made, lasting):
    """Each order of the customer would have gone down with them."""
    document = fresh(made)
    answer = publish(client, document, pages.rows_of(document), payment_days=lasting)
    assert "payment_days" in answer.context["form"].errors
    sent = {"name": "Kim", "payment_days": lasting, **pages.formset("contacts", [])}
    answer = client.post(pages.url(Customer, "edit", document.customer_id), sent)
    assert "payment_days" in answer.context["form"].errors


@pytest.mark.parametrize("name", ["discount_amount", "shipping_amount"])
def test_so_is_one_of_the_whole_document(client, made, name):
    document = fresh(made)
    answer = publish(client, document, pages.rows_of(document), **{name: "9" * 15})
    assert name in answer.context["form"].errors


def test_many_that_are_allowed_make_no_total_that_is_not(client, made):
    document = fresh(made)
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
def test_what_is_merely_much_or_little_is_shown(client, made, quantity, price):
    document = fresh(made)
    rows = pages.rows_of(document)
    rows[0] |= {"quantity": quantity, "unit_price": price, "tax_rate": "0"}
    publish(client, document, rows)
    assert str(Estimate.objects.get().lines[0].quantity.normalize()) != "2"
    assert client.get(pages.url(Estimate, "edit", document.pk)).status_code == 200
    assert client.get(pages.overview(document)).status_code == 200

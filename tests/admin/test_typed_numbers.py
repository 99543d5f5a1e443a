"""Whatever is typed where a number belongs, on every form of staff, is taken or told; no field
answers it with an error of the server.

Each form with many fields is asked about each odd value. To answer with the page is slow: some of
each sort are sent.
"""

import uuid
from decimal import Decimal

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from portal_plugin.models import Estimate, ItemTemplate, LedgerEntry, PortalSettings
from portal_plugin.models.decimals import FiniteDecimalField
from portal_plugin.services import invoices, payments
from tests.factories import estimate_factory, fresh, order_factory

from . import pages
from .test_fees_field import posted

#: None of these is a number that anybody means.
ODD = ["sNaN", "-sNaN123", "NaN", "Infinity", "-Infinity", "1e400", "1e999999", "-1e999999"]
ODD += ["1e-999999", "1,5", "1.5.2", "0x10", "9" * 40]
#: One that cannot be compared, one without end, one too large, one too small, and no number.
SENT = ["sNaN", "Infinity", "1e999999", "1e-999999", "1,5"]
#: And these are twelve, as some keyboards write it.
TWELVE = ["\uff11\uff12", "\u0967\u0968"]

pytestmark = pytest.mark.django_db
of_each = pytest.mark.parametrize("typed", [*SENT, *TWELVE])


def asked_again(form, data):
    """The form of a page, as it would be shown after the data was sent."""
    row = fresh(form.instance) if form.instance.pk else type(form.instance)()
    sent = {name: str(value) for name, value in data.items()}
    again = type(form)(sent, instance=row, for_user=form.for_user)
    assert not again.is_valid()
    return again


def assert_all_told(form, whole, rows=()):
    assert set(whole) <= set(form.errors)
    if rows:
        assert set(rows) <= set(form.formsets["line_items"].errors[0])


def numbers_of(form):
    return [n for n, field in form.fields.items() if isinstance(field, forms.DecimalField)]


@pytest.fixture(scope="module")
def made(make_once):
    return make_once(lambda: (estimate_factory(items=1), order_factory(items=1)))


@pytest.fixture
def order(boss, made):
    return fresh(made[1])


@pytest.fixture
def of_document(client, boss, made, only_site):
    """The form of an estimate; its fields of numbers, those of its item, and what is posted where
    all of them hold the same."""
    PortalSettings.objects.filter(site=only_site).update(least_deposit=1)
    document = fresh(made[0])
    form = client.get(pages.url(Estimate, "edit", document.pk)).context["form"]
    rows = numbers_of(form.formsets["line_items"].forms[0])
    assert {"quantity", "unit_price", "tax_rate", "discount_amount"} <= set(rows)
    whole = numbers_of(form)
    assert {"deposit_least", "shipping_tax_rate", "discount_percent"} <= set(whole)
    data = pages.document(document.customer, pages.rows_of(document), 1)
    names = [*(f"line_items-0-{row}" for row in rows), *whole]
    return form, whole, rows, lambda typed: data | dict.fromkeys(names, typed)


def test_of_an_item_and_a_document(client, of_document):
    form, whole, rows, data = of_document
    for typed in ODD:
        assert_all_told(asked_again(form, data(typed)), whole, rows)
    document = form.instance
    for typed in SENT:
        totals = client.post(reverse("portal_admin:totals", args=[document.pk]), data(typed))
        assert totals.status_code == 422, typed
        response = client.post(pages.url(Estimate, "edit", document.pk), data(typed))
        assert_all_told(response.context["form"], whole, rows)
    assert 12 not in saved(whole, rows)


@pytest.mark.parametrize("typed", TWELVE)
def test_of_an_item_and_a_document_that_is_one(client, of_document, typed):
    form, whole, rows, data = of_document
    totals = reverse("portal_admin:totals", args=[form.instance.pk])
    assert client.post(totals, data(typed)).status_code == 200
    client.post(pages.url(Estimate, "edit", form.instance.pk), data(typed))
    assert saved(whole, rows) == {12}


def saved(whole, rows):
    draft = Estimate.objects.get().get_latest_revision_as_object()
    values = {getattr(draft, name) for name in whole}
    return values | {getattr(draft.lines[0], name) for name in rows}


@pytest.fixture
def of_settings(client, boss, only_site):
    """Post the shop's settings as they are shown, but for what is given."""
    args = ["portal_plugin", "portalsettings", only_site.pk]
    address = reverse("wagtailsettings:edit", args=args)
    form = client.get(address).context["form"]
    names = [name for name in form.fields if name not in ("logo", "method_fees")]
    data = {name: form[name].value() for name in names}
    data = {name: value for name, value in data.items() if value not in (None, "", False)}
    return form, data, lambda **typed: client.post(address, data | typed)


def test_of_the_settings(of_settings):
    form, data, post = of_settings
    names = numbers_of(form)
    assert {"tax_rate", "least_amount", "code_above", "least_deposit"} <= set(names)
    for typed in ODD:
        assert_all_told(asked_again(form, data | dict.fromkeys(names, typed)), names)
    for typed in SENT:
        response = post(**dict.fromkeys(names, typed))
        assert response.status_code == 200
        assert_all_told(response.context["form"], names)


@pytest.mark.parametrize("typed", TWELVE)
def test_of_the_settings_that_is_one(of_settings, typed):
    form, _data, post = of_settings
    assert post(**dict.fromkeys(numbers_of(form), typed)).status_code == 302


def test_of_a_fee(of_settings):
    _form, _data, post = of_settings
    rows = [("card", typed, "1") for typed in ODD] + [("card", "1", typed) for typed in ODD]
    response = post(**posted(*rows))
    assert response.status_code == 200
    told = response.context["form"].errors["method_fees"].as_data()[0].block_errors
    assert {place: list(error.block_errors) for place, error in told.items()} == {
        place: ["percent" if place < len(ODD) else "fixed"] for place in range(2 * len(ODD))
    }


@pytest.mark.parametrize("typed", TWELVE)
def test_of_a_fee_that_is_one(of_settings, only_site, typed):
    _form, _data, post = of_settings
    assert post(**posted(("card", typed, typed))).status_code == 302
    assert PortalSettings.of(only_site).method_fees == [
        {"method": "card", "percent": "12", "fixed": "12"}
    ]


@pytest.mark.parametrize("typed", ODD)
def test_of_a_field_of_any_form_of_money(typed):
    with pytest.raises(ValidationError):
        FiniteDecimalField(max_digits=15).clean(typed)


@of_each
def test_of_money_that_came(client, order, typed):
    data = {
        "amount": typed,
        "method": "Cash",
        "day": timezone.localdate().isoformat(),
        "key": str(uuid.uuid4()),
    }
    client.post(pages.do(order, "record-payment"), data)
    found = LedgerEntry.objects.values_list("amount", flat=True)
    assert list(found) == ([12] if typed in TWELVE else [])


@of_each
@pytest.mark.parametrize("name", ["refund", "correct"])
def test_of_money_that_goes_back_or_was_mistyped(client, order, typed, name):
    entry = payments.record_offline(order, amount=Decimal(20), method="Cash")
    data = {
        "how": "outside",
        "method": "Cash",
        "amount": typed,
        "reason": "Late",
        "key": str(uuid.uuid4()),
        "step": "do",
    }
    response = client.post(reverse(f"portal_admin:{name}", args=[entry.pk]), data)
    assert response.status_code == (302 if typed in TWELVE else 400)
    assert entry.consequences.exists() is (typed in TWELVE)


@of_each
def test_of_a_credit_note(client, order, typed, only_site):
    PortalSettings.objects.filter(site=only_site).update(invoicing="staff")
    invoice = invoices.issue(fresh(order))
    data = {"invoice": invoice.pk, "reason": "Late", "amount": typed, "key": str(uuid.uuid4())}
    response = client.post(pages.do(order, "credit"), data)
    assert response.status_code == (302 if typed in TWELVE else 409)


def test_of_a_template_of_an_item(client, boss, only_site):
    form, names, data = template_page(client, only_site)
    for typed in ODD:
        assert_all_told(asked_again(form, data | dict.fromkeys(names, typed)), names)
    for typed in SENT:
        response = client.post(
            reverse("portal_item_templates:add"), data | dict.fromkeys(names, typed)
        )
        assert_all_told(response.context["form"], names)
    assert not ItemTemplate.objects.exists()


@pytest.mark.parametrize("typed", TWELVE)
def test_of_a_template_of_an_item_that_is_one(client, boss, only_site, typed):
    _form, names, data = template_page(client, only_site)
    client.post(reverse("portal_item_templates:add"), data | dict.fromkeys(names, typed))
    assert ItemTemplate.objects.exists()


def template_page(client, site):
    form = client.get(reverse("portal_item_templates:add")).context["form"]
    names = numbers_of(form)
    assert {"unit_price", "tax_rate"} <= set(names)
    return form, names, {"name": "A1 poster", "tax_category": "S", "site": site.pk}

"""What staff may type wrong on the edit page: a sentence where it is, and nothing half done."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from portal_plugin.models import Estimate, Order, SalesDocument
from portal_plugin.services import on_behalf, payments
from portal_plugin.statuses import Verdict
from tests.factories import estimate_factory, line_item, order_factory, user_factory

from . import pages

pytestmark = pytest.mark.django_db


def edit(client, document, rows, headers=None, follow=True, initial=None, **values):
    initial = len(document.lines) if initial is None else initial
    customer = values.pop("customer", document.customer)
    data = pages.document(customer, rows, initial, **values)
    url = pages.url(type(document), "edit", document.pk)
    return client.post(url, data, follow=follow, headers=headers or {})


def without_first(document):
    rows = pages.rows_of(document)
    rows[0]["DELETE"] = "1"
    return rows


@pytest.fixture
def approved(boss):
    document = estimate_factory(items=3)
    on_behalf.record(document, [document.lines[0].key], Verdict.APPROVE, "Phone", boss)
    return Estimate.objects.get()


# -- items that stay -------------------------------------------------------------------------------


def test_an_item_with_a_decision_is_not_removed_and_comes_back(client, approved):
    before = approved.latest_revision_id
    rows = without_first(approved)
    rows[1]["DELETE"] = "1"
    response = edit(client, approved, rows)
    page = response.content.decode()
    assert "“A1 poster” stays: the customer decided on it." in page
    forms = response.context["form"].formsets["line_items"].forms
    assert [form["DELETE"].value() for form in forms] == ["", "1", ""]
    assert Estimate.objects.get().latest_revision_id == before


def test_an_item_without_one_is(client, approved):
    rows = pages.rows_of(approved)
    rows[1]["DELETE"] = "1"
    edit(client, approved, rows, **{"action-publish": "publish"})
    assert [item.name for item in Estimate.objects.get().lines] == ["A1 poster", "A3 poster"]


def test_a_background_save_does_not_remove_it_either(client, approved):
    response = edit(client, approved, without_first(approved), pages.AUTOSAVE)
    assert response.status_code == 400
    assert len(Estimate.objects.get().get_latest_revision_as_object().lines) == 3


def test_going_back_to_a_version_without_it_is_refused(client, boss):
    document = estimate_factory(items=1)
    old = document.latest_revision
    rows = [*pages.rows_of(document), pages.item(name="Later")]
    edit(client, document, rows, **{"action-publish": "publish"})
    document = Estimate.objects.get()
    on_behalf.record(document, [document.lines[1].key], Verdict.APPROVE, "Phone", boss)
    url = pages.url(Estimate, "revisions_revert", document.pk, old.pk)
    data = pages.document(document.customer, pages.rows_of(old.as_object()), 1)
    page = client.post(url, data | {"action-publish": "publish"}, follow=True).content.decode()
    assert "“Later” stays" in page
    assert len(Estimate.objects.get().lines) == 2


def test_an_item_that_was_paid_is_not_removed(client, boss):
    document = order_factory(items=2)
    payments.record_offline(document, amount=Decimal(10))
    page = edit(client, Order.objects.get(), without_first(document)).content.decode()
    assert "“A1 poster” stays: it is part of what was paid." in page


def test_once_the_decision_is_taken_back_it_may_go(client, boss, approved):
    on_behalf.take_back(approved, approved.lines[0].key, "A mistake", boss)
    edit(client, approved, without_first(approved), **{"action-publish": "publish"})
    assert len(Estimate.objects.get().lines) == 2


# -- what is missing -------------------------------------------------------------------------------


def test_an_item_without_a_price_does_not_go_out(client, boss):
    document = estimate_factory(items=2, published=False)
    rows = pages.rows_of(document)
    rows[1]["unit_price"] = ""
    page = edit(client, document, rows, **{"action-publish": "publish"}).content.decode()
    assert "Give “A2 poster” a price." in page
    assert not Estimate.objects.get().live


def test_a_free_item_does(client, boss):
    item = line_item(unit_price=0, discount_percent=100)
    document = estimate_factory(items=[item], published=False)
    rows = pages.rows_of(document)
    rows[0]["discount_percent"] = "100"
    edit(client, document, rows, **{"action-publish": "publish"})
    assert Estimate.objects.get().live


def test_nothing_goes_out_without_a_customer(client, boss):
    document = estimate_factory(items=1, published=False)
    rows = pages.rows_of(document)
    page = edit(client, document, rows, customer=None, **{"action-publish": "send"})
    assert "Choose a customer." in page.content.decode()
    assert not Estimate.objects.get().live


# -- currency and dates ----------------------------------------------------------------------------


def test_the_currency_of_what_is_out_stays(client, boss):
    document = estimate_factory(items=1)
    response = edit(client, document, pages.rows_of(document), currency="USD")
    assert response.context["form"].errors["currency"] == [
        "The customer has prices in EUR: it stays."
    ]
    assert Estimate.objects.get().get_latest_revision_as_object().currency == "EUR"


def test_the_currency_of_what_was_paid_stays(client, boss):
    document = order_factory(items=1)
    payments.record_offline(document, amount=Decimal(10))
    response = edit(client, document, pages.rows_of(document), currency="USD")
    assert "It was paid in EUR" in response.content.decode()


def test_a_first_draft_may_have_another_currency(client, boss):
    document = estimate_factory(items=1, published=False)
    edit(client, document, pages.rows_of(document), currency="USD")
    assert Estimate.objects.get().currency == "USD"


def day(days):
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def test_a_last_day_that_is_over_is_refused(client, boss):
    document = estimate_factory(items=1)
    response = edit(client, document, pages.rows_of(document), valid_until=day(-1))
    assert response.context["form"].errors["valid_until"]
    edit(client, document, pages.rows_of(document), valid_until=day(0))
    assert Estimate.objects.get().get_latest_revision_as_object().valid_until


def test_what_expired_is_written_on_but_does_not_go_out(client, boss):
    document = estimate_factory(items=1, valid_until=timezone.localdate() - timedelta(days=3))
    rows = pages.rows_of(document)
    edit(client, document, rows, valid_until=day(-3), title="Again")
    assert Estimate.objects.get().get_latest_revision_as_object().title == "Again"
    page = edit(client, document, rows, valid_until=day(-3), **{"action-publish": "publish"})
    assert page.context["form"].errors["valid_until"]
    SalesDocument.objects.update(valid_until_override=timezone.localdate())
    edit(client, document, rows, valid_until=day(-3), **{"action-publish": "publish"})
    assert Estimate.objects.get().current_version.number == 2


# -- two people ------------------------------------------------------------------------------------


def test_a_save_over_somebody_elses_is_told_first(client, boss):
    document = estimate_factory(items=1)
    opened = document.latest_revision
    seen = {
        "loaded_revision_id": opened.pk,
        "loaded_revision_created_at": opened.created_at.isoformat(),
    }
    rows = pages.rows_of(document)
    other = user_factory()
    client.force_login(other)
    edit(client, document, rows, title="Of the first", **seen)
    client.force_login(boss)
    publishing = {"title": "Of the second", "action-publish": "publish"}
    response = edit(client, document, rows, **publishing, **seen)
    page = response.content.decode()
    assert "after you opened it" in page
    assert other.get_full_name() in page
    assert 'value="Of the second"' in page
    document = Estimate.objects.get()
    assert document.get_latest_revision_as_object().title == "Of the first"
    assert document.current_version.number == 1
    newest = document.latest_revision
    assert f'name="loaded_revision_id" value="{newest.pk}"' in page
    seen = {
        "loaded_revision_id": newest.pk,
        "loaded_revision_created_at": newest.created_at.isoformat(),
    }
    edit(client, document, rows, **publishing, **seen)
    assert Estimate.objects.get().title == "Of the second"
    titles = [row.content["title"] for row in Estimate.objects.get().revisions.all()]
    assert "Of the first" in titles


def test_ones_own_background_save_is_no_others(client, boss):
    """Its answer may come after the button was pressed: the page does not know of it yet."""
    document = estimate_factory(items=1)
    opened = document.latest_revision
    seen = {
        "loaded_revision_id": opened.pk,
        "loaded_revision_created_at": opened.created_at.isoformat(),
    }
    rows = pages.rows_of(document)
    edit(client, document, rows, pages.AUTOSAVE, title="Half of it", **seen)
    edit(client, document, rows, title="All of it", **seen, **{"action-publish": "publish"})
    assert Estimate.objects.get().title == "All of it"

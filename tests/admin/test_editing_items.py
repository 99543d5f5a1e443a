"""The items on the edit page: their keys, rows that come twice or from elsewhere, and very many."""

import re
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from django.core import checks
from django.db import connection
from django.forms import modelform_factory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal_plugin.admin.item_forms import LineItemForm, LineItemFormSet
from portal_plugin.checks import uploads
from portal_plugin.models import Customer, Estimate, LineItem
from portal_plugin.services import on_behalf
from portal_plugin.statuses import Verdict
from tests.factories import customer_factory, estimate_factory

from . import pages
from .pages import AUTOSAVE, post

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("price", "shown"), [("18.900000", "18.90"), ("240.000000", "240"), ("0.125000", "0.125")]
)
def test_a_price_is_shown_as_prices_are_written(price, shown):
    item = LineItem(unit_price=Decimal(price), quantity=Decimal("2.5000"))
    form_class = modelform_factory(LineItem, LineItemForm, fields=["unit_price", "quantity"])
    form = form_class(instance=item)
    assert str(form.initial["unit_price"]) == shown
    assert str(form.initial["quantity"]) == "2.5"


def test_a_new_item_keeps_its_key_through_autosaves_and_publishing(client, boss):
    document = estimate_factory(items=1)
    rows = [*pages.rows_of(document), pages.item(name="New")]
    answer = post(client, document, rows, 1, headers=AUTOSAVE).json()
    updates = answer["field_updates"]
    key = updates["line_items-1-key"]
    rows[1]["key"] = key
    for _ in range(2):
        post(client, document, rows, 2, headers=AUTOSAVE)
    post(client, document, rows, 2, **{"action-publish": "publish"})
    document = Estimate.objects.get()
    assert [item.key for item in document.lines][1] == UUID(key)
    assert document.line_items.count() == 2


def test_items_keep_their_keys_when_a_draft_is_published_again(client, boss):
    document = estimate_factory(items=2)
    before = [item.key for item in document.lines]
    rows = pages.rows_of(document)
    rows[1]["name"] = "Renamed"
    post(client, document, rows, 2, **{"action-publish": "publish"})
    document = Estimate.objects.get()
    assert [item.key for item in document.lines] == before
    assert document.lines[1].name == "Renamed"


def test_autosaving_a_first_draft_makes_each_item_once(client, boss):
    document = estimate_factory(items=[], published=False)
    rows = [pages.item(name="One")]
    for _ in range(2):
        answer = post(client, document, rows, 0, headers=AUTOSAVE).json()
        rows[0]["key"] = answer["field_updates"].get("line_items-0-key", rows[0].get("key"))
    assert document.line_items.count() == 1


def test_a_row_that_the_page_saves_at_the_same_moment_is_one_row(client, boss, monkeypatch):
    """The second request looks before the first has written, and writes after it."""
    document = estimate_factory(items=[], published=False)
    rows = [pages.item(name="One", key=str(uuid4()))]
    post(client, document, rows, 0, headers=AUTOSAVE)
    find, looks = LineItemFormSet._find_saved, []

    def too_early_at_first(formset, forms):
        looks.append(formset)
        if len(looks) > 1:
            find(formset, forms)

    monkeypatch.setattr(LineItemFormSet, "_find_saved", too_early_at_first)
    rows[0]["name"] = "One, and better"
    post(client, document, rows, 0)
    assert [item.name for item in Estimate.objects.get().lines] == ["One, and better"]


def test_two_rows_with_one_key_get_two(client, boss):
    document = estimate_factory(items=1)
    row = pages.rows_of(document)[0]
    copy = {**row, "id": "", "name": "Copy"}
    post(client, document, [row, copy], 1, **{"action-publish": "publish"})
    document = Estimate.objects.get()
    assert len({item.key for item in document.lines}) == 2


def test_the_page_carries_each_items_key(client, boss):
    document = estimate_factory(items=1)
    page = client.get(pages.url(Estimate, "edit", document.pk)).content.decode()
    field = '<input type="hidden" name="line_items-0-key" value="%s"'
    assert field % document.lines[0].key in page


def test_the_template_of_a_new_row_has_no_key(client, boss):
    document = estimate_factory(items=1)
    form = client.get(pages.url(Estimate, "edit", document.pk)).context["form"]
    assert not form.formsets["line_items"].empty_form["key"].value()


def test_going_back_to_an_old_revision_keeps_keys_and_decisions(client, boss):
    document = estimate_factory(items=2)
    first = document.latest_revision
    keys = [item.key for item in document.lines]
    on_behalf.record(document, keys[:1], Verdict.APPROVE, "On the phone", boss)
    rows = pages.rows_of(document)
    rows[1]["name"] = "Renamed"
    post(client, document, rows, 2, **{"action-publish": "publish"})
    url = reverse(
        Estimate.snippet_viewset.get_url_name("revisions_revert"), args=[document.pk, first.pk]
    )
    assert client.get(url).status_code == 200
    old = first.as_object()
    data = pages.document(document.customer, pages.rows_of(old), 2, **{"action-publish": "publish"})
    client.post(url, data)
    document = Estimate.objects.get()
    assert [item.key for item in document.lines] == keys
    assert document.standing.items[keys[0]].state == "approved"


def test_a_draft_is_read_in_as_many_queries_with_thirty_items_as_with_one(boss):
    counts = set()
    for count in (1, 30):
        document = estimate_factory(items=count, published=False)
        revision = document.save_revision()
        with CaptureQueriesContext(connection) as found:
            assert len(revision.as_object().lines) == count
        counts.add(len(found))
    assert len(counts) == 1


@pytest.mark.parametrize("button", ["action-publish", "nothing"])
@pytest.mark.parametrize(
    "changes",
    [
        {"line_items-TOTAL_FORMS": "many"},
        {"line_items-TOTAL_FORMS": None},
        {"line_items-INITIAL_FORMS": ""},
        {"line_items-INITIAL_FORMS": "2"},
        {"line_items-0-id": None},
        {"line_items-0-id": "first"},
        {"line_items-0-id": "9" * 5000},
    ],
)
def test_rows_that_no_page_sends_are_an_error_of_the_form(client, boss, changes, button):
    document = estimate_factory(items=1)
    rows = [*pages.rows_of(document), pages.item(id=None)]
    data = pages.document(document.customer, rows, 1, title="Other") | changes | {button: "x"}
    data = {name: value for name, value in data.items() if value is not None}
    answer = client.post(pages.url(Estimate, "edit", document.pk), data)
    assert answer.status_code == 200
    assert "ManagementForm data is missing" in answer.content.decode()
    assert Estimate.objects.get().get_latest_revision_as_object().title != "Other"
    url = reverse("portal_admin:totals", args=[document.pk])
    assert client.post(url, data).status_code == 200


@pytest.mark.parametrize("initial", [0, 1])
@pytest.mark.parametrize("delete", ["", "on"])
@pytest.mark.parametrize("button", ["action-publish", "nothing"])
def test_a_row_of_another_document_is_neither_changed_nor_moved_nor_deleted(
    client, boss, initial, delete, button
):
    own, other = estimate_factory(items=1), estimate_factory(items=1)
    theirs = other.line_items.get()
    before = type(theirs).objects.filter(pk=theirs.pk).values().get()
    row = pages.item(id=theirs.pk, key=str(theirs.key), name="Taken", DELETE=delete)
    post(client, own, [row], initial, **{button: "x"})
    assert type(theirs).objects.filter(pk=theirs.pk).values().get() == before
    assert other.line_items.get().pk == theirs.pk


def test_so_are_those_of_contacts(client, boss):
    customer = customer_factory()
    contacts = pages.formset("contacts", [{"name": "Kim"}], 1) | {"contacts-0-id": "first"}
    data = {"name": "Other", "language": "", "pays_by": "", **contacts}
    answer = client.post(pages.url(Customer, "edit", customer.pk), data)
    assert "ManagementForm data is missing" in answer.content.decode()
    assert Customer.objects.get().name != "Other"


def test_five_hundred_items_are_saved_as_the_page_sends_them(client, boss, settings):
    """The check that tells of a lower limit knows how much the page sends."""
    document = estimate_factory(items=1, published=False)
    page = client.get(pages.url(Estimate, "edit", document.pk)).content.decode()
    sent = set(re.findall(r'name="(line_items-__prefix__-[^"]+)"', page))
    assert len(sent) == uploads.FIELDS_OF_ITEM
    rows = pages.rows_of(document) + [pages.item(name=f"Item {n}") for n in range(499)]
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
    assert post(client, document, rows, initial=1).status_code == 302
    assert document.line_items.count() == 500
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 1_000
    assert post(client, document, rows, initial=1).status_code == 400
    assert "W016" in {message.id.rpartition(".")[2] for message in checks.run_checks()}

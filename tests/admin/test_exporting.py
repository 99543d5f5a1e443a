"""Exports of thousands of rows: what they ask for and hold does not grow with them."""

import codecs
import csv
import io
import tracemalloc
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook
from wagtail.log_actions import registry

from portal_plugin.admin import export_log, exporting
from portal_plugin.formulas import harmless, without_guard
from portal_plugin.models import LedgerEntry, Order
from portal_plugin.services import on_behalf, payments
from portal_plugin.statuses import Verdict
from tests import seeding
from tests.factories import approve, customer_factory, estimate_factory, line_item, order_factory

from . import pages

pytestmark = pytest.mark.django_db

BOOKS = reverse("portal_admin:bookkeeping")
MONTH = reverse("portal_admin:month")
ALL_DAYS = {"begin": "2000-01-01", "end": "2999-12-31"}
KINDS = pytest.mark.parametrize("kind", ["csv", "xlsx"])


def asked(client, url, query):
    """Number of queries of an export that is read to its end."""
    with CaptureQueriesContext(connection) as queries:
        b"".join(client.get(url, query).streaming_content)
    return len(queries)


def orders_with_choices(number, *, parts=1):
    """``parts``: in how many payments each was paid."""
    for _ in range(number):
        items = [line_item(1), line_item(2, is_optional=True, is_selected=False)]
        order = order_factory(items=items)
        for _part in range(parts):
            LedgerEntry.objects.create(
                document=order,
                kind="payment",
                currency="EUR",
                amount=Decimal(5),
                occurred_at=datetime(2026, 5, 5, 12, tzinfo=UTC),
            )


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (pages.url(Order, "list"), "Exported as CSV: orders"),
        (pages.url(Order, "list") + "?q=Secret", "Exported as CSV: orders, filtered"),
        ("/admin/portal/payments/", "Exported as CSV: payments"),
        ("/admin/reports/portal-activity/", "Exported as CSV: activity"),
        (f"{BOOKS}?of=orders&begin=2000-01-01", "Exported as CSV: orders, filtered"),
    ],
)
def test_who_exported_what_is_in_the_log_without_what_they_looked_for(client, boss, path, said):
    order_factory()
    ends = {"end": "2999-12-31"} if BOOKS in path else {}
    query = QueryDict(path.partition("?")[2]).dict() | ends | {"export": "csv"}
    b"".join(client.get(path.partition("?")[0], query).streaming_content)
    (entry,) = registry.get_logs_for_instance(boss).filter(action=export_log.ACTION)
    assert (entry.user, entry.message) == (boss, said)
    assert "Secret" not in str(entry.data)
    assert said in client.get("/admin/reports/site-history/").content.decode()


@pytest.mark.parametrize(
    "path",
    [pages.url(Order, "list"), "/admin/portal/payments/", f"{BOOKS}?of=orders", MONTH],
)
def test_excel_is_told_that_a_csv_file_is_in_utf_8(client, boss, path):
    """Of itself it reads it in the machine's old code page."""
    order = order_factory(customer=customer_factory(name="Größe"))
    payments.record_offline(order, amount=Decimal(5), method="Größe")
    url, _sign, asked_for = path.partition("?")
    answer = client.get(url, QueryDict(asked_for).dict() | {"export": "csv"})
    content = answer.getvalue()
    assert content.startswith(codecs.BOM_UTF8)
    assert content.count(codecs.BOM_UTF8) == 1
    assert url == MONTH or "Größe".encode() in content


def test_a_list_that_is_only_looked_at_is_not(client, boss):
    client.get(pages.url(Order, "list"), {"q": "x"})
    assert not registry.get_logs_for_instance(boss).filter(action=export_log.ACTION).exists()


@KINDS
@pytest.mark.parametrize("of", ["orders", "payments"])
def test_the_books_ask_the_same_for_one_row_and_for_many(client, boss, of, kind):
    orders_with_choices(1)
    query = {**ALL_DAYS, "of": of, "export": kind}
    asked(client, BOOKS, query)
    first = asked(client, BOOKS, query)
    orders_with_choices(3, parts=2)
    assert asked(client, BOOKS, query) == first


def test_totals_that_were_read_ahead_are_those_of_each_order_alone(client, boss):
    """Also where an item was declined, which is read for such orders alone."""
    orders_with_choices(1)
    order = order_factory(items=2)
    first, _second = order.standing.waiting_keys
    on_behalf.record(order, [first], Verdict.DECLINE, "On the phone", boss)
    source = approve(estimate_factory(items=2))
    response = client.get(BOOKS, {**ALL_DAYS, "of": "orders", "export": "csv"})
    rows = csv.DictReader(io.StringIO(response.getvalue().decode()))
    found = {row["Document"]: Decimal(row["Total"]) for row in rows}
    assert found == {order.number: order.totals.total for order in Order.objects.all()}
    declined = Order.objects.get(pk=order.pk)
    assert found[order.number] == declined.totals_without({first}).total < order.totals.total
    assert source.resulting_order.number in found


def growth(client, query):
    """Bytes that were held at most while it was made and read."""
    tracemalloc.start()
    try:
        for _piece in client.get(pages.url(Order, "list"), query).streaming_content:
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_what_an_export_holds_does_not_grow_with_its_rows(client, boss, only_site, monkeypatch):
    monkeypatch.setattr(exporting, "CHUNK", 25)
    monkeypatch.setattr(exporting, "FEW", 25)
    seeding.orders(only_site, 75)
    few = {}
    for kind in ("csv", "xlsx"):
        growth(client, {"export": kind})
        few[kind] = growth(client, {"export": kind})
    seeding.orders(only_site, 325)
    for kind, held in few.items():
        # A finished workbook is packed in memory: 60 bytes a row.
        assert growth(client, {"export": kind}) < held + 400 * 150, kind


@pytest.mark.parametrize("text", ["a;=1", "a; =1", "a\n=1", "a\t@x", "a;+1;-1", "＝1", "=1;=2"])
def test_a_formula_further_on_in_a_text_is_guarded_and_comes_back(text):
    guarded = harmless(text)
    assert guarded != text
    assert all(not cell.strip(" ").startswith(tuple("=+-@＝")) for cell in guarded.split(";"))
    assert without_guard(guarded) == text


@pytest.mark.parametrize("text", ["a; b", "a;b=1", "1 - 2", "a\nb", "mail@example.org; b"])
def test_what_is_none_stays(text):
    assert harmless(text) == text


@pytest.mark.parametrize("letter", ["\x0b", "\x1f", "\ufffe"])
def test_a_letter_that_no_workbook_can_hold_does_not_keep_the_others_back(client, boss, letter):
    order_factory(1, customer=customer_factory(name=f"Anna{letter} Roth"))
    url = reverse("wagtailsnippets_portal_plugin_order:list")
    book = load_workbook(io.BytesIO(client.get(url, {"export": "xlsx"}).getvalue()))
    assert any("Anna Roth" in row for row in book.active.iter_rows(values_only=True))


def test_what_is_left_out_hides_no_formula():
    assert harmless("\x0b=1") == "'=1"

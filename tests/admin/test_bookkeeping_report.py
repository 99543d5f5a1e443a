"""The bookkeeper's page: day by day, whose, and exports that are safe to open."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.users.models import UserProfile

from portal_plugin.admin.bookkeeping_report import MOST_DAYS, BookkeepingMenuItem
from portal_plugin.models import Invoice, LedgerEntry, PortalSettings, SalesDocument
from portal_plugin.services import invoices
from tests.factories import customer_factory, line_item, order_factory, site_factory

pytestmark = pytest.mark.django_db

URL = reverse("portal_admin:bookkeeping")
MAY = {"begin": "2026-05-01", "end": "2026-05-31"}


def day(number):
    return datetime(2026, 5, number, 12, tzinfo=UTC)


def order(**values):
    made = order_factory(**{"items": 1} | values)
    SalesDocument.objects.filter(pk=made.pk).update(first_published_at=day(2))
    return made


def paid(document, amount, moment=None, **values):
    columns = {"kind": "payment", "currency": document.currency, "occurred_at": moment or day(5)}
    columns |= {"amount": Decimal(amount)}
    return LedgerEntry.objects.create(document=document, **columns | values)


def read(response):
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def export(client, of="payments", kind="csv", **span):
    return client.get(URL, {**MAY, **span, "of": of, "export": kind})


def test_day_by_day_what_came_and_went(client, boss):
    document = order()
    paid(document, "119", fee=Decimal("1.50"))
    paid(document, "-19", kind="refund")
    paid(document, "7", day(6))
    response = client.get(URL, MAY)
    html = response.content.decode()
    for shown in ("€119.00", "-€19.00", "€1.50", "€98.50", "€7.00"):
        assert shown in html
    assert [row["count"] for row in response.context["days"]] == [1, 2]


def test_below_the_days_stands_their_sum_by_currency(client, boss):
    euros, yens = order(), order(currency="JPY")
    paid(euros, "119", fee=Decimal("1.50"))
    paid(euros, "-19", day(6), kind="refund")
    paid(yens, "500")
    sums = client.get(URL, MAY).context["sums"]
    assert [(row["count"], row["came"], row["went"], row["left"]) for row in sums] == [
        (2, "€119.00", "-€19.00", "€98.50"),
        (1, "¥500", "¥0", "¥500"),
    ]


def test_a_row_of_each_payment_with_its_fee_and_tax(client, boss):
    document = order(customer=customer_factory(name="Kim"))
    paid(document, "59.50", fee=Decimal("1.25"), method="Visa •••• 4242", reference="ch_1")
    headings, row = read(export(client))
    found = dict(zip(headings, row, strict=True))
    assert found["Date"] == "2026-05-05"
    assert (found["Document"], found["Customer"]) == (document.number, "Kim")
    assert (found["Amount"], found["Fee"], found["Less the fee"]) == ("59.50", "1.25", "58.25")
    assert (found["Tax in it"], found["Tax by rate"]) == ("9.50", "19 %: 9.50")
    assert (found["Currency"], found["Method"]) == ("EUR", "Visa •••• 4242")


@pytest.mark.parametrize(
    ("currency", "amount", "digits"),
    [("EUR", "285.60", "#,##0.00"), ("JPY", "500", "#,##0"), ("KWD", "1.250", "#,##0.000")],
)
def test_a_spreadsheet_shows_amounts_with_all_their_digits(client, boss, currency, amount, digits):
    paid(order(currency=currency), amount)
    content = b"".join(export(client, kind="xlsx").streaming_content)
    headings, row = openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows()
    found = {heading.value: cell for heading, cell in zip(headings, row, strict=True)}
    assert (found["Amount"].value, found["Amount"].number_format) == (float(amount), digits)


def test_a_row_of_each_order(client, boss):
    document = order()
    paid(document, "19")
    headings, row = read(export(client, "orders"))
    found = dict(zip(headings, row, strict=True))
    assert (found["Without tax"], found["Tax"], found["Total"]) == ("100.00", "19.00", "119.00")
    assert (found["Document"], found["Paid"]) == (document.number, "19.00")
    assert found["Tax by rate"] == "19 %: 19.00"


def test_a_row_of_each_formal_invoice_as_it_was_issued(client, boss):
    site = site_factory(invoicing="staff")
    customer = customer_factory(site, company="Roth GmbH", country="AT", tax_number="ATU12345678")
    items = [line_item(1), line_item(2, tax_rate=0, tax_category="AE")]
    document = order_factory(items, site=site, customer=customer, payment_days=14)
    invoice = invoices.issue(document)
    note = invoices.credit(invoice, "Scratched", amount=Decimal("21.90"))
    type(customer).objects.update(company="Somebody else")
    today = {"begin": invoice.issued_on.isoformat(), "end": invoice.issued_on.isoformat()}
    headings, row, back = read(export(client, "invoices", **today))
    found = dict(zip(headings, row, strict=True))
    assert (found["Number"], found["Document"]) == (invoice.number, document.number)
    assert (found["Company"], found["Country"]) == ("Roth GmbH", "AT")
    assert found["Tax number"] == "ATU12345678"
    assert found["Without tax by rate"] == "0 % AE: 100.00; 19 %: 100.00"
    assert found["Tax by rate"] == "0 % AE: 0.00; 19 %: 19.00"
    assert (found["Without tax"], found["Tax"], found["Total"]) == ("200.00", "19.00", "219.00")
    found = dict(zip(headings, back, strict=True))
    assert (found["Kind"], found["Takes back"]) == ("Credit note", invoice.number)
    assert (found["Number"], found["Total"]) == (note.number, "-21.90")
    assert "Invoices as CSV" in client.get(URL, today).content.decode()


def test_a_shop_without_formal_invoices_reads_nothing_of_them(client, boss):
    paid(order(), "1")
    assert "Invoices as" not in client.get(URL, MAY).content.decode()
    assert len(read(export(client, "invoices"))) == 1


def test_without_a_time_it_is_this_month_so_far(client, boss):
    today = timezone.localdate()
    first = timezone.localtime().replace(day=1, hour=0, minute=0, second=1)
    document = order()
    for moment in (timezone.now(), first, first - timedelta(hours=1)):
        paid(document, "1", moment)
    response = client.get(URL)
    typed = response.context["form"].cleaned_data
    assert (typed["begin"], typed["end"]) == (today.replace(day=1), today)
    assert sum(row["count"] for row in response.context["days"]) == 2


def test_days_before_and_after_are_not_in_it(client, boss):
    document = order()
    paid(document, "1", datetime(2026, 4, 30, 12, tzinfo=UTC))
    paid(document, "2", datetime(2026, 6, 1, 12, tzinfo=UTC))
    paid(document, "3", datetime(2026, 5, 31, 12, tzinfo=UTC))
    assert [row[7] for row in read(export(client))[1:]] == ["3.00"]


def test_a_day_is_the_shops_from_midnight_to_midnight(client, boss, settings):
    settings.TIME_ZONE = "Europe/Berlin"
    moments = {
        "too early": datetime(2026, 4, 30, 21, 59, 59, tzinfo=UTC),
        "first": datetime(2026, 4, 30, 22, tzinfo=UTC),
        "last": datetime(2026, 5, 31, 21, 59, 59, tzinfo=UTC),
        "too late": datetime(2026, 5, 31, 22, tzinfo=UTC),
    }
    for title, moment in reversed(moments.items()):
        document = order(number=title)
        SalesDocument.objects.filter(pk=document.pk).update(first_published_at=moment)
        paid(document, "1", moment)
    for of in ("payments", "orders"):
        assert [row[:2] for row in read(export(client, of))[1:]] == [
            ["2026-05-01", "first"],
            ["2026-05-31", "last"],
        ]


def test_invoices_are_those_of_the_days_that_stand_on_them(client, boss, only_site):
    PortalSettings.objects.filter(site=only_site).update(invoicing="staff")
    for number in ("06-01", "05-31", "05-01", "04-30"):
        made = invoices.issue(order())
        Invoice.objects.filter(pk=made.pk).update(number=number, issued_on=f"2026-{number}")
    assert [row[1] for row in read(export(client, "invoices"))[1:]] == ["05-01", "05-31"]


def test_whatever_clock_staff_have_chosen_the_days_are_the_shops(client, boss, settings):
    settings.TIME_ZONE = "Europe/Berlin"
    paid(order(), "1", datetime(2026, 5, 31, 21, 59, tzinfo=UTC))
    UserProfile.objects.create(user=boss, current_time_zone="Asia/Tokyo")
    [shown] = client.get(URL, MAY).context["days"]
    assert shown["day"] == date(2026, 5, 31)
    assert [row[0] for row in read(export(client))[1:]] == ["2026-05-31"]


def test_a_page_has_an_end_and_an_export_has_none(client, boss):
    document, begin = order(), day(1)
    columns = {"document": document, "kind": "payment", "currency": "EUR", "amount": Decimal(1)}
    LedgerEntry.objects.bulk_create(
        LedgerEntry(**columns, occurred_at=begin - timedelta(days=number))
        for number in range(MOST_DAYS + 1)
    )
    span = {"begin": "2020-01-01", "end": "2026-05-31"}
    assert len(client.get(URL, span).context["days"]) == MOST_DAYS
    assert len(read(export(client, **span))) == MOST_DAYS + 2


def test_what_is_no_format_is_answered_with_the_page(client, boss):
    assert export(client, kind="pdf").context["days"] == []


def test_samples_and_what_is_not_out_are_no_orders(client, boss):
    SalesDocument.objects.filter(pk=order().pk).update(is_sample=True)
    SalesDocument.objects.filter(pk=order().pk).update(first_published_at=None)
    assert len(read(export(client, "orders"))) == 1


def test_what_is_not_known_is_exported_as_payments(client, boss):
    paid(order(), "4")
    assert [row[7] for row in read(export(client, "secrets"))[1:]] == ["4.00"]


def test_the_menu_has_it_for_those_who_may_record_payments(rf, staff_of, only_site):
    request, item = rf.get("/"), BookkeepingMenuItem()
    for group, is_shown in (("Portal managers", True), ("Portal editors", False)):
        request.user = staff_of(only_site, group)
        assert item.is_shown(request) is is_shown


def test_a_name_is_no_formula(client, boss):
    paid(order(customer=customer_factory(name="=cmd|' /C calc'!A0")), "-5")
    _headings, row = read(export(client))
    assert row[2] == "'=cmd|' /C calc'!A0"
    assert row[7] == "-5.00"


def test_a_spreadsheet_has_numbers(client, boss):
    paid(order(), "59.50")
    response = export(client, kind="xlsx")
    content = b"".join(response.streaming_content) if response.streaming else response.content
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    headings, row = sheet.iter_rows(values_only=True)
    assert row[headings.index("Amount")] == 59.5


def test_only_invoices_of_ones_own_shop(client, staff_of, only_site, other_site):
    made = {}
    for site in (only_site, other_site):
        PortalSettings.objects.filter(site=site).update(
            invoicing="staff", invoice_pattern="R{number}"
        )
        made[site] = invoices.issue(order(site=site))
    other = made[other_site]
    staff_of(only_site)
    today = {"begin": other.issued_on.isoformat(), "end": other.issued_on.isoformat()}
    Invoice.objects.filter(pk=other.pk).update(number="FOREIGN")
    rows = read(export(client, "invoices", **today))
    assert [row[1] for row in rows[1:]] == [made[only_site].number]


def test_only_of_ones_own_shop(client, staff_of, only_site, other_site):
    own, foreign = order(site=only_site), order(site=other_site)
    paid(own, "4")
    paid(foreign, "5")
    staff_of(only_site)
    assert [row[7] for row in read(export(client))[1:]] == ["4.00"]
    assert [row[1] for row in read(export(client, "orders"))[1:]] == [own.number]
    html = client.get(URL, MAY).content.decode()
    assert "€4.00" in html
    assert "€5.00" not in html


def test_who_may_not_record_payments_does_not_see_it(client, staff_of, only_site):
    staff_of(only_site, "Portal editors")
    assert client.get(URL, MAY).status_code in (302, 403)


@pytest.mark.parametrize("span", [{"begin": "x"}, {"end": "2026-04-01"}, {"begin": "9999-99-99"}])
def test_nonsense_is_told_beside_its_field(client, boss, span):
    response = export(client, **span)
    assert response.status_code == 200
    assert response.context["form"].errors


def test_costs_the_same_for_one_payment_and_for_many(client, boss):
    document = order()
    paid(document, "1")
    client.get(URL, MAY)

    def count():
        with CaptureQueriesContext(connection) as queries:
            client.get(URL, MAY)
        return len(queries)

    first = count()
    for number in range(20):
        paid(document, "1", day(number + 1))
    assert count() == first


@pytest.mark.parametrize("days", [{"end": "9999-12-31"}, {"begin": "0001-01-01"}])
def test_days_that_no_clock_has_are_refused(client, boss, days):
    response = client.get(URL, {**MAY, **days})
    assert response.status_code == 200
    assert response.context["form"].errors
    assert client.get(URL, {**MAY, **days, "export": "csv"}).status_code == 200

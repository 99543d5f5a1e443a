"""The registers of payments, invoices, activity and direct links, as staff read them."""

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from portal_plugin.admin import timeline
from portal_plugin.admin.register_classes import LinkRegister
from portal_plugin.models import Activity, LedgerEntry, StripeKeys
from portal_plugin.models.documents import lock
from portal_plugin.services import activity, invoices, payments
from tests.factories import line_item, link_factory, order_factory, site_factory

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(only_site):
    return order_factory(site=only_site)


def test_a_row_leads_to_its_document(client, boss, order):
    link_factory(order)
    place = f'href="{reverse("portal_admin:overview", args=[order.pk])}"'
    for path in ("portal-activity", "portal-links"):
        assert place in client.get(f"/admin/reports/{path}/").content.decode()


def test_an_export_names_the_document_and_no_address(client, boss, order):
    text = client.get("/admin/reports/portal-activity/?export=csv").getvalue().decode()
    assert order.number in text
    assert "<a" not in text


def exported(client, kind):
    return client.get(f"/admin/portal/payments/?export={kind}").getvalue()


def test_an_export_has_nothing_for_what_is_empty_and_0_for_nothing(client, boss, order):
    payments.record_offline(order, amount=Decimal(10), method="Cash")
    [row] = csv.DictReader(io.StringIO(exported(client, "csv").decode("utf-8-sig")))
    assert (row["Amount"], row["Fee Paid By The Customer"]) == ("10.00", "0.00")
    assert (row["Method"], row["Reference"], row["Note"]) == ("Cash", "", "")


def test_an_export_says_when_by_the_shops_clock(client, boss, order):
    """In London it was the month before."""
    payments.record_offline(order, amount=Decimal(10))
    LedgerEntry.objects.update(occurred_at=datetime(2026, 11, 30, 23, 30, tzinfo=UTC))
    _headings, (paid, *_rest) = load_workbook(io.BytesIO(exported(client, "xlsx"))).active.values
    assert paid == datetime(2026, 12, 1, 0, 30)
    assert "2026-12-01 00:30:00+01:00" in exported(client, "csv").decode()


def test_a_payment_is_told_in_words_and_with_its_currency(client, boss, order):
    entry = LedgerEntry.objects.create(
        document=order,
        kind="offline",
        amount=Decimal("285.60"),
        currency="EUR",
        occurred_at=timezone.now(),
    )
    page = client.get(f"/admin/portal/payments/inspect/{entry.pk}/").content.decode()
    assert "€285.60" in page
    assert "285.6000" not in page


def test_what_happened_is_told_as_a_sentence_and_without_its_data(client, boss, order):
    row = Activity.objects.filter(document=order, verb="version").get()
    page = client.get(f"/admin/reports/portal-activity/inspect/{row.pk}/").content.decode()
    said = page.partition("<dl>")[2].partition("</dl>")[0]
    assert "went out" in said
    assert "{" not in said


def test_what_happened_is_one_choice_for_each_sentence(client, boss, order):
    filters = client.get("/admin/reports/portal-activity/").context["filters"]
    choices = [choice["display"] for choice in filters[-1]["choices"]]
    assert len(choices) == len(set(choices))


def test_one_choice_finds_each_of_its_verbs(client, boss, order):
    activity.record(lock(order), "comment")
    url = "/admin/reports/portal-activity/?verb="
    both = client.get(url + "version,comment").context["object_list"]
    assert {row.verb for row in both} == {"version", "comment"}
    assert not client.get(url + "declined").context["object_list"]


def test_a_pdf_that_was_drawn_is_no_news_and_is_found_by_whoever_looks_for_it(client, boss, order):
    activity.record(lock(order), "pdf_drawn")
    url = "/admin/reports/portal-activity/"
    assert {row.verb for row in client.get(url).context["object_list"]} == {"version"}
    exported = client.get(f"{url}?export=csv").getvalue().decode()
    assert "version" in exported
    assert "pdf_drawn" not in exported
    (found,) = client.get(f"{url}?verb=pdf_drawn").context["object_list"]
    assert str(timeline.sentence(found)) == "A PDF was made"
    assert [str(entry.sentence) for entry in timeline.entries(order)] == ["Version 1 went out"]


def test_an_invoice_is_told_with_its_currency_and_whoever_issued_it(client, boss):
    site_factory(invoicing="staff")
    invoice = invoices.issue(order_factory([line_item(unit_price=100, quantity=1)]), boss)
    page = client.get(f"/admin/portal/invoices/inspect/{invoice.pk}/").content.decode()
    told = page.partition("<dl>")[2].partition("</dl>")[0]
    for words in ("€100.00", "€19.00", "€119.00", boss.get_full_name()):
        assert words in told
    assert boss.get_username() not in told


def test_links_are_in_the_order_of_whom_they_are_for(client, boss, only_site):
    for name in ("Bea", "Cem", "Ann"):
        link_factory(order_factory(site=only_site), name=name)
    place = LinkRegister.list_display.index("person")
    rows = client.get(f"/admin/reports/portal-links/?o={place}").context["object_list"]
    assert [row.recipient.name for row in rows] == ["Ann", "Bea", "Cem"]


#: What hangs on a row somewhere, and is not for whoever may look at it; ``%s`` is how it begins.
GUESSES = [
    "document__site__stripe_keys__secret_key__startswith=%s",
    "document__responsible__password__startswith=%s",
    "document__responsible__password__regex=%s",
]


@pytest.mark.parametrize("guess", GUESSES)
@pytest.mark.parametrize("path", ["reports/portal-activity", "reports/portal-links"])
def test_nobody_guesses_letter_by_letter_what_hangs_on_a_row(
    client, staff_of, only_site, path, guess
):
    """The address of a list may hold what it is narrowed to: of that only what stands beside it."""
    user = staff_of(only_site)
    user.password = "known"
    user.save()
    client.force_login(user)
    StripeKeys.objects.create(site=only_site, secret_key="known")
    link_factory(order_factory(site=only_site, responsible=user))
    right, wrong = (client.get(f"/admin/{path}/?{guess % text}") for text in ("kno", "xyz"))
    assert right.status_code == wrong.status_code == 200
    assert right.context["result_count"] == wrong.context["result_count"] > 0


def test_what_no_list_can_be_narrowed_to_is_no_fault(client, boss, order):
    answer = client.get("/admin/reports/portal-activity/?utm_source=mail&actor=system")
    assert answer.status_code == 200
    assert {row.actor for row in answer.context["object_list"]} == {"system"}


def test_neither_is_a_day_that_there_is_none_of(client, boss, order):
    for text in ("x", "9999999-01-01"):
        answer = client.get(f"/admin/reports/portal-activity/?created_at__gte={text}")
        assert answer.status_code == 200
        assert not answer.context["object_list"]

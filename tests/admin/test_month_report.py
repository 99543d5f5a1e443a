"""The month in numbers: whose, when, counted once, and in as many queries whatever happened."""

import codecs
import csv
import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone
from wagtail.users.models import UserProfile

from portal_plugin.admin import month_report
from portal_plugin.models import Activity, Decision, LedgerEntry, SalesDocument
from portal_plugin.services import converting, sending
from tests.factories import (
    approve,
    customer_factory,
    estimate_factory,
    order_factory,
    site_factory,
    user_factory,
)

pytestmark = pytest.mark.django_db

URL = reverse("portal_admin:month")
MAY = (datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC))


def day(number, month=5):
    return datetime(2026, month, number, 12, tzinfo=UTC)


def send(document, *moments):
    for moment in moments:
        sending.send_document(document, recipients=[document.customer])
        newest = document.activities.filter(verb="send").order_by("-sequence").first()
        Activity.objects.filter(pk=newest.pk).update(created_at=moment)


def approved(document, moment):
    before = set(Decision.objects.values_list("pk", flat=True))
    document = approve(document)
    Decision.objects.exclude(pk__in=before).update(created_at=moment)
    return document


def paid(document, amount, moment=None, kind="offline"):
    LedgerEntry.objects.create(
        document=document,
        kind=kind,
        amount=Decimal(amount),
        currency=document.currency,
        occurred_at=moment or day(5),
    )


def only_line(user, span=MAY):
    (line,) = month_report.lines(user, *span)
    return line


def test_what_was_sent_approved_and_paid(boss):
    estimate = estimate_factory(items=1)
    send(estimate, day(3))
    approved(estimate, day(5))
    order = order_factory(items=2)
    send(order, day(4))
    paid(order, 50)
    paid(order, -20, kind="refund")
    line = only_line(boss)
    totals = {doc.pk: doc.listed_total for doc in SalesDocument.objects.all()}
    assert (line.sent, line.sent_total) == (2, totals[estimate.pk] + totals[order.pk])
    assert (line.approved, line.approved_total) == (1, totals[estimate.pk])
    assert (line.payments, line.paid) == (2, 30)
    assert line.median_time == timedelta(days=2)


def test_counted_in_the_month_of_the_first_time_alone(boss):
    estimate = estimate_factory(items=2)
    send(estimate, day(30, 4), day(3))
    approve(estimate, [estimate.lines[0].key])
    Decision.objects.update(created_at=day(29, 4))
    estimate = type(estimate).objects.get(pk=estimate.pk)
    approved(estimate, day(6))
    assert month_report.lines(boss, *MAY) == []
    april = only_line(boss, (day(1, 4), MAY[0]))
    assert (april.sent, april.approved) == (1, 1)


def test_edges_of_the_month(boss):
    order = order_factory(items=1)
    paid(order, 1, MAY[0] - timedelta(seconds=1))
    paid(order, 2, MAY[0])
    paid(order, 4, MAY[1] - timedelta(seconds=1))
    paid(order, 8, MAY[1])
    assert only_line(boss).paid == 6


def test_order_is_counted_with_the_estimate_that_it_was_made_from(boss):
    estimate = estimate_factory(items=1)
    send(estimate, day(3))
    estimate = approved(estimate, day(4))
    order = getattr(estimate, "resulting_order", None) or converting.convert(estimate)
    send(order, day(5))
    line = only_line(boss)
    assert (line.sent, line.approved, line.approved_total) == (1, 1, order.listed_total)


def test_median_is_of_what_was_sent_before_it_was_approved(boss):
    for days in (1, 2, 9):
        estimate = estimate_factory(items=1)
        send(estimate, day(10))
        approved(estimate, day(10 + days))
    approved(estimate_factory(items=1), day(12))
    line = only_line(boss)
    assert (line.approved, line.median_time) == (4, timedelta(days=2))


def test_sample_documents_are_left_out(boss):
    estimate = estimate_factory(items=1)
    send(estimate, day(3))
    approved(estimate, day(4))
    paid(estimate, 5)
    SalesDocument.objects.update(is_sample=True)
    assert month_report.lines(boss, *MAY) == []


def test_sites_and_currencies_are_apart(boss, only_site, other_site):
    for site, currency in ((only_site, "EUR"), (only_site, "USD"), (other_site, "EUR")):
        order = order_factory(
            items=1, site=site, currency=currency, customer=customer_factory(site)
        )
        paid(order, 5)
    found = month_report.lines(boss, *MAY)
    assert sorted((line.site, line.currency, line.paid) for line in found) == [
        ("localhost", "EUR", 5),
        ("localhost", "USD", 5),
        ("shop-b.localhost", "EUR", 5),
    ]


def test_nothing_of_another_shop_shows(client, staff_of, only_site, other_site):
    theirs = order_factory(items=1, site=other_site, customer=customer_factory(other_site))
    send(theirs, day(3))
    approved(theirs, day(4))
    paid(theirs, 7777)
    ours = order_factory(items=1)
    paid(ours, 5)
    user = staff_of(only_site, "Portal editors")
    assert [line.paid for line in month_report.lines(user, *MAY)] == [5]
    page = client.get(f"{URL}?month=2026-05").content.decode()
    assert "€5.00" in page
    assert "7,777" not in page
    assert b"7777" not in client.get(f"{URL}?month=2026-05&export=csv").content


def test_page_has_bars_and_a_table_and_leads_on(client, boss):
    order = order_factory(items=1)
    paid(order, 5)
    page = client.get(f"{URL}?month=2026-05").content.decode()
    assert "May 2026" in page
    assert "<details" in page
    assert '<rect width="1000"' in page
    assert f"{URL}?month=2026-04" in page
    assert f"{URL}?month=2026-06" in page


def test_bar_is_as_long_as_its_share():
    line = month_report.Line("A", "EUR", 1, Decimal(1000), 1, Decimal(250), 2, Decimal(-5))
    assert [bar["length"] for bar in month_report._shown(line)["bars"]] == [1000, 250, 0]


@pytest.mark.parametrize(
    "asked", ["", "2026-13", "x", "0000-00", "1999-12", "2026-05-01", "2099-01"]
)
def test_a_month_that_is_none_is_this_one(client, boss, asked):
    response = client.get(URL, {"month": asked})
    assert response.status_code == 200
    assert response.context["view"].first == timezone.localdate().replace(day=1)
    assert response.context["after"] is None


def test_csv_has_numbers_and_no_formula(client, boss, only_site):
    only_site.site_name = "=HYPERLINK(1)"
    only_site.save()
    order = order_factory(items=1, currency="JPY")
    paid(order, -500)
    response = client.get(f"{URL}?month=2026-05&export=csv")
    assert "customer-portal-2026-05.csv" in response["Content-Disposition"]
    assert response.content.startswith(codecs.BOM_UTF8)
    heading, row = csv.reader(io.StringIO(response.content.decode("utf-8-sig")))
    assert heading[0] == "Site"
    assert row == ["'=HYPERLINK(1)", "JPY", "0", "0", "0", "0", "1", "-500", ""]


def test_link_in_the_reports_menu_is_for_who_may_look(client, boss):
    assert URL in client.get(reverse("wagtailadmin_home")).content.decode()
    nobody = user_factory(is_superuser=False)
    nobody.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client.force_login(nobody)
    assert URL not in client.get(reverse("wagtailadmin_home")).content.decode()


def test_queries_do_not_grow_with_what_happened(boss, django_assert_num_queries):
    for count in (1, 3):
        for _number in range(count):
            estimate = estimate_factory(items=1)
            send(estimate, day(3))
            approved(estimate, day(4))
            paid(estimate, 5)
        with django_assert_num_queries(4):
            month_report.lines(boss, *MAY)


def test_queries_of_staff_of_one_of_two_shops(
    staff_of, only_site, other_site, django_assert_num_queries
):
    site_factory()
    paid(order_factory(items=1), 5)
    user = staff_of(only_site)
    month_report.lines(user, *MAY)
    with django_assert_num_queries(4):
        month_report.lines(user, *MAY)


def test_a_month_is_the_shops_whatever_clock_staff_have_chosen(client, boss, settings):
    settings.TIME_ZONE = "Europe/Berlin"
    UserProfile.objects.create(user=boss, current_time_zone="America/New_York")
    paid(order_factory(items=1), 1, datetime(2026, 4, 30, 22, tzinfo=UTC))
    paid(order_factory(items=1), 2, datetime(2026, 5, 31, 22, tzinfo=UTC))
    [line] = client.get(URL, {"month": "2026-05"}).context["view"].lines
    assert line.paid == 1

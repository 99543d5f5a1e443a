"""Money that came outside the portal, written down on an order's overview."""

import re
import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from wagtail.users.models import UserProfile

from portal_plugin import days
from portal_plugin.admin import overview_money, paying
from portal_plugin.models import LedgerEntry, OutgoingEmail
from portal_plugin.services import payments, staging
from tests.factories import estimate_factory, link_factory, order_factory, site_factory

from . import pages

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(only_site):
    return order_factory(items=1)


def record(client, document, **values):
    today = timezone.localdate().isoformat()
    data = {"amount": "40.50", "method": "Cash", "day": today, "key": str(uuid.uuid4())} | values
    return client.post(pages.do(document, "record-payment"), data, follow=True)


def said(client, document, **values):
    return record(client, document, **values).content.decode()


def test_a_part_is_recorded_and_the_customer_is_told(client, boss, order):
    link_factory(order)
    page = said(client, order, note="From the till", day="2026-01-05")
    assert "The payment of €40.50 is recorded" in page
    entry = LedgerEntry.objects.get()
    assert (entry.amount, entry.method, entry.note) == (Decimal("40.5"), "Cash", "From the till")
    assert timezone.localdate(entry.occurred_at).isoformat() == "2026-01-05"
    assert entry.recorded_by == boss
    assert OutgoingEmail.objects.filter(recipient__isnull=False).count() == 1


def test_the_balance_is_proposed(client, boss, order):
    page = client.get(pages.overview(order)).content.decode()
    assert amount_on(page) == "119.00"
    assert amount_on(said(client, order, amount="19")) == "100.00"
    assert amount_on(said(client, order, amount="100")) == ""


def amount_on(page):
    return re.search('name="amount"[^>]* value="([^"]*)"', page)[1]


def words_on(page):
    """The words that are offered in a field; none where it has no list."""
    found = re.search('<datalist id="portal-words-used">(.*?)</datalist>', page)
    assert 'list="portal-words-used"' in page
    return re.findall('value="([^"]*)"', found[1]) if found else []


def test_the_words_that_the_shop_used_are_offered(client, boss, order):
    assert words_on(client.get(pages.overview(order)).content.decode()) == []
    for way in ("Cash", "Überweisung", "cash"):
        record(client, order, amount="1", method=way)
    elsewhere = order_factory(items=1, site=site_factory("two.example"))
    payments.record_offline(elsewhere, amount=Decimal(1), method="Cheque")
    card = {"method": "Visa 4242", "stripe_object": "pi_1", "amount": 1, "currency": "EUR"}
    order.ledger.create(kind="payment", occurred_at=timezone.now(), **card)
    used = ["cash", "Überweisung"]
    assert words_on(client.get(pages.overview(order)).content.decode()) == used
    entry = LedgerEntry.objects.filter(method="Cash").get()
    page = client.get(reverse("portal_admin:refund", args=[entry.pk])).content.decode()
    assert words_on(page) == used
    bulk = reverse("wagtail_bulk_action", args=["portal_plugin", "order", "portal-paid"])
    assert words_on(client.get(f"{bulk}?id={order.pk}&next=/admin/").content.decode()) == used


def test_words_are_looked_for_in_the_newest_bookings_alone(order, monkeypatch):
    for way in ("Cheque", "Cash", "Till"):
        payments.record_offline(order, amount=Decimal(1), method=way)
    assert paying.words_used(order.site_id) == ["Till", "Cash", "Cheque"]
    monkeypatch.setattr(paying, "MOST_WORDS", 2)
    assert paying.words_used(order.site_id) == ["Till", "Cash"]
    monkeypatch.setattr(paying, "LOOKED_AT", 1)
    assert paying.words_used(order.site_id) == ["Till"]


def test_a_double_click_records_once(client, boss, order):
    key = str(uuid.uuid4())
    record(client, order, key=key)
    record(client, order, key=key)
    assert LedgerEntry.objects.count() == 1
    record(client, order)
    assert LedgerEntry.objects.count() == 2


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"amount": "0"}, "more than zero"),
        ({"amount": "-5"}, "more than zero"),
        ({"amount": "much"}, "Amount: Enter a number."),
        ({"amount": "NaN"}, "Amount: Enter a number."),
        ({"amount": "0.005"}, "no such small coin"),
        ({"method": ""}, "How it was paid: This field is required."),
        ({"day": "2026-02-30"}, "Paid on: Enter a valid date."),
        ({"day": "2999-01-01"}, "Choose today or an earlier day."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_recorded(client, boss, order, values, sentence):
    page = said(client, order, note="Keep me", **values)
    assert sentence in page
    assert 'value="Keep me"' in page
    assert not LedgerEntry.objects.exists()


def test_everything_that_is_missing_is_said_at_once(client, boss, order):
    page = said(client, order, amount="", method="", day="")
    missing = [
        f"{name}: This field is required." for name in ("Amount", "How it was paid", "Paid on")
    ]
    assert " ".join(missing) in page
    assert not LedgerEntry.objects.exists()


def test_today_is_not_in_the_future(client, boss, order):
    record(client, order)
    assert LedgerEntry.objects.get().occurred_at <= timezone.now() + timedelta(seconds=1)


def test_managers_record_payments_and_editors_do_not(client, staff_of, only_site, order):
    staff_of(only_site)
    assert "Record a payment" in client.get(pages.overview(order)).content.decode()
    record(client, order)
    staff_of(only_site, "Portal editors")
    assert "Record a payment" not in client.get(pages.overview(order)).content.decode()
    record(client, order)
    assert LedgerEntry.objects.count() == 1


@pytest.mark.parametrize("document", ["estimate", "draft"])
def test_only_what_is_owed_can_be_paid(client, boss, document, only_site):
    made = estimate_factory() if document == "estimate" else order_factory(published=False)
    assert "Record a payment" not in client.get(pages.overview(made)).content.decode()
    assert "orders that are out" in said(client, made)
    assert not LedgerEntry.objects.exists()


def test_for_what_is_cancelled_nothing_is_recorded(client, boss, order):
    staging.cancel(order, "The window is gone.")
    assert "Open it again to record a payment" in said(client, order)
    assert not LedgerEntry.objects.exists()


def test_the_day_is_the_shops_whatever_clock_staff_have_chosen(client, boss, order, settings):
    settings.TIME_ZONE = "UTC"
    UserProfile.objects.create(user=boss, current_time_zone="Pacific/Kiritimati")
    record(client, order, day="2026-01-05")
    assert days.local(LedgerEntry.objects.get().occurred_at).date().isoformat() == "2026-01-05"
    with timezone.override("Pacific/Kiritimati"):
        proposed = overview_money.payment(order, boss, None)["day"]
    assert proposed == days.today().isoformat()

"""Staff pay money back in the admin, and the customer's page says so."""

from decimal import Decimal

import pytest
from django.conf import settings as django_settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import expect

from portal_plugin.models import LedgerEntry
from portal_plugin.services import payments
from portal_plugin.statuses import LedgerKind
from tests import factories
from tests.admin import pages

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def order(site_server):
    found = factories.approve(factories.order_factory(items=1))
    payments.record_offline(found, amount=found.balance_due, method="Cash")
    return found


@pytest.fixture
def staff(chromium, site_server):
    """A page of somebody who is signed in to the admin."""
    boss = factories.user_factory()
    session = SessionStore()
    session[SESSION_KEY] = str(boss.pk)
    session[BACKEND_SESSION_KEY] = django_settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = boss.get_session_auth_hash()
    session.save()
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    name = django_settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": session.session_key, "url": site_server.url}])
    page = context.new_page()
    yield page
    context.close()


def test_a_refund_by_staff_is_on_the_customers_page(order, staff, visit, site_server):
    customer = visit(order)
    sums = customer.locator(".portal-totals")
    expect(sums).not_to_contain_text("Refunded")
    staff.goto(site_server.url + pages.overview(order))
    staff.get_by_role("link", name="Refund").first.click()
    staff.get_by_label("How it is paid back").fill("Cash")
    staff.get_by_label("Amount").fill("19")
    staff.get_by_label("Reason").fill("One letter was crooked")
    staff.get_by_role("button", name="Refund").click()
    # The second look.
    expect(staff.locator("main")).to_contain_text("€19.00")
    assert not LedgerEntry.objects.filter(kind=LedgerKind.REFUND).exists()
    staff.get_by_role("button", name="Yes, do it").click()
    expect(staff.locator("#payments")).to_contain_text("Refund")
    assert LedgerEntry.objects.get(kind=LedgerKind.REFUND).amount == Decimal(-19)
    customer.reload()
    expect(sums).to_contain_text("Refunded")
    expect(sums).to_contain_text("-€19.00")
    expect(sums).to_contain_text("Balance due")

"""Staff pay money back in the admin, and the customer's page says so."""

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from portal_plugin.models import LedgerEntry
from portal_plugin.services import payments
from portal_plugin.statuses import LedgerKind
from tests import factories
from tests.admin import pages
from tests.paying import ask, paid, standin, take_all

__all__ = ["standin"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def order(site_server):
    found = factories.approve(factories.order_factory(items=1))
    payments.record_offline(found, amount=found.balance_due, method="Cash")
    return found


@pytest.fixture
def staff(signed_in):
    return signed_in(factories.user_factory())


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
    expect(sums).to_contain_text("Taken off the price")
    expect(sums).to_contain_text("Balance due")
    assert LedgerEntry.objects.get(kind=LedgerKind.REFUND).forgiven == 19
    expect(customer.get_by_text("Pay Now")).to_have_count(0)


def test_a_refund_to_the_card_is_on_the_customers_page(standin, staff, visit, site_server):
    entry = paid(standin)
    customer = visit(entry.document)
    staff.goto(site_server.url + pages.overview(entry.document))
    staff.get_by_role("link", name="Refund").first.click()
    expect(staff.get_by_label("To Visa •••• 4242")).to_be_checked()
    staff.get_by_label("Amount").fill("19")
    staff.get_by_label("Yes: they will pay it again").check()
    staff.get_by_label("Reason").fill("One letter was crooked")
    staff.get_by_role("button", name="Refund").click()
    # The second look.
    expect(staff.locator("main")).to_contain_text("Refund €19.00 to Visa •••• 4242?")
    expect(staff.locator("main")).to_contain_text("Then €19.00 of the order is unpaid")
    assert not standin_refunds(standin)
    staff.get_by_role("button", name="Yes, do it").click()
    expect(staff.locator("#payments")).to_contain_text("Refund")
    [refund] = standin_refunds(standin)
    assert (refund.amount, refund.status) == (1900, "succeeded")
    assert LedgerEntry.objects.get(kind=LedgerKind.REFUND).amount == Decimal(-19)
    customer.reload()
    sums = customer.locator(".portal-totals")
    expect(sums).to_contain_text("Refunded · Visa •••• 4242")
    expect(sums).to_contain_text("-€19.00")
    expect(sums).to_contain_text("Balance due")
    expect(customer.get_by_text("Pay Now").first).to_be_visible()
    # What Stripe tells of it later books nothing a second time.
    take_all(standin)
    assert LedgerEntry.objects.filter(kind=LedgerKind.REFUND).count() == 1


def standin_refunds(standin):
    return ask(standin).v1.refunds.list({"limit": 10}).data

"""Fees by way of paying in a real browser: shown before paying, and paid as shown."""

import re
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from portal_plugin.models import LedgerEntry, PaymentAttempt
from tests.browser.paying import (
    dialog,
    enter,
    open_dialog,
    pay,
    pay_now,
    shop_order,
    standin,
    tab,
    title,
    width,
)
from tests.factories import site_factory
from tests.paying import FEES, order
from tests.sandbox_site.stripe_standin.form_steps import (
    faults,
    form,
    on_a_phone,
    type_card,
)

__all__ = ["enter", "shop_order", "standin", "tab", "width"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def dear_order(standin, enter):
    site_factory(method_fees=FEES)
    return enter(order())


def total(tab):
    return dialog(tab).locator("[data-portal-pay-total]")


def choose(tab, name):
    dialog(tab).get_by_role("radio", name=re.compile(f"^{name}")).check()
    expect(pay(tab)).to_be_enabled(timeout=15_000)


def fill_debit(tab):
    form(tab).get_by_label("Full name").fill("Ada Lovelace")
    form(tab).get_by_label("Email").fill("ada@example.com")
    form(tab).get_by_label("IBAN").fill("AT611904300234573201")


@on_a_phone
def test_the_fee_is_shown_and_paid_and_on_the_receipt(tab, standin, dear_order, width):
    open_dialog(tab)
    expect(total(tab)).to_have_text("Fee: €1.14 · You pay €36.84")
    expect(pay(tab)).to_have_text("Pay €36.84")
    assert dialog(tab).evaluate("node => node.scrollWidth <= node.clientWidth")
    assert faults(tab) == []
    type_card(tab)
    pay(tab).click()
    expect(title(tab)).to_have_text("Payment received", timeout=15_000)
    expect(dialog(tab)).to_contain_text("With the fee of €1.14 you paid €36.84.")
    entry = LedgerEntry.objects.get()
    assert (entry.amount, entry.surcharge) == (Decimal("36.84"), Decimal("1.14"))
    dialog(tab).get_by_role("link", name="Back to the order").click()
    expect(pay_now(tab)).to_contain_text("€83.30")
    sums = tab.locator(".portal-totals")
    expect(sums).to_contain_text("€36.84")
    expect(sums).to_contain_text("Fee included")
    expect(sums).to_contain_text("€1.14")


@on_a_phone
def test_on_a_small_phone_the_button_is_in_sight_beside_the_ways(tab, dear_order, width):
    tab.set_viewport_size({"width": width, "height": 640})
    open_dialog(tab)
    expect(pay(tab)).to_be_in_viewport(ratio=1)
    type_card(tab)
    expect(pay(tab)).to_be_in_viewport(ratio=1)
    pay(tab).click()
    expect(title(tab)).to_have_text("Payment received", timeout=15_000)


def test_the_fee_follows_the_way(tab, standin, dear_order):
    open_dialog(tab)
    choose(tab, "Another way")
    expect(total(tab)).to_have_text("No fee · You pay €35.70")
    expect(pay(tab)).to_have_text("Pay €35.70")
    expect(form(tab).get_by_label("IBAN")).to_be_visible()
    expect(form(tab).get_by_label("Card number")).to_be_hidden()
    choose(tab, "Card")
    expect(pay(tab)).to_have_text("Pay €36.84")
    expect(form(tab).get_by_label("Card number")).to_be_visible()
    choose(tab, "Another way")
    fill_debit(tab)
    pay(tab).click()
    expect(title(tab)).to_have_text("Payment under way", timeout=15_000)
    standin.settle(PaymentAttempt.objects.get().payment_intent)
    standin.wait_for_webhooks()
    entry = LedgerEntry.objects.get()
    assert (entry.amount, entry.surcharge) == (Decimal("35.70"), 0)


def test_switching_quickly_ends_with_the_last_one(tab, standin, dear_order):
    open_dialog(tab)
    for name in ("Another way", "Card", "Another way", "Card"):
        dialog(tab).get_by_role("radio", name=re.compile(f"^{name}")).check()
    expect(pay(tab)).to_be_enabled(timeout=15_000)
    type_card(tab)
    pay(tab).click()
    expect(title(tab)).to_have_text("Payment received", timeout=15_000)
    assert LedgerEntry.objects.get().amount == Decimal("36.84")


def test_a_declined_card_and_then_another_way(tab, standin, dear_order):
    open_dialog(tab)
    type_card(tab, "4000000000000002")
    pay(tab).click()
    expect(dialog(tab).get_by_role("alert")).to_contain_text("You have not been charged.")
    choose(tab, "Another way")
    fill_debit(tab)
    pay(tab).click()
    expect(title(tab)).to_have_text("Payment under way", timeout=15_000)
    assert PaymentAttempt.objects.count() == 2


def test_of_another_amount_the_fee_is_another(tab, standin, dear_order):
    site_factory(takes_other_amounts=True)
    open_dialog(tab)
    dialog(tab).get_by_text("Pay another amount").click()
    dialog(tab).get_by_label("Amount").fill("50")
    expect(total(tab)).to_have_text("Fee: €1.50 · You pay €51.50")
    type_card(tab)
    pay(tab).click()
    expect(title(tab)).to_have_text("Payment received", timeout=15_000)
    entry = LedgerEntry.objects.get()
    assert (entry.amount, entry.surcharge) == (Decimal("51.50"), Decimal("1.50"))


def test_another_amount_stays_in_sight_when_the_way_is_another(tab, standin, dear_order):
    site_factory(takes_other_amounts=True)
    open_dialog(tab)
    dialog(tab).get_by_text("Pay another amount").click()
    dialog(tab).get_by_label("Amount").fill("50")
    choose(tab, "Another way")
    expect(dialog(tab).get_by_label("Amount")).to_be_visible()
    expect(total(tab)).to_have_text("No fee · You pay €50.00")


def test_what_the_browser_says_of_the_fee_is_not_charged(tab, standin, dear_order):
    """Stripe's own form pays no other amount than the server's."""
    open_dialog(tab)
    tab.evaluate("document.querySelector('[name=way][value=card]').dataset.thousandths = '0'")
    tab.evaluate("document.querySelector('[name=way][value=card]').dataset.fixed = '0'")
    choose(tab, "Another way")
    choose(tab, "Card")
    type_card(tab)
    pay(tab).click()
    expect(title(tab)).to_have_text("Your payment is being confirmed", timeout=15_000)
    attempt = PaymentAttempt.objects.get()
    assert (attempt.amount, attempt.surcharge) == (Decimal("35.70"), Decimal("1.14"))
    assert not LedgerEntry.objects.exists()


def test_a_fee_that_changed_meanwhile_is_not_charged(tab, standin, dear_order):
    open_dialog(tab)
    type_card(tab)
    site_factory(method_fees=[{"method": "card", "percent": "10", "fixed": "0"}])
    pay(tab).click()
    expect(dialog(tab).get_by_role("alert")).to_contain_text("The amount has changed")
    expect(pay(tab)).to_have_text("Pay €39.27")
    assert not PaymentAttempt.objects.exists()


def test_by_the_hosted_page_without_javascript(chromium, tab, standin, dear_order, settings):
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "STRIPE_PREFERS_CHECKOUT": True}
    address = pay_now(tab).evaluate("link => link.href")
    state = tab.context.storage_state()
    context = chromium.new_context(java_script_enabled=False, storage_state=state)
    page = context.new_page()
    page.goto(address)
    card = page.get_by_role("radio", name=re.compile("^Card"))
    expect(card).to_be_checked()
    expect(page.locator(".portal-pay-way").first).to_contain_text("€1.14")
    page.get_by_role("button", name="Continue on Stripe's page").click()
    page.wait_for_url(f"{standin.url}/c/pay/**")
    expect(page.locator("body")).to_contain_text("Fee for paying by Card")
    expect(page.locator("body")).to_contain_text("€36.84")
    assert page.get_by_text("SEPA").count() == 0
    context.close()


def test_without_javascript_nobody_is_asked_for_a_way_that_leads_nowhere(chromium, tab, dear_order):
    address = pay_now(tab).evaluate("link => link.href")
    context = chromium.new_context(
        java_script_enabled=False, storage_state=tab.context.storage_state()
    )
    page = context.new_page()
    page.goto(address)
    expect(page.get_by_text("IBAN DE02")).to_be_visible()
    expect(page.locator(".portal-pay-ways")).to_be_hidden()
    expect(page.locator(".portal-pay-note")).to_be_hidden()
    context.close()


def test_without_fees_nothing_of_it_is_there(tab, standin, shop_order):
    asked = []
    tab.on("request", lambda request: asked.append(request.url))
    open_dialog(tab)
    assert dialog(tab).get_by_role("radio").count() == 0
    assert not [url for url in asked if "fees" in url]
    assert any("/js/pay." in url for url in asked)

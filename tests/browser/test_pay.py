"""Paying in a real browser: each card in the dialog, the bank's question, and the ways around."""

import re
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from portal_plugin.models import LedgerEntry, PaymentAttempt, PortalSettings
from portal_plugin.services import payments, work
from portal_plugin.statuses import AttemptState
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
from tests.factories import publish, site_factory
from tests.paying import begin, intents, order
from tests.sandbox_site.stripe_standin.form_steps import (
    CHALLENGE,
    FORM,
    both_widths,
    faults,
    form,
    on_a_phone,
    press,
    type_card,
)

__all__ = ["enter", "shop_order", "standin", "tab", "width"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DECLINED, POOR, ASKING = "4000000000000002", "4000000000009995", "4000002500003155"


@both_widths
def test_a_good_card_pays_the_deposit(tab, standin, shop_order, width):
    open_dialog(tab)
    expect(title(tab)).to_have_text(f"Deposit for order {shop_order.number}")
    expect(title(tab).locator("bdi")).to_have_css("display", "inline-block")
    expect(pay(tab)).to_have_text("Pay €35.70")
    assert dialog(tab).bounding_box()["width"] <= width
    type_card(tab)
    pay(tab).click()
    expect(title(tab)).to_have_text("Payment received")
    expect(dialog(tab)).to_contain_text("Thank you. The deposit of €35.70 is paid.")
    expect(dialog(tab).locator(".portal-pay-sign")).to_have_css("border-radius", "50%")
    entry = LedgerEntry.objects.get()
    assert (entry.amount, entry.document_id) == (Decimal("35.70"), shop_order.pk)
    # The page behind is up to date before the dialog is closed: nobody is asked to pay twice.
    expect(tab.locator("[data-portal-opens=pay]").first).to_contain_text("€83.30")
    dialog(tab).get_by_role("link", name="Back to the order").click()
    expect(dialog(tab)).to_have_count(0)
    expect(pay_now(tab)).to_contain_text("€83.30")
    assert tab.evaluate("[...document.body.children].every(node => !node.inert)")


@on_a_phone
def test_another_amount_is_on_the_button_and_is_what_is_paid(tab, standin, shop_order, width):
    shop = PortalSettings.of(shop_order.site)
    shop.takes_other_amounts = True
    shop.save()
    open_dialog(tab)
    dialog(tab).get_by_text("Pay another amount").click()
    field = dialog(tab).get_by_label("Amount")
    field.fill("500")
    expect(pay(tab)).to_have_text("Pay €35.70")
    field.blur()
    expect(field).to_have_attribute("aria-invalid", "true")
    field.fill("50")
    expect(pay(tab)).to_have_text("Pay €50.00")
    field.blur()
    expect(field).not_to_have_attribute("aria-invalid", "true")
    type_card(tab)
    pay(tab).click()
    expect(title(tab)).to_have_text("Payment received")
    expect(dialog(tab)).to_contain_text("Still open: €69.00.")
    assert LedgerEntry.objects.get().amount == Decimal("50.00")


def test_another_amount_after_a_declined_card_is_what_is_paid(tab, standin, shop_order):
    shop = PortalSettings.of(shop_order.site)
    shop.takes_other_amounts = True
    shop.save()
    open_dialog(tab)
    type_card(tab, DECLINED)
    pay(tab).click()
    expect(dialog(tab).get_by_role("alert")).to_contain_text("You have not been charged.")
    dialog(tab).get_by_text("Pay another amount").click()
    dialog(tab).get_by_label("Amount").fill("50")
    type_card(tab)
    pay(tab).click()
    expect(title(tab)).to_have_text("Payment received", timeout=15_000)
    assert LedgerEntry.objects.get().amount == Decimal("50.00")


@pytest.mark.parametrize(
    ("number", "reason"),
    [(DECLINED, "Your card was declined."), (POOR, "Your card has insufficient funds.")],
)
def test_a_declined_card_says_why_and_another_one_pays(tab, standin, shop_order, number, reason):
    open_dialog(tab)
    type_card(tab, number)
    pay(tab).click()
    alert = dialog(tab).get_by_role("alert")
    expect(alert).to_have_text(f"{reason} You have not been charged.")
    standin.wait_for_webhooks()
    assert PaymentAttempt.objects.get().state == AttemptState.FAILED
    assert not LedgerEntry.objects.exists()
    type_card(tab)
    pay(tab).click()
    expect(title(tab)).to_have_text("Payment received")
    assert PaymentAttempt.objects.count() == 1
    assert LedgerEntry.objects.count() == 1


@on_a_phone
def test_the_banks_question_is_answered_with_the_mouse(tab, standin, shop_order):
    open_dialog(tab)
    type_card(tab, ASKING)
    pay(tab).click()
    press(tab, "#test-source-authorize-3ds")
    expect(title(tab)).to_have_text("Payment received")
    assert LedgerEntry.objects.count() == 1


def test_the_banks_question_has_the_keyboard(tab, standin, shop_order):
    open_dialog(tab)
    type_card(tab, ASKING)
    pay(tab).click()
    complete = tab.frame_locator(CHALLENGE).get_by_role("button", name="Complete")
    complete.focus()
    # The frame is another process: a key pressed before both know of the focus is lost.
    expect(complete).to_be_focused()
    expect(tab.locator(CHALLENGE)).to_be_focused()
    tab.keyboard.press("Enter")
    expect(title(tab)).to_have_text("Payment received")


def test_a_question_not_answered_charges_nothing(tab, standin, shop_order):
    open_dialog(tab)
    type_card(tab, ASKING)
    pay(tab).click()
    press(tab, "#test-source-fail-3ds")
    expect(dialog(tab).get_by_role("alert")).to_contain_text("You have not been charged.")
    assert not LedgerEntry.objects.exists()
    expect(pay(tab)).to_be_enabled()


def test_a_direct_debit_is_under_way(tab, standin, shop_order):
    open_dialog(tab)
    form(tab).get_by_text("SEPA Direct Debit").first.click()
    form(tab).get_by_label("Full name").fill("Ada Lovelace")
    form(tab).get_by_label("Email").fill("ada@example.com")
    form(tab).get_by_label("IBAN").fill("AT611904300234573201")
    pay(tab).click()
    expect(title(tab)).to_have_text("Payment under way")
    dialog(tab).get_by_role("link", name="Back to the order").click()
    expect(tab.locator("#portal-page")).to_contain_text("under way")
    expect(pay_now(tab)).to_have_count(0)
    standin.settle(PaymentAttempt.objects.get().payment_intent)
    standin.wait_for_webhooks()
    assert LedgerEntry.objects.count() == 1


def test_paid_is_seen_also_where_no_message_comes(tab, standin, shop_order):
    standin.settings.webhook_url = None
    open_dialog(tab)
    type_card(tab)
    pay(tab).click()
    expect(title(tab)).to_have_text("Payment received", timeout=15_000)
    assert LedgerEntry.objects.count() == 1


def test_a_payment_that_was_not_finished_is_said_to_be_none(tab, standin, shop_order):
    begin(shop_order)
    tab.clock.install()
    tab.goto(pay_now(tab).evaluate("link => link.href").replace("/a/pay/", "/payment/"))
    expect(tab.locator("h1.portal-title")).to_have_text("Your payment is being confirmed")
    late = tab.get_by_text("If you did not finish it, you have not been charged.")
    for _second in range(60):
        tab.clock.run_for(1000)
        tab.wait_for_timeout(50)  # what was asked meanwhile is answered in real time
        if late.is_visible():
            break
    expect(late).to_be_visible()
    expect(tab.locator("h1.portal-title")).to_have_text("No payment has arrived yet")


def test_an_amount_that_changed_meanwhile_is_not_charged(tab, standin, shop_order):
    open_dialog(tab)
    type_card(tab)
    payments.record_offline(shop_order, amount=Decimal("5.70"))
    pay(tab).click()
    expect(dialog(tab).get_by_role("alert")).to_contain_text("The amount has changed")
    expect(pay(tab)).to_have_text("Pay €30.00")
    assert not PaymentAttempt.objects.exists()
    expect(pay(tab)).to_be_enabled()
    type_card(tab)
    pay(tab).click()
    expect(title(tab)).to_have_text("Payment received")


def test_a_price_that_is_raised_while_a_card_can_be_tried_again_is_not_charged(
    tab, standin, shop_order
):
    open_dialog(tab)
    type_card(tab, DECLINED)
    pay(tab).click()
    expect(dialog(tab).get_by_role("alert")).to_contain_text("declined")
    item = shop_order.line_items.all()[0]
    item.unit_price += 10
    shop_order.line_items = [item]
    publish(shop_order)
    work.drain_after_answer()
    # Whoever has the secret of the form cannot confirm it past our page, either.
    [intent] = intents(standin)
    assert intent.status == "canceled"
    type_card(tab)
    pay(tab).click()
    expect(dialog(tab).get_by_role("alert")).to_contain_text("The amount has changed")
    assert not LedgerEntry.objects.exists()


def test_a_double_click_is_one_payment(tab, standin, shop_order):
    open_dialog(tab)
    type_card(tab)
    pay(tab).dblclick()
    expect(title(tab)).to_have_text("Payment received")
    assert PaymentAttempt.objects.count() == 1
    assert LedgerEntry.objects.count() == 1


def test_stripe_away_is_a_sentence_and_a_bank_account(tab, standin, shop_order, settings):
    open_dialog(tab)
    type_card(tab)
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "STRIPE_API_BASE": "http://127.0.0.1:9"}
    pay(tab).click()
    expect(dialog(tab).get_by_role("alert")).to_contain_text("You have not been charged.")
    dialog(tab).get_by_text("Pay by bank transfer instead").click()
    expect(dialog(tab)).to_contain_text("IBAN DE02")
    expect(dialog(tab)).to_contain_text(shop_order.number)


def test_the_script_that_does_not_load_leaves_stripes_page(tab, standin, shop_order):
    tab.route("**/v3/", lambda route: route.abort())
    pay_now(tab).click()
    expect(dialog(tab)).to_contain_text("The card form could not be loaded.")
    dialog(tab).get_by_role("button", name="Continue on Stripe's page").click()
    tab.wait_for_url(f"{standin.url}/c/pay/**")
    assert "_secret_" not in tab.url
    tab.locator("#email").fill("ada@example.com")
    tab.locator("#number").fill("4242424242424242")
    tab.locator("#expiry").fill("12/40")
    tab.locator("#cvc").fill("123")
    tab.locator("#name").fill("Ada Lovelace")
    tab.locator("#pay").click()
    tab.wait_for_url("**/payment/")
    expect(tab.locator("h1.portal-title")).to_have_text("Payment received", timeout=15_000)
    assert LedgerEntry.objects.count() == 1


def test_stripes_script_loads_only_when_it_is_needed(tab, standin, shop_order):
    assert tab.locator(f"script[src^='{standin.url}']").count() == 0
    open_dialog(tab)
    assert tab.locator(f"script[src^='{standin.url}']").count() == 1
    hosts = tab.evaluate("[...document.scripts].filter(s => s.src).map(s => new URL(s.src).origin)")
    assert set(hosts) == {tab.evaluate("location.origin"), standin.url}


def test_a_page_of_its_own_pays_too(tab, standin, shop_order):
    tab.goto(pay_now(tab).evaluate("link => link.href"))
    button = tab.get_by_role("button", name=re.compile(r"^Pay €"))
    expect(button).to_be_enabled()
    type_card(tab)
    button.click()
    expect(tab.locator("h1.portal-title")).to_have_text("Payment received", timeout=15_000)


def test_without_javascript_the_bank_details_stand_there(chromium, tab, standin, shop_order):
    address = pay_now(tab).evaluate("link => link.href")
    state = tab.context.storage_state()
    context = chromium.new_context(java_script_enabled=False, storage_state=state)
    page = context.new_page()
    page.goto(address)
    expect(page.locator("#portal-page")).to_contain_text("JavaScript has to be switched on")
    expect(page.get_by_text("IBAN DE02")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Pay"))).to_have_count(0)
    context.close()


def test_without_keys_the_bank_details_are_the_way(tab, live_server, enter, settings):
    settings.PORTAL_PLUGIN = {}
    document = enter(order())
    pay_now(tab).click()
    expect(dialog(tab)).to_contain_text("Please pay by bank transfer")
    expect(dialog(tab)).to_contain_text(document.number)
    expect(tab.locator(FORM)).to_have_count(0)


def test_the_dialog_keeps_the_focus_and_gives_it_back(tab, standin, shop_order):
    pay_now(tab).focus()
    tab.keyboard.press("Enter")
    expect(title(tab)).to_be_focused()
    expect(pay(tab)).to_be_enabled()
    for key in ["Tab"] * 14 + ["Shift+Tab"] * 14:
        tab.keyboard.press(key)
        # Out of the card's frame, a process of its own, the focus comes a moment later.
        tab.wait_for_function("document.activeElement.closest('.portal-pay-cover')", timeout=5000)
    tab.keyboard.press("Escape")
    expect(dialog(tab)).to_have_count(0)
    expect(pay_now(tab)).to_be_focused()


@on_a_phone
def test_no_accessibility_fault(tab, standin, shop_order):
    open_dialog(tab)
    assert faults(tab) == []
    dialog(tab).get_by_text("Pay by bank transfer instead").click()
    type_card(tab, DECLINED)
    pay(tab).click()
    expect(dialog(tab).get_by_role("alert")).to_contain_text("declined")
    assert faults(tab) == []
    type_card(tab)
    pay(tab).click()
    expect(title(tab)).to_have_text("Payment received")
    assert faults(tab) == []


def test_in_arabic_it_runs_from_the_right(tab, standin, enter):
    site_factory()
    enter(order(language="ar"))
    pay_now(tab).click()
    expect(tab.locator(FORM)).to_be_visible()
    assert dialog(tab).evaluate("node => getComputedStyle(node).direction") == "rtl"
    assert faults(tab) == []

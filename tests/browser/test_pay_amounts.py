"""What is said of an amount in the payment dialog, wherever it is said."""

import re
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from portal_plugin.services import payments
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
from tests.factories import line_item, site_factory
from tests.paying import order
from tests.sandbox_site.stripe_standin.form_steps import on_a_phone, type_card

__all__ = ["enter", "shop_order", "standin", "tab", "width"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RIGHT = "node => node.getBoundingClientRect().right"
#: Scrolls until the node is where the dialog's heading stands still.
BELOW_THE_HEADING = """node => {
    const body = node.closest(".portal-dialog-body");
    body.scrollTop += node.getBoundingClientRect().top - body.getBoundingClientRect().top;
}"""
IS_ON_TOP = """node => {
    const { left, top, width, height } = node.getBoundingClientRect();
    return document.elementFromPoint(left + width / 2, top + height / 2) === node;
}"""


@pytest.fixture
def other_amounts(standin, shop_order):
    site_factory(takes_other_amounts=True, qr_code="transfer")
    return shop_order


def enlarged(tab):
    tab.locator(".portal-pay-cover").evaluate("node => { node.style.fontSize = '32px'; }")


def type_amount(tab, amount):
    dialog(tab).get_by_text("Pay another amount").click()
    dialog(tab).get_by_label("Amount").fill(amount)


@on_a_phone
def test_a_long_amount_and_large_letters_are_read_whole(tab, standin, enter, width):
    item = line_item(unit_price=Decimal("100000000"))
    enter(order(currency="IDR", items=[item], deposit_percent=0))
    pay_now(tab).click()
    shown = dialog(tab).locator(".portal-pay-amount")
    expect(shown).to_contain_text("238,000,000")
    assert shown.evaluate(f"({RIGHT})") <= width
    enlarged(tab)
    assert shown.evaluate(f"({RIGHT})") <= width


@on_a_phone
def test_the_button_is_read_whole_in_large_letters(tab, standin, enter, width):
    enter(order(language="de"))
    pay_now(tab).click()
    button = dialog(tab).locator(".portal-pay-label").first
    expect(button).to_contain_text("bezahlen")
    enlarged(tab)
    assert button.evaluate(f"({RIGHT})") <= width


def test_the_heading_is_not_covered_by_what_scrolls(tab, shop_order):
    tab.set_viewport_size({"width": 1280, "height": 500})
    open_dialog(tab)
    dialog(tab).get_by_text("Pay by bank transfer instead").click()
    pay(tab).evaluate(BELOW_THE_HEADING)
    assert title(tab).evaluate(IS_ON_TOP)


def test_a_transfer_is_of_the_amount_that_was_typed(tab, other_amounts):
    open_dialog(tab)
    dialog(tab).get_by_text("Pay by bank transfer instead").click()
    code = dialog(tab).locator(".portal-pay-qr")
    expect(code).to_be_visible()
    type_amount(tab, "50")
    bank = dialog(tab).locator(".portal-pay-facts")
    expect(bank).to_contain_text("€50.00")
    # What a banking app reads from it would be the amount that is due.
    expect(code).to_be_hidden()
    dialog(tab).get_by_label("Amount").fill("")
    expect(bank).to_contain_text("€35.70")
    expect(code).to_be_visible()


def test_of_an_amount_that_is_none_is_told_though_its_field_was_folded_away(tab, other_amounts):
    open_dialog(tab)
    type_amount(tab, "500")
    dialog(tab).get_by_text("Pay another amount").click()
    type_card(tab)
    pay(tab).click()
    expect(dialog(tab).get_by_label("Amount")).to_be_focused()


def test_nobody_goes_to_stripes_page_with_an_amount_that_is_none(tab, other_amounts, settings):
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "STRIPE_PREFERS_CHECKOUT": True}
    pay_now(tab).click()
    type_amount(tab, "50.001")
    dialog(tab).get_by_role("button", name="Continue on Stripe's page").click()
    expect(dialog(tab).get_by_label("Amount")).to_be_focused()
    assert re.search("/d/[^/]+/$", tab.url)


def test_whoever_reads_that_it_is_paid_finds_it_paid_behind_the_dialog(tab, shop_order):
    open_dialog(tab)
    type_card(tab)
    payments.record_offline(shop_order, amount=shop_order.totals.total)
    pay(tab).click()
    expect(dialog(tab)).to_contain_text("no longer possible")
    tab.keyboard.press("Escape")
    expect(dialog(tab)).to_have_count(0)
    expect(pay_now(tab)).to_have_count(0)

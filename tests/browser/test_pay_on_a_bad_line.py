"""Paying on a line that breaks, and on a page that was open for long: nothing is said that nobody
can know."""

import re

import pytest
from playwright.sync_api import expect

from portal_plugin.models import LedgerEntry
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
from tests.sandbox_site.stripe_standin.form_steps import type_card

__all__ = ["enter", "shop_order", "standin", "tab", "width"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
STATE = re.compile("/payment/$")


def heading(tab):
    return tab.locator("h1.portal-title")


def lose(tab, address, *, of):
    """What scripts fetch from ``address`` gets lost, from the ``of``-th time on."""
    asked = []

    def answer(route):
        if "x-portal-fragment" not in route.request.headers:
            return route.continue_()
        asked.append(route)
        return route.abort() if len(asked) >= of else route.continue_()

    tab.route(address, answer)


def test_whoever_has_paid_is_not_told_that_nothing_was_charged(tab, standin, shop_order):
    open_dialog(tab)
    type_card(tab)
    lose(tab, STATE, of=1)
    pay(tab).click()
    expect(heading(tab)).to_have_text("Payment received", timeout=15_000)
    assert LedgerEntry.objects.count() == 1


def test_what_came_of_it_is_shown_though_the_line_broke_while_the_bank_was_asked(
    tab, standin, shop_order
):
    standin.settings.webhook_url = None
    open_dialog(tab)
    type_card(tab)
    lose(tab, STATE, of=2)
    pay(tab).click()
    expect(title(tab)).to_have_text("Your payment is being confirmed")
    expect(heading(tab)).to_have_text("Payment received", timeout=15_000)


def held_at(tab, address):
    held = []
    tab.route(address, lambda route: held.append(route))
    return held


def comments(tab):
    return tab.locator("[data-portal-action=comment]:visible").first


def test_pressed_twice_on_a_slow_line_it_opens_once(tab, standin, shop_order):
    held = held_at(tab, "**/a/pay/")
    pay_now(tab).click()
    pay_now(tab).click()
    for route in held:
        route.continue_()
    tab.unroute("**/a/pay/")
    expect(pay(tab)).to_be_enabled()
    tab.wait_for_timeout(200)
    expect(dialog(tab)).to_have_count(1)
    tab.keyboard.press("Escape")
    expect(dialog(tab)).to_have_count(0)
    assert tab.evaluate("[...document.body.children].every(node => !node.inert)")


def test_what_was_opened_while_it_was_fetched_stays(tab, standin, shop_order):
    held = held_at(tab, "**/a/pay/")
    pay_now(tab).click()
    comments(tab).click()
    tab.get_by_label("Your comment").fill("Half a thought")
    with tab.expect_response("**/a/pay/"):
        held[0].continue_()
    tab.wait_for_timeout(200)
    expect(dialog(tab)).to_have_count(0)
    expect(tab.get_by_label("Your comment")).to_have_value("Half a thought")


def test_what_comes_late_does_not_open_below_it(tab, standin, shop_order):
    held = held_at(tab, "**/a/comment/")
    comments(tab).click()
    open_dialog(tab)
    with tab.expect_response("**/a/comment/"):
        held[0].continue_()
    tab.wait_for_timeout(200)
    assert not tab.evaluate("document.querySelector('[data-portal-dialog]').open")
    tab.keyboard.press("Escape")
    expect(dialog(tab)).to_have_count(0)


def test_a_script_that_gets_lost_is_asked_for_again_as_a_page(tab, standin, shop_order):
    lost = []

    def once(route):
        lost.append(route)
        return route.continue_() if len(lost) > 1 else route.abort()

    tab.route("**/js/pay.js", once)
    pay_now(tab).click()
    expect(tab.locator("form").get_by_role("button", name=re.compile("^Pay €"))).to_be_enabled()
    expect(heading(tab)).to_contain_text("Deposit for order")


def test_a_page_that_was_open_for_longer_than_the_visit_says_so(tab, standin, shop_order):
    open_dialog(tab)
    type_card(tab)
    tab.context.clear_cookies(name=re.compile("^portal_key"))
    pay(tab).click()
    expect(dialog(tab).get_by_role("alert")).to_contain_text("open the link in your email again")

"""Paying on a line that breaks, and on a page that was open for long: nothing is said that nobody
can know."""

import re

import pytest
from playwright.sync_api import expect

from portal_plugin.models import LedgerEntry
from tests.browser.paying import (
    enter,
    open_dialog,
    pay,
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

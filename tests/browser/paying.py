"""What browser tests of paying share: Stripe's stand-in beside the running site, and the dialog."""

import re

import pytest
from playwright.sync_api import expect

from portal_plugin.services import links
from tests.factories import link_factory
from tests.paying import order, standin_telling


@pytest.fixture
def standin(live_server, tmp_path, settings):
    with standin_telling(live_server, tmp_path, settings) as running:
        yield running


@pytest.fixture
def width():
    return 1280


@pytest.fixture
def tab(chromium, width):
    context = chromium.new_context(viewport={"width": width, "height": 780}, locale="en-US")
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.problems = []
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.on(
        "console",
        lambda message: (
            page.problems.append(f"{message.text} {message.location}")
            if "Content Security Policy" in message.text
            else None
        ),
    )
    yield page
    context.close()
    assert page.problems == []


@pytest.fixture
def enter(tab, live_server):
    """The customer opens the link in their email."""

    def enter(document):
        port = int(live_server.url.rpartition(":")[2])
        site = document.site
        site.port = port
        site.save()
        link = link_factory(document)
        tab.goto(links.link_url(link, links.make_token(link)))
        return document

    return enter


@pytest.fixture
def shop_order(standin, enter):
    return enter(order())


def pay_now(tab):
    return tab.locator("[data-portal-opens=pay]:visible").first


def dialog(tab):
    return tab.locator(".portal-pay-dialog")


def open_dialog(tab):
    pay_now(tab).click()
    expect(pay(tab)).to_be_enabled()


def pay(tab):
    return dialog(tab).get_by_role("button", name=re.compile(r"^Pay €"))


def title(tab):
    return dialog(tab).locator("#portal-pay-title")

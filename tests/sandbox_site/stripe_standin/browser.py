"""Fixtures of the browser tests: Chromium, and a shop's page with the form in it."""

import json
import urllib.parse

import pytest

from .shop_page import ShopPage


@pytest.fixture
def width():
    return 360


@pytest.fixture
def tab(chromium, width):
    context = chromium.new_context(viewport={"width": width, "height": 780}, locale="en-US")
    page = context.new_page()
    page.set_default_timeout(30_000)
    yield page
    context.close()


@pytest.fixture
def shop(standin):
    shop = ShopPage(standin.url)
    yield shop
    shop.stop()


@pytest.fixture
def open_form(tab, shop, intent_factory):
    """Opens the shop's page with the form; returns the intent to be paid."""

    def opened(options=None, **query):
        intent = intent_factory()
        options = {"clientSecret": intent.client_secret, **(options or {})}
        query = {"options": json.dumps(options), **query}
        tab.goto(f"{shop.url}/?{urllib.parse.urlencode(query)}")
        tab.wait_for_function("said.events.includes('ready') || said.loaderror")
        return intent

    return opened

"""Pictures that get lost on their way: what was to be seen before is still to be seen."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_proofs import fresh, versions

__all__ = ["versions"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

IS_WHOLE = "picture => picture.complete && picture.naturalWidth > 0"


def closely(page):
    page.get_by_role("link", name=re.compile("^Look closely")).first.click()
    picture = page.locator(".portal-look-picture").first
    expect(picture).to_be_visible()
    return picture


def test_the_picture_stays_where_the_larger_one_gets_lost(visit, versions):
    page = visit(fresh(versions[1]))
    picture = closely(page)
    page.route("**/large/", lambda route: route.abort())
    with page.expect_event("requestfailed"):
        page.get_by_role("button", name="Larger").click()
    page.wait_for_timeout(200)
    assert picture.evaluate(IS_WHOLE)
    page.unroute("**/large/")
    expect(picture).to_have_attribute("src", re.compile("/large/$"), timeout=15_000)


def test_the_picture_of_a_form_stays_where_the_larger_one_gets_lost(visit, versions):
    page = visit(fresh(versions[1]))
    page.get_by_role("link", name="Approve: A1 poster").first.click()
    picture = page.get_by_role("dialog").locator(".portal-closeup-picture").first
    expect(picture).to_be_visible()
    page.route("**/large/", lambda route: route.abort())
    with page.expect_event("requestfailed"):
        picture.click()
    page.wait_for_timeout(200)
    assert picture.evaluate(IS_WHOLE)


def compared(visit, versions):
    page = visit(fresh(versions[1]))
    closely(page)
    page.get_by_role("link", name="Compare with version 1").click()
    expect(page.locator(".portal-look-picture").nth(1)).to_be_visible()
    return page, page.locator("[data-compare-said]")


def test_a_difference_that_comes_late_is_said_of_nothing_else(visit, versions):
    page, said = compared(visit, versions)
    page.evaluate(
        "() => { window.held = [];"
        " HTMLImageElement.prototype.decode = () => new Promise((go) => held.push(go)); }"
    )
    page.get_by_label("Difference").check()
    page.get_by_label("Slider").check()
    page.evaluate("() => held.forEach((go) => go())")
    page.wait_for_timeout(200)
    expect(said).to_have_text("")


def test_of_a_picture_that_got_lost_no_difference_is_told(visit, versions):
    page, said = compared(visit, versions)
    page.route("**/screen/", lambda route: route.abort())
    page.reload()
    page.get_by_label("Difference").check()
    expect(said).to_contain_text("check your connection")
    page.unroute("**/screen/")
    page.get_by_label("Slider").check()
    page.get_by_label("Difference").check()
    expect(said).to_contain_text("of the picture changed")

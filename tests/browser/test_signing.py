"""A signature is drawn with a finger or the mouse; whoever cannot draw types their name."""

import re

import pytest
from playwright.sync_api import expect

from portal_plugin.models import Submission
from tests import factories
from tests.browser.test_people import opened
from tests.looking import violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def estimate():
    site = factories.site_factory(asks_drawn_signature=True)
    return factories.estimate_factory(items=2, site=site)


def draw(page, *points):
    """One stroke through fractions of the box's width and height."""
    pad = page.locator("[data-sign-pad]")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=8)
    page.mouse.up()


def approve(page, form):
    form.get_by_label("I have read and accept the Approval Terms").check()
    form.get_by_role("button", name="Submit Approval").click()
    expect(page.get_by_text("“A1 poster” is approved.").first).to_be_visible()


def test_it_is_drawn_and_on_the_receipt(visit, estimate):
    page = visit(estimate, "phone")
    form = opened(page, "Approve: A1 poster")
    expect(form.get_by_text("Sign here with your finger")).to_be_visible()
    draw(page, (0.1, 0.5), (0.4, 0.2), (0.5, 0.8))
    again = form.get_by_role("button", name="Draw it again")
    again.click()
    expect(again).to_be_hidden()
    draw(page, (0.1, 0.7), (0.3, 0.2), (0.5, 0.8), (0.9, 0.4))
    draw(page, (0.6, 0.9), (0.9, 0.9))
    assert violations(page) == []
    approve(page, form)
    drawn = Submission.objects.get().signature_strokes
    assert len(re.findall(r"\[\d", drawn)) == 2
    page.get_by_role("dialog").get_by_role("link", name="Receipt").click()
    expect(page.get_by_role("img", name="Drawn signature")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_it_is_typed_by_whoever_cannot_draw(visit, estimate, scripts):
    page = visit(estimate, "phone", scripts=scripts)
    form = opened(page, "Approve: A1 poster")
    form.get_by_label("Type your full name as your signature").fill("Kim Example")
    approve(page, form)
    assert Submission.objects.get().signature == "Kim Example"


@pytest.mark.parametrize("how", ["typed", "drawn"])
def test_what_was_lacking_is_not_said_any_more_once_it_is_there(visit, estimate, how):
    page = visit(estimate, "phone")
    form = opened(page, "Approve: A1 poster")
    form.get_by_label("I have read and accept the Approval Terms").check()
    form.get_by_role("button", name="Submit Approval").click()
    told = form.locator(".portal-error", has_text="Draw your signature, or type your full name.")
    name = form.get_by_label("Type your full name as your signature")
    expect(told).to_be_visible()
    name.fill(" ")
    expect(name).to_have_attribute("aria-invalid", "true")
    if how == "typed":
        name.fill("K")
    else:
        draw(page, (0.1, 0.7), (0.3, 0.2), (0.5, 0.8))
    expect(told).to_have_count(0)
    expect(name).not_to_have_attribute("aria-invalid", "true")
    assert violations(page) == []


def test_what_was_drawn_is_not_thrown_away_by_closing(visit, estimate):
    page = visit(estimate, "phone")
    form = opened(page, "Approve: A1 poster")
    draw(page, (0.1, 0.7), (0.3, 0.2), (0.5, 0.8))
    page.keyboard.press("Escape")
    expect(form.get_by_text("You have not sent this yet.")).to_be_visible()
    form.get_by_role("button", name=re.compile("^Close and keep")).click()
    form = opened(page, "Approve: A1 poster")
    expect(form.get_by_role("button", name="Draw it again")).to_be_visible()
    approve(page, form)
    assert Submission.objects.get().signature_strokes

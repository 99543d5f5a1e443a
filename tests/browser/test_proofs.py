"""One proof on a phone: looked at closely, compared, marked by finger, approved with one hand."""

import re

import pytest
from playwright.sync_api import expect

from portal_plugin.models import ChangeRequest, Decision, ProofPin
from portal_plugin.services import answering, points
from tests import factories, samples
from tests.looking import violations
from tests.proofing import action_url, marked, sent

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def fresh(version):
    document = version.proof.document
    return type(document.specific).objects.get(pk=document.pk)


@pytest.fixture
def versions():
    first = sent(size=(800, 500), wording="Café Wörner", description="White on blue")
    picture = samples.picture((800, 500))
    picture.paste((255, 0, 0), (0, 0, 80, 50))
    file = samples.upload("second.png", samples.encode(picture, "PNG"))
    return first, sent(fresh(first), file=file, wording="Café Wörner")


def phone(visit, document, **options):
    page = visit(document, "phone", has_touch=True, is_mobile=True, **options)
    page.set_viewport_size({"width": 390, "height": 844})
    return page


def tap(page, x, y):
    """On the picture, in fractions of it."""
    box = page.locator("[data-look-sheet]").bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] * x, box["y"] + box["height"] * y)


#: At once: between two calls from here a busy machine may let more time pass than two taps have.
TWICE = """frame => {
  const box = frame.getBoundingClientRect();
  const at = { clientX: box.x + box.width / 2, clientY: box.y + box.height / 2 };
  for (const name of ["pointerdown", "pointerup", "pointerdown", "pointerup"]) {
    frame.dispatchEvent(new PointerEvent(name, { ...at, pointerType: "touch", bubbles: true }));
  }
}"""


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_customer_looks_marks_and_approves_with_one_hand(visit, versions):
    newest = versions[1]
    page = phone(visit, fresh(newest))
    page.get_by_role("link", name=re.compile("^Look closely")).first.tap()
    frame = page.locator("[data-look-frame]")
    expect(page.get_by_text("Version 2, sent on")).to_be_visible()
    assert fits(page)
    assert frame.bounding_box()["width"] > 340
    assert violations(page) == []

    larger = page.get_by_role("button", name="Larger")
    box = larger.bounding_box()
    assert min(box["width"], box["height"]) >= 44
    larger.tap()
    expect(page.locator("[data-look-percent]")).to_have_text("150 %")
    page.get_by_role("button", name="Show the whole").tap()
    expect(page.locator("[data-look-percent]")).to_have_text("100 %")

    frame.scroll_into_view_if_needed()
    approve = page.get_by_role("link", name="Approve: A1 poster")
    expect(approve).to_have_class("portal-button")
    tap(page, 0.25, 0.5)
    expect(approve).to_have_class("portal-button-outline")
    first = page.get_by_label("What should be different here?").nth(0)
    expect(first).to_be_focused()
    first.fill("The logo is too small")
    frame.scroll_into_view_if_needed()
    tap(page, 0.75, 0.25)
    second = page.get_by_label("What should be different here?").nth(1)
    expect(second).to_be_focused()
    second.fill("A darker blue")
    assert violations(page) == []
    page.get_by_role("button", name="Submit Change Request").tap()
    expect(page.get_by_text("with 2 points was sent to the shop").first).to_be_visible()

    pins = list(ProofPin.objects.all())
    assert [pin.text for pin in pins] == ["The logo is too small", "A darker blue"]
    assert [(float(pin.x), float(pin.y)) for pin in pins] == [
        (pytest.approx(0.25, abs=0.06), pytest.approx(0.5, abs=0.06)),
        (pytest.approx(0.75, abs=0.06), pytest.approx(0.25, abs=0.06)),
    ]
    for pin in pins:
        points.tick(pin, None)
    answering.close_change_request(ChangeRequest.objects.get(), "Both are done.", None)

    page.get_by_role("link", name=re.compile("^Look closely")).first.tap()
    expect(page.get_by_text("done by the shop").first).to_be_visible()
    page.get_by_role("link", name="Approve: A1 poster").tap()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Submit Approval")).to_be_visible()
    assert violations(page) == []
    dialog.get_by_label("I have read and accept the Approval Terms").check()
    dialog.get_by_role("button", name="Submit Approval").tap()
    expect(page.get_by_text("“A1 poster” is approved").first).to_be_visible()
    assert Decision.objects.get().verdict == "approve"
    assert page.trouble == []


def test_fingers_enlarge_and_twice_tapping_does(visit, versions):
    page = phone(visit, fresh(versions[1]))
    page.get_by_role("link", name=re.compile("^Look closely")).first.tap()
    percent = page.locator("[data-look-percent]")
    page.locator("[data-look-frame][data-awake]").evaluate(TWICE)
    expect(percent).to_have_text("250 %")
    page.get_by_role("button", name="Show the whole").tap()
    box = page.locator("[data-look-frame]").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    session = page.context.new_cdp_session(page)
    for kind, far in (("touchStart", 20), ("touchMove", 40), ("touchMove", 60), ("touchEnd", 0)):
        touches = [{"x": x - far, "y": y}, {"x": x + far, "y": y}] if far else []
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})
    expect(percent).to_have_text(re.compile("^(2[5-9]|3)[0-9]{1,2} %$"))
    assert page.locator("[data-pin]").count() == 0
    assert page.trouble == []


def test_keys_enlarge_move_and_set_a_point(visit, versions):
    page = visit(fresh(versions[1]), "desktop")
    page.get_by_role("link", name=re.compile("^Look closely")).first.click()
    page.locator("[data-look-frame][data-awake]").focus()
    page.keyboard.press("+")
    expect(page.locator("[data-look-percent]")).to_have_text("150 %")
    page.keyboard.press("0")
    expect(page.locator("[data-look-percent]")).to_have_text("100 %")
    page.get_by_role("button", name="Add a point").press("Enter")
    pin = page.get_by_role("button", name="Point 1", exact=True)
    expect(pin).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Enter")
    page.keyboard.type("Here")
    page.get_by_role("button", name="Submit Change Request").click()
    expect(page.get_by_text("was sent to the shop").first).to_be_visible()
    saved = ProofPin.objects.get()
    assert (float(saved.x), float(saved.y)) == (pytest.approx(0.51), pytest.approx(0.45))
    assert page.trouble == []


def test_two_versions_are_compared_three_ways(visit, versions):
    page = phone(visit, fresh(versions[1]))
    page.get_by_role("link", name=re.compile("^Look closely")).first.tap()
    page.get_by_role("link", name="Compare with version 1").tap()
    expect(page.locator(".portal-look-picture").nth(1)).to_be_visible()
    page.get_by_role("button", name="Larger").tap()
    scales = page.locator("[data-look-sheet]").evaluate_all(
        "all => all.map(x => x.style.transform)"
    )
    assert [s.endswith("scale(1.5)") for s in scales] == [True, True]
    page.get_by_label("Slider").check()
    page.get_by_label("From version 1 to version 2").fill("100")
    assert page.locator("[data-side=now]").evaluate("x => getComputedStyle(x).clipPath") in (
        "inset(0px 0px 0px 0%)",
        "inset(0px)",
        "inset(0px 0px 0px 0px)",
    )
    page.get_by_label("Difference").check()
    said = page.locator("[data-compare-said]")
    expect(said).to_contain_text("of the picture changed")
    assert 0.7 <= float(re.search(r"[\d.]+", said.inner_text()).group()) <= 1.4
    assert fits(page)
    assert violations(page) == []
    assert page.trouble == []


def test_the_same_picture_has_no_difference(visit):
    first = sent(size=(800, 500))
    file = samples.upload("same.png", samples.png((800, 500)))
    second = sent(fresh(first), file=file)
    page = visit(fresh(second), "desktop")
    page.goto(f"{page.url}proof/{second.public_id}/compare/{first.public_id}/")
    page.get_by_label("Difference").check()
    expect(page.locator("[data-compare-said]")).to_have_text("There is no difference.")


def test_without_scripts_points_are_texts_with_a_place_to_choose(visit, versions):
    page = visit(fresh(versions[1]), "phone", scripts=False)
    page.get_by_role("link", name=re.compile("^Look closely")).first.click()
    page.get_by_label("What should be different here?").nth(0).fill("Larger")
    page.get_by_label("Where?").nth(0).select_option(label="Top right")
    page.get_by_role("button", name="Submit Change Request").click()
    expect(page.get_by_text("with 1 point was sent").first).to_be_visible()
    assert float(ProofPin.objects.get().x) == pytest.approx(0.8333)


def test_in_arabic_places_are_counted_from_the_left(visit):
    version = sent(factories.estimate_factory(items=1, language="ar"), size=(800, 500))
    page = phone(visit, fresh(version))
    page.goto(f"{page.url}proof/{version.public_id}/")
    expect(page.locator("[data-look-frame][data-awake]")).to_be_visible()
    tap(page, 0.25, 0.5)
    pin = page.locator("[data-pin]")
    expect(pin).to_be_visible()
    assert page.locator("[name=point-0-x]").input_value()[:3] in ("0.2", "0.3")
    assert fits(page)
    assert violations(page) == []


def test_each_dialog_opens_with_the_whole_proof(visit):
    """Also with what was typed before and kept; another item's never with the zoom of the one."""
    first = sent(size=(1600, 1200))
    second = sent(fresh(first), size=(1500, 1100), item=1)
    page = visit(fresh(second), "desktop")
    dialog = page.get_by_role("dialog")
    frame, zoom = dialog.locator("[data-frame]"), dialog.get_by_role("button", name="Zoom")

    def opened(name):
        page.get_by_role("link", name=f"Approve: {name}").first.click()
        expect(frame).to_be_visible()

    def is_whole():
        expect(frame).not_to_have_attribute("data-zoomed", "")
        expect(zoom).to_have_attribute("aria-pressed", "false")

    opened("A1 poster")
    is_whole()
    zoom.click()
    expect(frame).to_have_attribute("data-zoomed", "")
    expect(zoom).to_have_attribute("aria-pressed", "true")
    dialog.get_by_text("Not you?").click()
    dialog.get_by_label("Name").fill("Kim")
    page.keyboard.press("Escape")
    dialog.get_by_role("button", name=re.compile("^Close and keep")).click()
    expect(dialog).not_to_be_visible()

    opened("A2 poster")
    is_whole()
    page.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()
    opened("A1 poster")
    expect(dialog.get_by_label("Name")).to_have_value("Kim")
    is_whole()
    assert page.trouble == []


def look_closely(page):
    page.get_by_role("link", name=re.compile("^Look closely")).first.click()
    return page.locator("[data-look-frame]"), page.locator("[data-look-percent]")


def test_the_wheel_scrolls_the_page_until_the_picture_is_meant(visit, versions):
    page = visit(fresh(versions[1]), "desktop")
    frame, percent = look_closely(page)
    frame.hover()
    page.mouse.wheel(0, 200)
    page.wait_for_function("scrollY > 0")
    expect(percent).to_have_text("100 %")
    frame.focus()
    frame.hover()
    page.mouse.wheel(0, -200)
    expect(percent).not_to_have_text("100 %")
    assert page.trouble == []


def test_on_paper_are_the_picture_and_the_points_and_no_tools(visit, versions, enter, client):
    version = versions[1]
    document = fresh(version)
    enter(document)
    data = marked(version, {"x": "0.5", "y": "0.5", "text": "The logo is too small"})
    at_the_site = {"host": document.site.hostname}
    assert client.post(action_url(version), data, headers=at_the_site).status_code == 303
    page = visit(fresh(version), "desktop")
    frame, percent = look_closely(page)
    expect(percent).to_be_visible()
    page.emulate_media(media="print")
    expect(percent).to_be_hidden()
    expect(page.get_by_text("Download the original")).to_be_hidden()
    expect(frame.locator("img").first).to_be_visible()
    expect(page.get_by_text("The logo is too small").first).to_be_visible()
    assert page.pdf()[:5] == b"%PDF-"


def test_what_only_a_script_does_is_not_offered_without_one(visit, versions):
    page = phone(visit, fresh(versions[1]), scripts=False)
    page.get_by_role("link", name=re.compile("^Approve: ")).first.click()
    expect(page.locator("[data-zoom]")).to_be_hidden()
    expect(page.get_by_role("link", name="Download the original")).to_be_visible()

"""The pages in a real browser: for everybody, and paid with the mouse."""

import pytest

from .form_steps import (
    CHALLENGE,
    OF_WHOLE_PAGES,
    both_widths,
    faults,
    pay,
    result,
    type_card,
)

pytestmark = [pytest.mark.browser]


@both_widths
def test_the_form_has_no_accessibility_faults(tab, open_form):
    open_form()
    pay(tab)
    result(tab)
    assert faults(tab) == []
    assert faults(tab.frame(url="**/elements/payment**"), *OF_WHOLE_PAGES) == []


def test_the_challenge_has_no_accessibility_faults(tab, open_form):
    open_form()
    type_card(tab, "4000002500003155")
    pay(tab)
    tab.frame_locator(CHALLENGE).get_by_role("button", name="Complete").wait_for()
    assert faults(tab.frame(url="**/3ds/**")) == []


@both_widths
def test_the_hosted_page_has_no_accessibility_faults(tab, session_factory):
    tab.goto(session_factory().url)
    assert faults(tab) == []


@both_widths
def test_the_hosted_page_is_paid_with_the_mouse(tab, session_factory, client):
    session = session_factory()
    tab.goto(session.url)
    for name, value in {
        "Email": "ada@example.com",
        "Card number": "4000 0025 0000 3155",
        "Expiration date": "12/40",
        "Security code": "123",
        "Full name": "Ada Lovelace",
    }.items():
        tab.get_by_label(name).fill(value)
    tab.get_by_role("button", name="Pay").click()
    with tab.expect_request(f"https://shop.example/paid?session={session.id}"):
        tab.get_by_role("button", name="Complete").click()
    assert client.checkout.sessions.retrieve(session.id).payment_status == "paid"

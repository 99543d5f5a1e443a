"""The card form in a real browser, on a page of another origin, with the mouse and the keyboard."""

import urllib.parse

import pytest
import stripe

from .conftest import client_of
from .form_steps import (
    CHALLENGE,
    GOOD,
    both_widths,
    form,
    outcome,
    pay,
    press,
    result,
    type_card,
)

pytestmark = [pytest.mark.browser]


@both_widths
def test_a_good_card_pays(tab, open_form, client):
    intent = open_form()
    type_card(tab)
    pay(tab)
    assert result(tab) == "succeeded"
    assert client.payment_intents.retrieve(intent.id).amount_received == 1200


@pytest.mark.parametrize(
    ("number", "code", "message"),
    [
        ("4000000000000002", "generic_decline", "Your card was declined."),
        ("4000000000009995", "insufficient_funds", "Your card has insufficient funds."),
    ],
)
def test_a_declined_card_says_why_and_another_one_pays(tab, open_form, number, code, message):
    open_form()
    type_card(tab, number)
    pay(tab)
    assert result(tab) == message
    error = outcome(tab)["error"]
    assert (error["type"], error["code"]) == ("card_error", "card_declined")
    assert error["decline_code"] == code
    assert "metadata" not in error["payment_intent"]
    type_card(tab)
    pay(tab)
    tab.wait_for_function("document.getElementById('result').textContent === 'succeeded'")


@both_widths
def test_authentication_lies_over_the_page_and_completes(tab, open_form, client):
    intent = open_form()
    type_card(tab, "4000002500003155")
    pay(tab)
    press(tab, "#test-source-authorize-3ds")
    assert result(tab) == "succeeded"
    assert tab.locator(CHALLENGE).count() == 0
    assert client.payment_intents.retrieve(intent.id).status == "succeeded"


def test_the_overlay_is_a_child_of_the_body(tab, open_form):
    open_form()
    type_card(tab, "4000002500003155")
    pay(tab)
    tab.frame_locator(CHALLENGE).get_by_role("button", name="Complete").wait_for()
    assert tab.locator(f"body > div > {CHALLENGE}").count() == 1


@both_widths
def test_failed_authentication_is_said_and_another_card_pays(tab, open_form, client):
    intent = open_form()
    type_card(tab, "4000002500003155")
    pay(tab)
    press(tab, "#test-source-fail-3ds")
    assert result(tab).startswith("We are unable to authenticate your payment method.")
    assert outcome(tab)["error"]["code"] == "payment_intent_authentication_failure"
    assert client.charges.list({"payment_intent": intent.id}).data == []
    type_card(tab)
    pay(tab)
    tab.wait_for_function("document.getElementById('result').textContent === 'succeeded'")


@both_widths
def test_a_direct_debit_is_under_way(tab, open_form, standin, client):
    intent = open_form()
    form(tab).get_by_text("SEPA Direct Debit").first.click()
    form(tab).get_by_label("Full name").fill("Ada Lovelace")
    form(tab).get_by_label("Email").fill("ada@example.com")
    form(tab).get_by_label("IBAN").fill("AT611904300234573201")
    pay(tab)
    assert result(tab) == "processing"
    standin.settle(intent.id)
    assert client.payment_intents.retrieve(intent.id).status == "succeeded"


def test_direct_debit_is_not_offered_outside_the_euro(tab, open_form):
    open_form({"clientSecret": None, "mode": "payment", "amount": 1200, "currency": "usd"})
    assert not form(tab).get_by_role("radio").first.is_visible()
    assert form(tab).get_by_label("Card number").is_visible()


@pytest.mark.parametrize(
    ("card", "code"),
    [
        ({"number": "42424242"}, "incomplete_number"),
        ({"number": "4242424242424241"}, "invalid_number"),
        ({"expiry": "1"}, "incomplete_expiry"),
        ({"expiry": "12/20"}, "invalid_expiry_year_past"),
        ({"cvc": "1"}, "incomplete_cvc"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(tab, open_form, client, card, code):
    intent = open_form()
    type_card(tab, **card)
    pay(tab)
    said = result(tab)
    error = outcome(tab)["error"]
    assert (error["type"], error["code"]) == ("validation_error", code)
    (name,) = card
    assert form(tab).locator(f"#{name}-error").inner_text() == said
    assert form(tab).locator(f"#{name}").get_attribute("aria-invalid") == "true"
    assert client.payment_intents.retrieve(intent.id).status == "requires_payment_method"


def test_the_whole_form_works_with_the_keyboard(tab, open_form):
    open_form()
    form(tab).get_by_role("radio", name="Card").focus()
    for key in (*("Tab", GOOD), *("Tab", "1240"), *("Tab", "123"), "Tab", "Enter"):
        tab.keyboard.press(key) if key in ("Tab", "Enter") else tab.keyboard.type(key)
    assert result(tab) == "succeeded"
    assert form(tab).get_by_label("Card number").input_value() == "4242 4242 4242 4242"
    assert form(tab).get_by_label("Expiration date").input_value() == "12 / 40"


def test_a_deferred_form_pays_an_intent_that_is_made_later(tab, open_form, intent_factory):
    later = intent_factory()
    deferred = {"clientSecret": None, "mode": "payment", "amount": 1200, "currency": "eur"}
    open_form(deferred, secret=later.client_secret)
    type_card(tab)
    pay(tab)
    assert result(tab) == "succeeded"


def test_a_deferred_form_holds_the_amount(tab, open_form, intent_factory, client):
    later = intent_factory()
    deferred = {"clientSecret": None, "mode": "payment", "amount": 900, "currency": "eur"}
    open_form(deferred, secret=later.client_secret)
    type_card(tab)
    pay(tab)
    assert "do not match" in result(tab)
    assert client.payment_intents.retrieve(later.id).status == "requires_payment_method"


@pytest.mark.parametrize(
    ("limit", "shown", "hidden"),
    [
        ({"allowedPaymentMethodTypes": ["sepa_debit"]}, "IBAN", "Card number"),
        ({"excludedPaymentMethodTypes": ["sepa_debit"]}, "Card number", "IBAN"),
    ],
)
def test_a_deferred_form_can_be_limited_to_some_methods(tab, open_form, limit, shown, hidden):
    open_form({"clientSecret": None, "mode": "payment", "amount": 1200, "currency": "eur"} | limit)
    assert form(tab).get_by_label(shown).is_visible()
    assert not form(tab).get_by_label(hidden).is_visible()


def test_a_deferred_form_holds_the_methods(tab, open_form, intent_factory, client):
    later = intent_factory()
    deferred = {"clientSecret": None, "mode": "payment", "amount": 1200, "currency": "eur"}
    open_form(deferred | {"allowedPaymentMethodTypes": ["card"]}, secret=later.client_secret)
    type_card(tab)
    pay(tab)
    assert "do not match" in result(tab)
    assert client.payment_intents.retrieve(later.id).status == "requires_payment_method"


def test_a_method_that_cannot_be_is_a_load_error(tab, open_form):
    deferred = {"clientSecret": None, "mode": "payment", "amount": 1200, "currency": "usd"}
    open_form(deferred | {"allowedPaymentMethodTypes": ["sepa_debit"]})
    assert "No valid payment method types" in tab.evaluate("said.loaderror.error.message")


def test_without_if_required_the_browser_goes_to_the_return_url(tab, open_form):
    intent = open_form(redirect="always")
    type_card(tab)
    pay(tab)
    tab.wait_for_url("**/return?**")
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(tab.url).query)
    assert query["payment_intent"] == [intent.id]
    assert query["redirect_status"] == ["succeeded"]


def test_change_tells_when_the_form_is_complete(tab, open_form):
    open_form()
    type_card(tab, cvc="")
    assert not tab.evaluate("said.change.complete")
    form(tab).get_by_label("Security code").fill("123")
    tab.wait_for_function("said.change.complete && said.change.value.type === 'card'")


def test_a_wrong_key_is_a_load_error(tab, open_form):
    open_form(key="pk_test_other")
    assert "Invalid API Key" in tab.evaluate("said.loaderror.error.message")


def test_the_intent_can_be_retrieved(tab, open_form):
    intent = open_form()
    seen = tab.evaluate("secret => stripe.retrievePaymentIntent(secret)", intent.client_secret)
    assert seen["paymentIntent"]["status"] == "requires_payment_method"


def test_a_secret_key_is_refused_by_the_script(tab, open_form):
    open_form()
    error = tab.evaluate("(() => { try { Stripe('sk_test_x') } catch (e) { return e.name } })()")
    assert error == "IntegrationError"


def test_the_card_number_stays_in_its_frame(tab, open_form):
    """Neither the page nor a request of it sees the number; only the frame's own confirm does."""
    sent = []
    tab.on("request", lambda request: sent.append((request.frame.url, request.post_data or "")))
    open_form()
    type_card(tab)
    assert GOOD not in tab.content().replace(" ", "")
    pay(tab)
    assert result(tab) == "succeeded"
    frames = {frame for frame, data in sent if GOOD in data}
    assert frames
    assert all("/elements/payment" in frame for frame in frames)


@both_widths
def test_the_form_fits_without_scrolling(tab, open_form, width):
    open_form()
    type_card(tab, number="4", expiry="1", cvc="1")
    pay(tab)
    result(tab)
    sizes = (
        form(tab)
        .locator("html")
        .evaluate("html => [html.scrollWidth, innerWidth, document.body.scrollHeight, innerHeight]")
    )
    assert sizes[0] <= sizes[1]
    tab.wait_for_function(
        "height => document.querySelector('iframe').clientHeight >= height", arg=sizes[2]
    )


def test_the_form_takes_the_shops_colours(tab, open_form):
    open_form({"appearance": {"variables": {"colorPrimary": "#7a1f2b"}}})
    tab_label = form(tab).locator("label.method").first
    assert tab_label.evaluate("node => getComputedStyle(node).color") == "rgb(122, 31, 43)"


@pytest.mark.parametrize(("locale", "label"), [("de", "Kartennummer"), ("ar", "رقم البطاقة")])
def test_the_form_speaks_the_customers_language(tab, open_form, locale, label):
    open_form({"locale": locale})
    assert form(tab).get_by_label(label).is_visible()


def test_another_browser_cannot_confirm_without_the_secret(standin, intent_factory):
    browser = client_of(standin, "pk_test_standin").v1
    with pytest.raises(stripe.InvalidRequestError):
        browser.payment_intents.confirm(intent_factory().id, {"payment_method": "pm_card_visa"})

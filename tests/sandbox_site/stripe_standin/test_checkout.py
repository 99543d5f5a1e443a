import html
import re
import urllib.error
import urllib.parse
import urllib.request

import pytest
import stripe


class DontRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None


class Visitor:
    """A browser without JavaScript."""

    def __init__(self):
        self._opener = urllib.request.build_opener(DontRedirect)

    def open(self, url, form=None, language="en"):
        data = urllib.parse.urlencode(form).encode() if form else None
        request = urllib.request.Request(url, data, {"Accept-Language": language})
        try:
            answer = self._opener.open(request, timeout=10)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            self.status, self.headers = answer.status, answer.headers
            self.text = answer.read().decode()
        return self


CARD = {
    "method": "card",
    "email": "ada@example.com",
    "name": "Ada Lovelace",
    "number": "4242 4242 4242 4242",
    "expiry": "12 / 40",
    "cvc": "123",
}
DEBIT = {**CARD, "method": "sepa_debit", "iban": "AT61 1904 3002 3457 3201"}
AUTHENTICATING = {**CARD, "number": "4000002500003155"}


@pytest.fixture
def visitor():
    return Visitor()


def types(client):
    return [event.type for event in client.events.list({"limit": 100}).data][::-1]


def test_a_new_session_is_open_and_adds_up(session_factory):
    session = session_factory(metadata={"order": "12"}, client_reference_id="12")
    assert (session.status, session.payment_status) == ("open", "unpaid")
    assert (session.amount_total, session.currency) == (3000, "eur")
    assert session.payment_intent is None


def test_the_page_shows_amount_items_and_the_way_back(session_factory, visitor):
    page = visitor.open(session_factory(name="<b>Poster</b> & more").url)
    assert page.status == 200
    assert "€30.00" in page.text
    assert "&lt;b&gt;Poster&lt;/b&gt; &amp; more" in page.text
    assert "<b>Poster" not in page.text
    assert 'href="https://shop.example/order"' in page.text


def test_what_was_typed_is_escaped(session_factory, visitor):
    typed = {**CARD, "number": "1", "name": '"><script>alert(1)</script>'}
    page = visitor.open(session_factory().url, typed)
    assert "<script>alert" not in page.text
    assert html.escape(typed["name"]) in page.text


def test_a_good_card_pays_and_leads_to_the_shop(session_factory, visitor, client):
    session = session_factory(
        metadata={"order": "12"}, payment_intent_data={"metadata": {"payment": "7"}}
    )
    page = visitor.open(session.url, CARD)
    assert page.status == 303
    assert page.headers["Location"] == f"https://shop.example/paid?session={session.id}"
    params = {"expand": ["payment_intent.latest_charge", "line_items"]}
    session = client.checkout.sessions.retrieve(session.id, params)
    assert (session.status, session.payment_status) == ("complete", "paid")
    assert session.customer_details.email == "ada@example.com"
    assert session.metadata.to_dict() == {"order": "12"}
    assert session.line_items.data[0].quantity == 2
    assert session.payment_intent.metadata.to_dict() == {"payment": "7"}
    assert session.payment_intent.latest_charge.amount == 3000
    assert types(client) == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
    ]


def test_pressing_pay_twice_charges_once(session_factory, visitor, client):
    url = session_factory().url
    for _ in range(2):
        assert visitor.open(url, CARD).status == 303
    assert len(client.charges.list().data) == 1


@pytest.mark.parametrize(
    ("number", "message"),
    [
        ("4000000000000002", "Your card was declined."),
        ("4000000000009995", "Your card has insufficient funds."),
        ("4242424242424241", "Your card number is incorrect."),
        ("5105105105105100", "Your card was declined. This is test mode"),
    ],
)
def test_a_declined_card_is_said_and_may_be_followed_by_another(
    session_factory, visitor, client, number, message
):
    session = session_factory()
    page = visitor.open(session.url, {**CARD, "number": number})
    assert page.status == 402
    assert message in html.unescape(page.text)
    assert 'value="Ada Lovelace"' in page.text
    assert number not in page.text
    assert visitor.open(session.url, CARD).status == 303
    assert len(client.payment_intents.list().data) == 1


def test_a_card_that_asks_for_authentication(session_factory, visitor, client, standin):
    session = session_factory()
    page = visitor.open(session.url, AUTHENTICATING)
    challenge = standin.url + page.headers["Location"]
    assert "€30.00" in visitor.open(challenge).text
    assert visitor.open(challenge, {"outcome": "complete"}).status == 303
    assert client.checkout.sessions.retrieve(session.id).payment_status == "paid"
    (charge,) = client.charges.list().data
    assert charge.payment_method_details.card.three_d_secure.result == "authenticated"


def test_failed_authentication_leads_back_to_the_form(session_factory, visitor, client, standin):
    session = session_factory()
    challenge = standin.url + visitor.open(session.url, AUTHENTICATING).headers["Location"]
    page = visitor.open(challenge, {"outcome": "fail"})
    assert page.status == 402
    assert "unable to authenticate" in page.text
    assert 'name="number"' in page.text
    assert client.charges.list().data == []


def test_a_direct_debit_completes_the_session_unpaid(session_factory, visitor, client, standin):
    session = session_factory()
    assert visitor.open(session.url, DEBIT).status == 303
    session = client.checkout.sessions.retrieve(session.id)
    assert (session.status, session.payment_status) == ("complete", "unpaid")
    standin.settle(session.payment_intent)
    assert client.checkout.sessions.retrieve(session.id).payment_status == "paid"
    assert types(client)[-1] == "checkout.session.async_payment_succeeded"


def test_a_direct_debit_of_a_session_may_fail(session_factory, visitor, client, standin):
    session = session_factory()
    visitor.open(session.url, DEBIT)
    intent = client.checkout.sessions.retrieve(session.id).payment_intent
    standin.settle(intent, "failed")
    assert client.checkout.sessions.retrieve(session.id).payment_status == "unpaid"
    assert types(client)[-1] == "checkout.session.async_payment_failed"


def test_a_voucher_completes_the_session_unpaid(session_factory, visitor, client, standin):
    session = session_factory()
    visitor.open(session.url, CARD | {"number": "4000002500003155"})
    intent = client.checkout.sessions.retrieve(session.id).payment_intent
    standin.hand_out_voucher(intent)
    session = client.checkout.sessions.retrieve(session.id)
    assert (session.status, session.payment_status) == ("complete", "unpaid")
    voucher = client.payment_intents.retrieve(intent)
    assert voucher.status == "requires_action"
    assert voucher.next_action.type == "multibanco_display_details"
    with pytest.raises(stripe.InvalidRequestError, match="Checkout"):
        client.payment_intents.cancel(intent)


def test_direct_debit_is_not_offered_outside_the_euro(session_factory, visitor):
    session = session_factory(currency="usd")
    assert "IBAN" not in visitor.open(session.url).text
    assert visitor.open(session.url, DEBIT).status == 402


def test_an_expired_session_takes_no_money(session_factory, visitor, client):
    session = session_factory()
    url = session.url
    expired = client.checkout.sessions.expire(session.id)
    assert (expired.status, expired.url) == ("expired", None)
    page = visitor.open(url, CARD)
    assert page.status == 410
    assert "https://shop.example/order" in page.text
    assert types(client) == ["checkout.session.expired"]
    assert client.charges.list().data == []


def test_expiring_cancels_the_intent_of_a_declined_try(session_factory, visitor, client):
    session = session_factory()
    visitor.open(session.url, {**CARD, "number": "4000000000000002"})
    (intent,) = client.payment_intents.list().data
    with pytest.raises(stripe.InvalidRequestError, match="created by Checkout"):
        client.payment_intents.cancel(intent.id)
    client.checkout.sessions.expire(session.id)
    assert client.payment_intents.retrieve(intent.id).status == "canceled"


def test_a_paid_session_does_not_expire(session_factory, visitor, client):
    session = session_factory()
    visitor.open(session.url, CARD)
    with pytest.raises(stripe.InvalidRequestError, match='status in \\["open"\\]'):
        client.checkout.sessions.expire(session.id)
    assert "already paid" in visitor.open(session.url).text


def test_a_session_expires_by_itself(session_factory, standin, client):
    session = session_factory()
    standin.store.set_timer(session.id, 0)
    client.accounts.retrieve_current()  # any request wakes the background work
    standin.wait_for_webhooks()
    for _ in range(200):
        if client.checkout.sessions.retrieve(session.id).status == "expired":
            break
    assert client.checkout.sessions.retrieve(session.id).status == "expired"


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"success_url": ""}, "success_url"),
        ({"success_url": "javascript:alert(1)"}, "success_url"),
        ({"cancel_url": "nowhere"}, "cancel_url"),
        ({"mode": "subscription"}, "mode=subscription"),
        ({"ui_mode": "elements"}, "ui_mode=elements"),
        ({"expires_at": 1}, "expires_at"),
        ({"line_items": []}, "line_items"),
        ({"line_items": [{"price": "price_1", "quantity": 1}]}, "line_items[0][price]"),
        ({"unit_amount": 10, "quantity": 1}, "line_items"),
        ({"quantity": 0}, "line_items[0][quantity]"),
        ({"payment_method_types": ["card"]}, "payment_method_types"),
        ({"automatic_tax": {"enabled": True}}, "automatic_tax"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_bad_session_is_refused_by_name(session_factory, params, param):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        session_factory(**params)
    assert caught.value.param == param


def test_prices_may_be_exact(client):
    price = {"currency": "eur", "unit_amount_decimal": "33.335", "product_data": {"name": "A"}}
    session = client.checkout.sessions.create(
        {
            "line_items": [{"price_data": price, "quantity": 3}],
            "success_url": "https://shop.example/",
        }
    )
    assert session.amount_total == 100


def test_sessions_are_listed(session_factory, client):
    made = session_factory(customer_email="ada@example.com")
    session_factory()
    params = {"status": "open", "customer_details": {"email": "ada@example.com"}}
    assert [session.id for session in client.checkout.sessions.list(params).data] == [made.id]


@pytest.mark.parametrize(
    ("locale", "header", "language", "direction"),
    [("de", "en", "de", "ltr"), (None, "ar,en;q=0.5", "ar", "rtl"), ("auto", "fr", "en", "ltr")],
)
def test_the_page_speaks_the_customers_language(
    session_factory, visitor, locale, header, language, direction
):
    session = session_factory(**({"locale": locale} if locale else {}))
    page = visitor.open(session.url, language=header)
    assert f'<html lang="{language}" dir="{direction}">' in page.text


def test_the_page_bears_the_shops_name_and_colour(session_factory, visitor):
    branding = {"display_name": "Schilder Huber", "button_color": "#7a1f2b"}
    page = visitor.open(session_factory(branding_settings=branding).url)
    assert "Schilder Huber" in page.text
    assert "--button: #7a1f2b; --on-button: #fff" in page.text


def test_the_text_on_a_light_button_is_dark(session_factory, visitor):
    page = visitor.open(session_factory(branding_settings={"button_color": "#ffe08a"}).url)
    assert "--button: #ffe08a; --on-button: #000" in page.text


def test_a_colour_that_is_none_does_not_reach_the_page(session_factory, visitor):
    branding = {"button_color": "red;} body{display:none"}
    page = visitor.open(session_factory(branding_settings=branding).url)
    assert "--button: #0074d4;" in page.text


def test_money_is_written_as_the_customer_writes_it(session_factory, visitor):
    url = session_factory(unit_amount=123456).url
    assert "€2,469.12" in visitor.open(url).text
    assert "2.469,12\u00a0€" in visitor.open(url, language="de").text


def test_the_page_loads_no_script(session_factory, visitor):
    page = visitor.open(session_factory().url)
    assert not re.search("<script", page.text)
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]

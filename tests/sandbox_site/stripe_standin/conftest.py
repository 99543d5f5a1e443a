"""A running stand-in, Stripe's own client in front of it, and a small site behind it."""

import http.server
import threading

import pytest
import stripe

from sandbox_site.stripe_standin import Standin

from .browser import open_form, shop, tab, width  # noqa: F401

SECRET = "whsec_standin"
RETURN_URL = "https://shop.example/return"


class Site:
    """Receives webhooks as the plugin's site would: `received` holds (raw body, signature)."""

    def __init__(self):
        self.received = []
        self.answers = []  # statuses to give before the 200s begin
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                site.received.append((body, self.headers["Stripe-Signature"]))
                status = site.answers.pop(0) if site.answers else 200
                self.send_response(status)
                self.send_header("Location", site.url)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args):
                """Silent."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/webhooks/stripe/"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def events(self):
        return [
            stripe.Webhook.construct_event(body, signature, SECRET)
            for body, signature in self.received
        ]

    def types(self):
        return [event.type for event in self.events()]

    def stop(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def client_of(standin, key="sk_test_standin", **options):
    return stripe.StripeClient(key, base_addresses={"api": standin.url}, **options)


@pytest.fixture
def site():
    site = Site()
    yield site
    site.stop()


@pytest.fixture
def standin(tmp_path, site):
    options = {"retry_delays": (0.05, 0.05, 0.05)}
    with Standin(data=tmp_path / "stripe", webhook_url=site.url, **options) as standin:
        yield standin


@pytest.fixture
def client(standin):
    return client_of(standin).v1


@pytest.fixture
def intent_factory(client):
    def make(amount=1200, currency="eur", **params):
        return client.payment_intents.create({"amount": amount, "currency": currency, **params})

    return make


@pytest.fixture
def pay(client, intent_factory):
    """Makes an intent and confirms it with one of Stripe's ready-made payment methods."""

    def paid(method="pm_card_visa", expand=(), **params):
        intent = intent_factory(**params)
        how = {"payment_method": method} if isinstance(method, str) else method
        return client.payment_intents.confirm(
            intent.id, {**how, "return_url": RETURN_URL, "expand": list(expand)}
        )

    return paid


SEPA = {
    "payment_method_data": {
        "type": "sepa_debit",
        "sepa_debit": {"iban": "AT61 1904 3002 3457 3201"},
        "billing_details": {"name": "Ada Lovelace", "email": "ada@example.com"},
    },
    "mandate_data": {"customer_acceptance": {"type": "offline"}},
}


@pytest.fixture
def sepa():
    return SEPA


@pytest.fixture
def session_factory(client):
    def make(unit_amount=1500, quantity=2, currency="eur", name="Poster", **params):
        price = {
            "currency": currency,
            "unit_amount": unit_amount,
            "product_data": {"name": name},
        }
        return client.checkout.sessions.create(
            {
                "mode": "payment",
                "line_items": [{"price_data": price, "quantity": quantity}],
                "success_url": "https://shop.example/paid?session={CHECKOUT_SESSION_ID}",
                "cancel_url": "https://shop.example/order",
                **params,
            }
        )

    return make

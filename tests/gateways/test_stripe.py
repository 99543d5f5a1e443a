"""Stripe in our words: keys, payments, pages and errors."""

import http.server
import logging
import re
import subprocess
import sys
import time
from decimal import Decimal
from uuid import uuid4

import pytest

from portal_plugin.exceptions import Misconfigured
from portal_plugin.gateways import stripe
from portal_plugin.gateways.stripe import client, payments
from portal_plugin.statuses import AttemptState
from tests.canned import Canned
from tests.paying import ask, confirm, pay_on_page, standin

__all__ = ["standin"]


def order(amount="119.00", currency="EUR", **values):
    values = {
        "description": "Order 1",
        "document": "public",
        "attempt": 7,
        "key": uuid4(),
        "account": stripe.shared(),
    } | values
    return stripe.Order(amount=Decimal(amount), currency=currency, **values)


def page_for(asked):
    there = "https://a.example/"
    return stripe.create_page(asked, name="Order 1", return_url=there, back_url=there)


class TestKeys:
    @pytest.mark.parametrize(
        ("secret", "publishable", "expected"),
        [
            ("sk_test_1", "pk_test_1", True),
            ("rk_live_1", "pk_live_1", True),
            ("sk_test_1", "pk_live_1", False),
            ("pk_test_1", "sk_test_1", False),
            ("sk_test_1", "", False),
            ("", "pk_test_1", False),
            ("sk_test_1", "sk_test_1", False),
            ("pk_test_1", "pk_test_1", False),
        ],
    )
    def test_both_of_one_mode_in_their_places(self, settings, secret, publishable, expected):
        settings.PORTAL_PLUGIN = {
            "STRIPE_SECRET_KEY": secret,
            "STRIPE_PUBLISHABLE_KEY": publishable,
        }
        assert stripe.shared().is_configured is expected

    def test_say_whether_money_is_real(self, settings):
        settings.PORTAL_PLUGIN = {"STRIPE_SECRET_KEY": "rk_live_1"}
        assert stripe.shared().is_live
        settings.PORTAL_PLUGIN = {"STRIPE_SECRET_KEY": "sk_test_1"}
        assert not stripe.shared().is_live

    def test_without_one_nothing_is_asked(self, settings):
        settings.PORTAL_PLUGIN = {}
        with pytest.raises(Misconfigured):
            stripe.find_payment("pi_1", stripe.shared())

    def test_without_the_package_nothing_is_offered_or_asked(self, monkeypatch):
        assert stripe.shared().is_configured
        monkeypatch.setitem(sys.modules, "stripe", None)
        assert not stripe.shared().is_configured
        with pytest.raises(Misconfigured):
            stripe.find_payment("pi_1", stripe.shared())


def test_importing_the_plugin_does_not_import_the_package():
    code = (
        "import os, sys; os.environ['DJANGO_SETTINGS_MODULE'] = 'tests.settings';"
        "import django; django.setup(); import portal_plugin.urls, portal_plugin.models;"
        "import portal_plugin.gateways.stripe; sys.exit('stripe' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


class TestPayments:
    def test_one_key_makes_one_payment(self, standin):
        wanted = order()
        first, second = stripe.create_payment(wanted), stripe.create_payment(wanted)
        assert first == second
        assert first.state == AttemptState.OPEN
        assert (first.amount, first.currency) == (Decimal("119.00"), "EUR")
        assert (first.document, first.attempt) == ("public", 7)
        assert len(ask(standin).v1.payment_intents.list().data) == 1

    def test_one_key_with_other_words_is_refused(self, standin):
        wanted = order()
        stripe.create_payment(wanted)
        with pytest.raises(stripe.KeyReused):
            stripe.create_payment(order("120.00", key=wanted.key))

    def test_the_secret_is_in_no_text(self, standin, caplog):
        caplog.set_level(logging.DEBUG)
        payment = stripe.create_payment(order())
        assert payment.client_secret
        assert "client_secret" in caplog.text
        assert payment.client_secret not in repr(payment) + str(payment) + caplog.text

    @pytest.mark.parametrize(
        "ask_for",
        [
            stripe.create_payment,
            lambda order: stripe.create_page(
                order, name="Order 1", return_url="https://a.example", back_url="https://b.example"
            ),
        ],
    )
    def test_a_currency_is_asked_for_in_small_letters(self, standin, caplog, ask_for):
        """As Stripe's reference wants it, though it takes others."""
        caplog.set_level(logging.DEBUG)
        ask_for(order())
        assert re.search(r"currency\]?=eur\b", caplog.text)

    def test_a_line_of_the_log_with_arguments_is_put_together_once(self, standin, caplog):
        caplog.set_level(logging.DEBUG)
        stripe.create_payment(order())
        logging.getLogger("stripe").debug("%d%% of %s", 5, "it")
        assert caplog.messages[-1] == "5% of it"

    @pytest.mark.parametrize(
        ("card", "state", "method"),
        [
            ("4242", AttemptState.SUCCEEDED, "Visa •••• 4242"),
            ("sepa", AttemptState.PROCESSING, "SEPA •••• 3000"),
            ("3155", AttemptState.OPEN, ""),
        ],
    )
    def test_are_in_our_states(self, standin, card, state, method):
        payment = stripe.create_payment(order())
        confirm(standin, payment.id, card)
        found = stripe.find_payment(payment.id, stripe.shared())
        assert (found.state, found.method) == (state, method)
        assert (found.received == found.amount) is (state == AttemptState.SUCCEEDED)

    @pytest.mark.parametrize(
        ("card", "code"), [("0002", "generic_decline"), ("9995", "insufficient_funds")]
    )
    def test_declined_says_why(self, standin, card, code):
        payment = stripe.create_payment(order())
        confirm(standin, payment.id, card)
        found = stripe.find_payment(payment.id, stripe.shared())
        assert (found.state, found.failure_code) == (AttemptState.FAILED, code)
        assert found.failure_message

    def test_cancelled_once_and_paid_stays_paid(self, standin):
        open_one, paid = stripe.create_payment(order()), stripe.create_payment(order())
        confirm(standin, paid.id)
        assert stripe.cancel_payment(open_one.id, stripe.shared()).state == AttemptState.CANCELLED
        assert stripe.cancel_payment(open_one.id, stripe.shared()).state == AttemptState.CANCELLED
        assert stripe.cancel_payment(paid.id, stripe.shared()).state == AttemptState.SUCCEEDED

    def test_in_three_decimals_and_in_none(self, standin):
        for amount, currency in (("5.120", "KWD"), ("500", "JPY"), ("1500", "ISK")):
            payment = stripe.create_payment(order(amount, currency))
            assert (payment.amount, payment.currency) == (Decimal(amount), currency)

    def test_unknown_to_the_account(self, standin):
        with pytest.raises(stripe.NotFound):
            stripe.find_payment("pi_unknown", stripe.shared())
        with pytest.raises(stripe.NotFound):
            stripe.cancel_payment("pi_unknown", stripe.shared())

    def test_another_programs_words_are_not_ours(self, standin):
        made = ask(standin).v1.payment_intents.create(
            {"amount": 500, "currency": "eur", "metadata": {"portal_attempt": "seven"}}
        )
        found = stripe.find_payment(made.id, stripe.shared())
        assert (found.document, found.attempt) == ("", None)


class TestPages:
    def test_hosted_page(self, standin, caplog):
        caplog.set_level(logging.DEBUG)
        page = page_for(order())
        assert page.is_open
        assert page.url.startswith(standin.url)
        assert page.url not in repr(page) + caplog.text
        assert stripe.find_page(page.id, stripe.shared()) == page

    def test_one_key_makes_one_page(self, standin):
        wanted = order()
        assert page_for(wanted) == page_for(wanted)

    def test_what_is_paid_on_it_bears_the_orders_name(self, standin):
        page = page_for(order())
        pay_on_page(page.url)
        payment = stripe.find_payment(
            stripe.find_page(page.id, stripe.shared()).payment, stripe.shared()
        )
        assert (payment.document, payment.attempt) == ("public", 7)

    @pytest.mark.parametrize(
        ("methods", "allowed"), [("card", ["card"]), ("", ["card", "sepa_debit"])]
    )
    def test_takes_the_ways_that_are_asked_for(self, standin, methods, allowed):
        page = page_for(order(methods=methods))
        session = ask(standin).v1.checkout.sessions.retrieve(page.id)
        assert session.payment_method_types == allowed

    def test_closes_once(self, standin):
        page = page_for(order())
        assert stripe.close_page(page.id, stripe.shared()).is_expired
        assert stripe.close_page(page.id, stripe.shared()).is_expired
        with pytest.raises(stripe.NotFound):
            stripe.close_page("cs_unknown", stripe.shared())

    @pytest.mark.parametrize("create", [stripe.create_payment, page_for])
    def test_for_less_than_stripe_takes_nobody_is_asked(self, settings, create):
        settings.PORTAL_PLUGIN = {
            "STRIPE_SECRET_KEY": "sk_test_standin",
            "STRIPE_API_BASE": "http://127.0.0.1:9",
        }
        with pytest.raises(stripe.CannotCharge):
            create(order(amount=Decimal("0.01")))


class TestTrouble:
    @pytest.mark.parametrize(
        ("status", "error"),
        [
            (500, stripe.StripeBroke),
            (503, stripe.StripeBroke),
            (429, stripe.NoAnswer),
            (401, stripe.Refused),
            (403, stripe.Refused),
            (400, stripe.Refused),
        ],
    )
    def test_is_named_by_what_to_do_next(self, settings, status, error):
        with Canned([(status, "code")]) as api:
            self._point_at(settings, api.url)
            with pytest.raises(error) as caught:
                stripe.create_payment(order())
        assert type(caught.value) is error
        assert "not been charged" in caught.value.message

    @pytest.mark.parametrize(("status", "code"), [(404, "x"), (400, "resource_missing")])
    def test_what_is_not_there_is_told_apart_from_what_is_refused(self, settings, status, code):
        with Canned([(status, code)]) as api:
            self._point_at(settings, api.url)
            with pytest.raises(stripe.NotFound):
                stripe.create_payment(order())

    @pytest.mark.parametrize(
        ("status", "level"),
        [(401, "ERROR"), (403, "ERROR"), (400, "WARNING"), (429, "WARNING"), (500, "WARNING")],
    )
    def test_a_key_that_is_not_let_in_is_an_error_for_whoever_runs_it(
        self, settings, caplog, status, level
    ):
        with Canned([(status, "code")]) as api:
            self._point_at(settings, api.url)
            with pytest.raises(stripe.StripeTrouble):
                stripe.create_payment(order())
        ours = [row for row in caplog.records if row.name == client.__name__]
        assert [row.levelname for row in ours] == [level]

    def test_a_key_in_use_is_asked_for_again(self, settings):
        in_use = (409, "idempotency_key_in_use")
        with Canned([in_use, in_use, (400, "amount_too_small")]) as api:
            self._point_at(settings, api.url)
            with pytest.raises(stripe.Refused) as caught:
                stripe.create_payment(order())
        assert caught.value.code == "amount_too_small"
        assert len(api.keys) == 3
        assert len(set(api.keys)) == 1

    def test_one_that_stays_in_use_is_given_up_and_was_waited_for(self, settings, monkeypatch):
        monkeypatch.setattr(payments, "_WAITS", (0.05, 0.1))
        with Canned([(409, "idempotency_key_in_use")] * 4) as api:
            self._point_at(settings, api.url)
            started = time.monotonic()
            with pytest.raises(stripe.NoAnswer) as caught:
                stripe.create_payment(order())
        assert caught.value.code == "idempotency_key_in_use"
        assert len(api.keys) == 3
        assert time.monotonic() - started >= 0.15

    def test_a_cancelling_that_is_not_allowed_is_not_taken_for_one_too_late(self, settings):
        with Canned([(403, "more_permissions_required")]) as api:
            self._point_at(settings, api.url)
            with pytest.raises(stripe.Refused) as caught:
                stripe.cancel_payment("pi_1", stripe.shared())
        assert caught.value.code == "more_permissions_required"

    def test_nobody_there(self, settings):
        self._point_at(settings, "http://127.0.0.1:9")
        with pytest.raises(stripe.NoAnswer):
            stripe.create_payment(order())

    def test_a_server_that_never_answers_is_given_up(self, settings, monkeypatch):
        monkeypatch.setattr(client, "ANSWER_SECONDS", 0.3)
        with http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as deaf:
            self._point_at(settings, f"http://127.0.0.1:{deaf.server_port}")
            started = time.monotonic()
            with pytest.raises(stripe.NoAnswer):
                stripe.create_payment(order())
        assert time.monotonic() - started < 3

    def test_patience_is_short_enough_for_a_web_worker(self):
        assert 5 <= client.CONNECT_SECONDS <= client.ANSWER_SECONDS <= 10

    def _point_at(self, settings, url):
        settings.PORTAL_PLUGIN = {
            "STRIPE_SECRET_KEY": "sk_test_standin",
            "STRIPE_PUBLISHABLE_KEY": "pk_test_standin",
            "STRIPE_API_BASE": url,
        }

"""How a payment stands, for who waits for it, and where Stripe leads back to."""

import pytest

from portal_plugin.models import LedgerEntry, PaymentAttempt
from portal_plugin.statuses import AttemptState
from tests.paying import begin, confirm, order, shop_order, standin, take_all
from tests.portal.browsing import page, without_secrets

__all__ = ["shop_order", "standin"]

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}


class TestState:
    def state(self, client, document):
        return client.get(page(document, "payment/"), headers=JSON).json()

    def ask(self, client, document):
        return client.post(page(document, "payment/"), headers=JSON)

    def test_follows_the_payment(self, client, standin, shop_order):
        assert self.state(client, shop_order)["state"] == "none"
        attempt = begin(shop_order).attempt
        assert self.state(client, shop_order)["state"] == "open"
        confirm(standin, attempt.payment_intent)
        assert self.state(client, shop_order)["state"] == "open"
        take_all(standin)
        now = self.state(client, shop_order)
        assert now["state"] == "paid"
        assert now["message"] == "Thank you. The deposit of €35.70 is paid."
        assert now["amount_due"] == "€83.30"

    def test_reading_asks_nobody_and_writes_nothing(self, client, standin, shop_order):
        confirm(standin, begin(shop_order).attempt.payment_intent)
        PaymentAttempt.objects.update(updated_at="2026-01-01T00:00Z")
        self.state(client, shop_order)
        assert not LedgerEntry.objects.exists()

    def test_asking_finds_what_no_message_told(self, client, standin, shop_order):
        confirm(standin, begin(shop_order).attempt.payment_intent)
        PaymentAttempt.objects.update(updated_at="2026-01-01T00:00Z")
        assert self.ask(client, shop_order).json()["state"] == "paid"
        assert LedgerEntry.objects.count() == 1

    def test_asking_survives_stripe_being_away(self, client, standin, shop_order, settings):
        begin(shop_order)
        PaymentAttempt.objects.update(updated_at="2026-01-01T00:00Z")
        settings.PORTAL_PLUGIN = {
            **settings.PORTAL_PLUGIN,
            "STRIPE_API_BASE": "http://127.0.0.1:9",
        }
        answer = self.ask(client, shop_order)
        assert (answer.status_code, answer.json()["state"]) == (200, "open")

    @pytest.mark.parametrize("card", ["4242", "0002", "sepa", None])
    def test_is_a_piece_of_page_for_the_script(self, client, standin, shop_order, card):
        payment = begin(shop_order).attempt.payment_intent
        if card:
            confirm(standin, payment, card)
            take_all(standin)
        html = client.get(
            page(shop_order, "payment/"), headers={"X-Portal-Fragment": "1"}
        ).content.decode()
        state = {"4242": "paid", "0002": "failed", "sepa": "pending", None: "open"}[card]
        assert f'data-state="{state}"' in html
        assert "<html" not in html
        whole = client.get(page(shop_order, "payment/")).content.decode()
        assert f'data-state="{state}"' in whole
        assert "<html" in whole


class TestReturn:
    def test_trusts_nothing_and_forgets_the_secret(self, client, standin, shop_order):
        begin(shop_order)
        lie = {
            "payment_intent": "pi_1",
            "payment_intent_client_secret": "pi_1_secret_x",
            "redirect_status": "succeeded",
        }
        answer = client.get(page(shop_order, "payment/return/"), lie)
        assert answer.status_code == 303
        assert answer["Location"] == page(shop_order, "payment/")
        assert not LedgerEntry.objects.exists()
        assert PaymentAttempt.objects.get().state == AttemptState.OPEN

    def test_in_another_browser_thanks_and_says_nothing_of_the_order(self, client, standin):
        document = order()
        lie = {"payment_intent_client_secret": "pi_1_secret_x", "redirect_status": "succeeded"}
        answer = client.get(page(document, "payment/return/"), lie)
        assert (answer.status_code, answer["Location"]) == (
            303,
            page(document, "payment/return/"),
        )
        thanks = client.get(answer["Location"])
        html = thanks.content.decode()
        assert thanks.status_code == 200
        assert "If your bank confirmed, your receipt comes by email" in html
        assert "no-store" in thanks["Cache-Control"]
        assert document.number not in html
        assert "_secret_" not in html
        nowhere = client.get(page(document, "payment/return/").replace(document.public_id, "x"))
        assert without_secrets(nowhere.content) == without_secrets(thanks.content)
        assert client.post(page(document, "payment/return/")).status_code == 404

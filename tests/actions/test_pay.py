"""Pay Now: what it asks, answers and refuses."""

import json
from decimal import Decimal
from uuid import uuid4

import pytest

from portal_plugin import faults
from portal_plugin.models import LedgerEntry, PaymentAttempt, StripeKeys, Submission
from portal_plugin.services import payments, staging
from tests.factories import approve, estimate_factory, link_factory, publish, site_factory
from tests.paying import begin, confirm, order, shop_order, standin, take_all
from tests.portal.browsing import page

__all__ = ["shop_order", "standin"]

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]
JSON = {"Accept": "application/json"}
SCRIPT = {**JSON, "X-Portal-Fragment": "1"}
KEYS = {"STRIPE_SECRET_KEY": "sk_test_standin", "STRIPE_PUBLISHABLE_KEY": "pk_test_standin"}


def address(document):
    return page(document, "a/pay/")


def fields(document, **values):
    return {"client_key": uuid4(), "shown": document.amount_due} | values


class TestDialog:
    def test_says_what_for_and_how_much(self, client, standin, shop_order):
        answer = client.get(address(shop_order), headers={"X-Portal-Fragment": "1"})
        html = answer.content.decode()
        assert answer.context["form"]["shown"].value() == Decimal("35.70")
        number = f'<bdi class="portal-whole">{shop_order.number}</bdi>'
        assert f"Deposit for order {number}" in html
        assert "€35.70" in html
        assert "IBAN DE02" in html
        assert 'data-amount="3570"' in html
        assert 'data-currency="eur"' in html
        assert "_secret_" not in html
        assert "sk_test" not in html

    def test_a_banking_app_can_read_the_transfer_where_the_shop_wants_it(
        self, client, standin, shop_order
    ):
        assert "portal-pay-qr" not in client.get(address(shop_order)).content.decode()
        site_factory(qr_code="transfer")
        html = client.get(address(shop_order)).content.decode()
        assert "<title>€35.70 by banking app</title>" in html
        assert html.count("portal-pay-qr") == 1

    def test_is_a_page_without_javascript(self, client, standin, shop_order):
        html = client.get(address(shop_order)).content.decode()
        assert "<!doctype html>" in html.lower()
        assert "JavaScript" in html
        assert "IBAN DE02" in html
        assert shop_order.number in html

    def test_looking_begins_nothing(self, client, standin, shop_order):
        client.get(address(shop_order))
        client.head(address(shop_order))
        assert not PaymentAttempt.objects.exists()

    def test_without_keys_shows_the_bank_alone(self, client, settings, shop_order):
        settings.PORTAL_PLUGIN = {}
        html = client.get(address(shop_order)).content.decode()
        assert "IBAN DE02" in html
        assert "data-script" not in html
        assert "JavaScript" not in html

    def test_without_bank_details_names_the_shop(self, client, settings, shop_order):
        site_factory(bank_details="")
        settings.PORTAL_PLUGIN = {}
        html = client.get(address(shop_order)).content.decode()
        assert "shop@northline.example" in html

    def test_who_pays_by_transfer_reads_the_bank_first(self, client, standin, enter):
        document = order(pays_by="transfer")
        enter(document)
        html = client.get(address(document)).content.decode()
        assert html.index("IBAN DE02") < html.index("data-portal-pay-form")

    def test_a_site_that_prefers_stripes_page_leads_there(
        self, client, standin, shop_order, settings
    ):
        settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "STRIPE_PREFERS_CHECKOUT": True}
        html = client.get(address(shop_order)).content.decode()
        assert "data-portal-pay-submit" not in html
        assert "data-portal-pay-hosted>" in html

    def test_says_that_the_last_try_failed(self, client, standin, shop_order):
        confirm(standin, begin(shop_order).attempt.payment_intent, "9995")
        take_all(standin)
        html = client.get(address(shop_order)).content.decode()
        assert "Your last payment did not go through. There is not enough money" in html

    def test_an_amount_too_small_for_cards(self, client, standin, enter):
        document = order(deposit_percent=0)
        payments.record_offline(document, amount=Decimal("118.70"))
        enter(document)
        html = client.get(address(document)).content.decode()
        assert "€0.30" in html
        assert "data-script" not in html


class TestBegin:
    def test_gives_the_secret_to_the_script_alone(self, client, standin, shop_order):
        answer = client.post(address(shop_order), fields(shop_order), headers=SCRIPT)
        facts = answer.json()
        assert answer.status_code == 200
        assert facts["client_secret"].startswith("pi_")
        assert facts["return_url"] == page(shop_order, "payment/return/")
        assert "no-store" in answer["Cache-Control"]
        assert PaymentAttempt.objects.get().amount == Decimal("35.70")
        assert facts["client_secret"] not in str(list(Submission.objects.values()))

    def test_is_nobodys_news(self, client, standin, shop_order):
        before = shop_order.activities.count(), shop_order.emails.count()
        client.post(address(shop_order), fields(shop_order), headers=SCRIPT)
        assert (shop_order.activities.count(), shop_order.emails.count()) == before

    def test_the_same_form_twice_is_one(self, client, standin, shop_order):
        values = fields(shop_order)
        first, second = (
            client.post(address(shop_order), values, headers=SCRIPT).json() for _time in range(2)
        )
        assert first == second
        assert PaymentAttempt.objects.count() == 1
        assert Submission.objects.count() == 1

    def test_the_same_form_after_a_change_is_refused(self, client, standin, shop_order):
        values = fields(shop_order)
        client.post(address(shop_order), values, headers=SCRIPT)
        payments.record_offline(shop_order, amount=Decimal("5"))
        answer = client.post(address(shop_order), values, headers=SCRIPT)
        assert answer.status_code == 409
        assert "amount has changed" in answer.json()["error"]

    def test_the_same_form_waits_for_the_yes_to_a_price_that_was_raised_since(
        self, client, standin, enter
    ):
        """The deposit is what it was: nothing else would hold it up."""
        document = approve(order(deposit_percent=0, deposit_amount=Decimal(30)))
        enter(document)
        values = fields(document)
        assert client.post(address(document), values, headers=SCRIPT).status_code == 200
        document.shipping_amount, document.line_items = Decimal(30), document.lines
        assert publish(document).amount_due == values["shown"] == 30
        answer = client.post(address(document), values, headers=SCRIPT)
        assert answer.status_code == 409
        assert "confirm on the page what changed" in answer.json()["error"]

    def test_what_is_due_is_compared_again_after_the_commit(
        self, client, standin, shop_order, monkeypatch
    ):
        """The lock is let go before Stripe is asked."""

        def meanwhile(point):
            if point == "act.committed":
                payments.record_offline(shop_order, amount=Decimal("5"))

        monkeypatch.setattr(faults, "on_reach", meanwhile)
        answer = client.post(address(shop_order), fields(shop_order), headers=SCRIPT)
        assert "amount has changed" in answer.json()["error"]
        assert not PaymentAttempt.objects.exists()

    def test_what_the_browser_says_of_the_amount_is_ignored(self, client, standin, shop_order):
        lies = {"amount": "0.50", "currency": "jpy", "document": "1", "purpose": "balance"}
        client.post(address(shop_order), fields(shop_order) | lies, headers=SCRIPT)
        attempt = PaymentAttempt.objects.get()
        assert (attempt.amount, attempt.currency) == (Decimal("35.70"), "EUR")

    @pytest.mark.parametrize("shown", ["1.00", "35.71", "-35.70", "999999999"])
    def test_another_amount_than_due_is_refused(self, client, standin, shop_order, shown):
        answer = client.post(address(shop_order), fields(shop_order, shown=shown), headers=SCRIPT)
        assert answer.status_code == 409
        assert "You have not been charged" in answer.json()["error"]
        assert not PaymentAttempt.objects.exists()
        assert not Submission.objects.exists()

    @pytest.mark.parametrize("shown", ["", "sNaN", "NaN", "Infinity", "x", "1e400", "35.70001"])
    def test_nonsense_is_refused(self, client, standin, shop_order, shown):
        answer = client.post(address(shop_order), fields(shop_order, shown=shown), headers=SCRIPT)
        assert answer.status_code == 400
        assert not PaymentAttempt.objects.exists()

    def test_hosted_goes_to_stripes_page(self, client, standin, shop_order):
        answer = client.post(address(shop_order), fields(shop_order, hosted="1"))
        assert answer.status_code == 303
        assert answer["Location"].startswith(standin.url)

    def test_whoever_goes_on_to_stripes_page_from_the_same_form_gets_there(
        self, client, standin, shop_order
    ):
        values = fields(shop_order)
        assert "client_secret" in client.post(address(shop_order), values, headers=SCRIPT).json()
        answer = client.post(address(shop_order), values | {"hosted": "1"})
        assert answer.status_code == 303
        assert answer["Location"].startswith(standin.url)

    @pytest.mark.says_it_first
    def test_hosted_for_the_script(self, client, standin, shop_order):
        answer = client.post(address(shop_order), fields(shop_order, hosted="1"), headers=SCRIPT)
        assert answer["X-Portal-Go"].startswith(standin.url)

    def test_stripe_away_is_a_sentence(self, client, settings, shop_order):
        settings.PORTAL_PLUGIN = {
            **settings.PORTAL_PLUGIN,
            "STRIPE_API_BASE": "http://127.0.0.1:9",
        }
        answer = client.post(address(shop_order), fields(shop_order), headers=SCRIPT)
        assert answer.status_code == 503
        assert "You have not been charged" in answer.json()["error"]
        plain = client.post(address(shop_order), fields(shop_order))
        assert plain.status_code == 503
        assert "IBAN DE02" in plain.content.decode()

    def test_under_way_is_said(self, client, standin, shop_order):
        confirm(standin, begin(shop_order).attempt.payment_intent, "sepa")
        take_all(standin)
        answer = client.post(address(shop_order), fields(shop_order), headers=SCRIPT)
        assert answer.status_code == 409
        assert "under way" in answer.json()["error"]
        assert "under way" in client.get(address(shop_order)).content.decode()

    def test_paid_meanwhile_is_told_instead_of_charged(self, client, standin, shop_order):
        confirm(standin, begin(shop_order).attempt.payment_intent)
        facts = client.post(address(shop_order), fields(shop_order), headers=SCRIPT).json()
        assert facts["state"] == "paid"
        assert not facts["client_secret"]
        assert LedgerEntry.objects.count() == 1

    @pytest.mark.says_it_first
    def test_who_may_only_look(self, client, standin, enter):
        document = order()
        enter(document, link_factory(document, role="look"))
        assert "a/pay/" not in client.get(page(document)).content.decode()
        assert client.post(address(document), fields(document), headers=SCRIPT).status_code == 409
        assert not PaymentAttempt.objects.exists()

    def test_who_may_pay(self, client, standin, enter):
        document = order()
        enter(document, link_factory(document, role="pay"))
        assert client.post(address(document), fields(document), headers=SCRIPT).status_code == 200

    def test_without_a_way_in(self, client, standin):
        document = order()
        assert client.post(address(document), fields(document)).status_code == 404
        assert client.get(page(document, "payment/")).status_code == 404

    def test_an_estimate_and_a_cancelled_order_take_no_money(self, client, standin, enter):
        estimate, gone = estimate_factory(), order()
        staging.cancel(gone, "No paper")
        for document in (estimate, gone):
            enter(document)
            assert "a/pay/" not in client.get(page(document)).content.decode()
            answer = client.post(
                address(document), {"client_key": uuid4(), "shown": "1"}, headers=SCRIPT
            )
            assert answer.status_code == 409
        assert not PaymentAttempt.objects.exists()

    def test_how_often_is_limited(self, client, standin, shop_order, settings):
        settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "PAYMENTS_PER_HOUR": 3}
        statuses = [
            client.post(address(shop_order), fields(shop_order), headers=SCRIPT).status_code
            for _time in range(5)
        ]
        assert statuses == [200, 200, 200, 429, 429]


def test_facts_are_plain_json(client, standin, shop_order):
    answer = client.post(address(shop_order), fields(shop_order), headers=SCRIPT)
    assert set(json.loads(answer.content)) == {"state", "message", "client_secret", "return_url"}


class TestWithNoWayToPay:
    """No keys of Stripe, and no bank: who is asked stands in the place of the button."""

    @pytest.fixture(autouse=True)
    def _shop(self, settings, shop_order):
        site_factory(bank_details=" ")
        settings.PORTAL_PLUGIN = {}

    def shown(self, client, document):
        return client.get(page(document)).content.decode()

    def test_there_is_no_button_but_whom_to_ask(self, client, shop_order):
        site_factory(bank_details="", phone="020 913-0142")
        html = self.shown(client, shop_order)
        assert "Pay Now" not in html
        assert html.count("how you can pay.") == 1
        # Beside the sentence that says what is due, where the button would be.
        assert html.index("how you can pay.") < html.index(shop_order.lines[0].name)
        assert 'href="tel:0209130142"' in html
        assert "mailto:shop@northline.example" in html

    def test_its_old_address_says_so_and_books_nothing(self, client, shop_order):
        for answer in (
            client.get(address(shop_order)),
            client.post(address(shop_order), fields(shop_order), headers=SCRIPT),
        ):
            assert answer.status_code == 409
            assert "how you can pay." in answer.content.decode()
        assert not PaymentAttempt.objects.exists()

    def test_keys_or_a_bank_bring_the_button(self, client, shop_order, settings):
        settings.PORTAL_PLUGIN = KEYS
        assert "Pay Now" in self.shown(client, shop_order)
        settings.PORTAL_PLUGIN = {}
        site_factory(bank_details="IBAN DE02")
        html = self.shown(client, shop_order)
        assert "Pay Now" in html
        assert "how you can pay." not in html
        # Once, of the whole order, and in a dialog of its own.
        assert html.count('data-portal-opens="pay"') == html.count("a/pay/") == 1

    def test_keys_that_staff_write_bring_it_to_a_page_that_is_kept(self, client, shop_order):
        assert "Pay Now" not in self.shown(client, shop_order)
        StripeKeys.objects.create(
            site=shop_order.site,
            secret_key="sk_test_standin",
            publishable_key="pk_test_standin",
        )
        assert "Pay Now" in self.shown(client, shop_order)

    def test_too_little_for_cards_is_no_way_either(self, client, enter, settings):
        settings.PORTAL_PLUGIN = KEYS
        document = order(deposit_percent=0)
        site_factory(bank_details="")
        payments.record_offline(document, amount=Decimal("118.70"))
        enter(document)
        assert "how you can pay." in self.shown(client, document)

    def test_nobody_is_told_who_owes_nothing(self, client, shop_order):
        payments.record_offline(shop_order, amount=Decimal("119"))
        assert "how you can pay." not in self.shown(client, shop_order)

"""Refunding and correcting as staff do it: a page, a second look, and it is done."""

import re
import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from portal_plugin.admin.needs_action import NeedsAction
from portal_plugin.models import LedgerEntry, Refund
from portal_plugin.services import payments
from tests.factories import link_factory, order_factory
from tests.paying import paid, standin, take_all

from . import pages

__all__ = ["standin"]

pytestmark = pytest.mark.django_db
ALL = Decimal("119.00")


def place(entry, name="refund"):
    return reverse(f"portal_admin:{name}", args=[entry.pk])


def post(client, entry, name="refund", **values):
    data = {
        "how": "stripe",
        "amount": "40",
        "reason": "Wrong colour",
        "key": str(uuid.uuid4()),
        "step": "do",
    }
    return client.post(place(entry, name), data | values, follow=True)


def said(response):
    text = re.sub(r"</?bdi>", "", response.content.decode())
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def value(response, name):
    return re.search(f'name="{name}"[^>]* value="([^"]*)"', response.content.decode())[1]


@pytest.fixture
def cash(only_site):
    return payments.record_offline(order_factory(items=1), amount=ALL, method="Cash")


class TestRefund:
    def test_the_page_proposes_what_is_left(self, client, boss, standin):
        entry = paid(standin)
        assert value(client.get(place(entry)), "amount") == "119.00"
        payments.refund(entry, amount=Decimal("19"), reason="Late")
        assert value(client.get(place(entry)), "amount") == "100.00"

    def test_or_what_was_paid_too_much(self, client, boss, standin):
        entry = paid(standin)
        payments.record_offline(entry.document, amount=Decimal("12.50"))
        assert value(client.get(place(entry)), "amount") == "12.50"

    def test_it_asks_before_it_goes(self, client, boss, standin):
        entry = paid(standin)
        page = post(client, entry, owed="yes", step="look")
        assert "Refund €40.00 to Visa •••• 4242?" in said(page)
        assert "Then €40.00 of the order is unpaid" in said(page)
        assert value(page, "reason") == "Wrong colour"
        assert not Refund.objects.exists()

    def test_back_gives_what_was_typed(self, client, boss, standin):
        page = post(client, paid(standin), step="back")
        assert value(page, "amount") == "40"
        assert ">Wrong colour</textarea>" in page.content.decode()
        assert not Refund.objects.exists()

    def test_then_it_is_done_and_shown(self, client, boss, standin):
        entry = paid(standin)
        link_factory(entry.document)
        page = said(post(client, entry))
        assert "€40.00 is on its way back to the customer." in page
        assert "-€40.00 Refund · Visa •••• 4242" in page
        assert "€79.00 left" in page
        assert "paid money back: €40.00" in page
        assert Refund.objects.get().staff == boss

    def test_a_double_click_refunds_once(self, client, boss, standin):
        entry, key = paid(standin), str(uuid.uuid4())
        post(client, entry, key=key)
        post(client, entry, key=key)
        assert Refund.objects.count() == 1

    @pytest.mark.parametrize(
        ("values", "sentence"),
        [
            ({"amount": "119.01"}, "Only €119.00 is left"),
            ({"amount": "0.001"}, "no such small coin"),
            ({"amount": "NaN"}, "Enter a number."),
            ({"amount": "0"}, "more than zero"),
            ({"reason": ""}, "This field is required."),
            ({"how": "outside"}, "Say how"),
            ({"how": "pigeon"}, "Only €"),
        ],
    )
    def test_what_is_wrong_is_said_and_nothing_done(self, client, boss, standin, values, sentence):
        page = post(client, paid(standin), **values)
        assert page.status_code in (400, 409)
        assert sentence in said(page) or values.get("how") == "pigeon"
        assert not Refund.objects.exists()
        assert LedgerEntry.objects.count() == 1

    def test_without_an_answer_it_says_so(self, client, boss, standin):
        entry = paid(standin)
        standin.misbehave("lost", "/v1/refunds", method="POST")
        page = said(post(client, entry))
        assert "Stripe has not answered yet." in page
        assert "It is asked again by itself." in page

    def test_stripes_no_is_said(self, client, boss, standin):
        entry = paid(standin)
        standin.dispute(entry.reference)
        assert "bank has taken this payment back" in said(post(client, entry))

    def test_outside_the_portal(self, client, boss, cash):
        page = said(post(client, cash, how="outside", method="Cash", step="look"))
        assert "Write down that you paid €40.00 back?" in page
        post(client, cash, how="outside", method="Cash")
        assert cash.consequences.get().amount == -40

    def test_cash_is_not_refunded_by_stripe(self, client, boss, cash):
        assert post(client, cash, how="stripe").status_code == 400
        assert not cash.consequences.exists()

    def test_only_with_the_right(self, client, staff_of, only_site, cash, other_site):
        staff_of(only_site, "Portal editors")
        assert "Refund…" not in client.get(pages.overview(cash.document)).content.decode()
        post(client, cash, how="outside", method="Cash")
        staff_of(other_site)
        assert client.get(place(cash)).status_code == 404
        assert not cash.consequences.exists()
        staff_of(only_site)
        assert "Refund…" in client.get(pages.overview(cash.document)).content.decode()
        post(client, cash, how="outside", method="Cash")
        assert cash.consequences.exists()

    def test_a_refund_is_not_refunded(self, client, boss, cash):
        post(client, cash, how="outside", method="Cash")
        assert client.get(place(cash.consequences.get())).status_code == 404

    def test_cancelling_with_paying_back_leads_there(self, client, boss, cash):
        data = {"reason": "Closed", "money": "refund"}
        response = client.post(pages.do(cash.document, "cancel"), data)
        assert response.url.endswith("#payments")
        page = said(client.get(response.url))
        assert "Now pay the money back." in page
        assert "To be paid back: €119.00" in page


class TestCorrect:
    def test_it_asks_for_what_came_and_not_for_the_difference(self, client, boss, cash):
        assert "What really came, in EUR" in client.get(place(cash, "correct")).content.decode()

    def test_the_entry_stays_and_another_puts_it_right(self, client, boss, cash):
        page = post(client, cash, "correct", amount="19", step="look")
        assert "Write down that €19.00 came, and not €119.00" in said(page)
        page = said(post(client, cash, "correct", amount="19", reason="A slip"))
        assert "The payment is corrected." in page
        assert "-€100.00 Correction" in page
        assert "A slip" in page

    def test_card_payments_are_not_corrected(self, client, boss, standin):
        entry = paid(standin)
        assert client.get(place(entry, "correct")).status_code == 404
        assert (
            place(entry, "correct")
            not in client.get(pages.overview(entry.document)).content.decode()
        )


class TestOverview:
    def test_a_dispute_leads_to_stripe(self, client, boss, standin):
        entry = paid(standin, "0259")
        take_all(standin)
        page = client.get(pages.overview(entry.document))
        assert "bank has taken €119.00 back" in said(page)
        url = f"https://dashboard.stripe.com/test/disputes/{entry.disputes.get().stripe_dispute}"
        assert url in page.content.decode()

    def test_a_surplus_is_flagged(self, client, boss, cash):
        payments.record_offline(cash.document, amount=Decimal("1"))
        assert "Paid too much: €1.00" in said(client.get(pages.overview(cash.document)))

    def test_many_bookings_cost_no_more_queries(self, client, boss, cash):
        def cost():
            with CaptureQueriesContext(connection) as queries:
                client.get(pages.overview(cash.document))
            return len(queries)

        payments.correct(cash, amount=Decimal("118"), reason="1", user=boss)
        cost()
        few = cost()
        for number in range(10):
            payments.correct(cash, amount=Decimal(number + 1), reason="Again", user=boss)
        assert cost() == few


class TestNeedsAction:
    def sentences(self, user):
        return [str(row.sentence) for row in NeedsAction(user).rows()]

    def test_a_dispute_until_it_is_answered(self, boss, standin):
        entry = paid(standin, "0259")
        take_all(standin)
        name = f"{entry.document.number} · {entry.document.title}"
        wanted = f"A bank has taken €119.00 of {name} back: answer it"
        assert wanted in self.sentences(boss)
        standin.dispute_becomes(entry.disputes.get().stripe_dispute, "under_review")
        take_all(standin)
        assert wanted not in self.sentences(boss)

    def test_a_failed_refund_until_it_is_made_good(self, boss, standin):
        entry = paid(standin, "5126")
        row = payments.refund(entry, amount=Decimal("40"), reason="Late")
        standin.settle_refund(row.stripe_refund, "failed")
        take_all(standin)
        wanted = f"A refund of €40.00 on {entry.document.number} · {entry.document.title} failed"
        assert wanted in self.sentences(boss)
        payments.refund_outside(entry, amount=Decimal("40"), reason="Late", method="Cash")
        assert wanted not in self.sentences(boss)

    def test_what_failed_long_ago_is_no_news(self, boss, standin):
        entry = paid(standin, "5126")
        row = payments.refund(entry, amount=Decimal("40"), reason="Late")
        standin.settle_refund(row.stripe_refund, "failed")
        take_all(standin)
        Refund.objects.update(ended_at=timezone.now() - timedelta(days=31))
        assert not [text for text in self.sentences(boss) if "refund" in text]


def test_the_register_says_what_each_entry_is(client, boss, standin):
    entry = paid(standin, "0259")
    take_all(standin)
    standin.dispute_becomes(entry.disputes.get().stripe_dispute, "won")
    take_all(standin)
    page = said(client.get("/admin/portal/payments/"))
    assert "Taken back by the bank" in page
    assert "Returned by the bank" in page


class TestWhichPayment:
    @pytest.mark.parametrize("name", ["refund", "correct"])
    def test_only_a_payment_has_such_a_page(self, client, boss, cash, name):
        gone = payments.refund_outside(cash, amount=Decimal(5), reason="Late")
        assert client.get(place(cash, name)).status_code == 200
        assert client.get(place(gone, name)).status_code == 404
        nobodys = reverse(f"portal_admin:{name}", args=[gone.pk + 1])
        assert client.get(nobodys).status_code == 404

    def test_of_two_the_one_that_was_meant(self, client, boss, only_site):
        document = order_factory(items=1)
        _first, second = (
            payments.record_offline(document, amount=Decimal(amount)) for amount in (20, 30)
        )
        answer = post(client, second, how="outside", method="Cash", amount="25")
        assert answer.status_code == 200
        assert LedgerEntry.objects.get(kind="refund").about == second

    def test_without_a_fee_none_is_spoken_of_and_the_press_has_one_key(self, client, boss, cash):
        page = post(client, cash, how="outside", method="Cash", step="look")
        assert "the fee that was paid" not in said(page)
        assert page.content.decode().count('name="key"') == 1

    def test_what_is_proposed_is_never_more_than_is_left_of_it(self, client, boss, cash):
        for _twice in range(2):
            entry = payments.record_offline(cash.document, amount=Decimal(8), method="Till")
        page = client.get(place(entry))
        assert (value(page, "amount"), value(page, "method")) == ("8.00", "Till")

    def test_more_than_is_left_is_said_at_the_second_look(self, client, boss, cash):
        page = said(post(client, cash, how="outside", method="Cash", amount="500", step="look"))
        assert "Only €119.00 is left of this payment." in page
        assert "is unpaid" not in page

    def test_where_stripe_is_silent_it_is_said_that_it_is_asked_again(self, client, boss, standin):
        entry = paid(standin)
        standin.misbehave("silence", "/v1/refunds", method="POST")
        assert "Stripe has not answered yet. It is asked for €40.00 again." in said(
            post(client, entry)
        )

    def test_while_the_balance_is_too_low_it_is_said_that_it_waits(self, client, boss, standin):
        entry = paid(standin)
        standin.settings.is_short = True
        page = said(post(client, entry))
        assert "Stripe pays €40.00 back once your balance there is enough." in page
        assert "It waits at Stripe for your balance there. Nothing is paid back yet." in page

    def test_only_who_may_is_led_there(self, client, staff_of, only_site, cash):
        places = [place(cash, name) for name in ("refund", "correct")]

        def seen():
            page = client.get(pages.overview(cash.document)).content.decode()
            return [address in page for address in places]

        staff_of(only_site)
        assert seen() == [True, True]
        staff_of(only_site, "Portal editors")
        assert seen() == [False, False]

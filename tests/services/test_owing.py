"""Whether what was paid back is owed again: as staff say it, in whatever way it goes."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal_plugin import signals
from portal_plugin.exceptions import DepositMissing, NotAvailable
from portal_plugin.models import LedgerEntry, OutgoingEmail, Stage
from portal_plugin.services import activity, mail_rendering, payments, staging
from portal_plugin.services.payments import reconciling
from portal_plugin.services.presentation import document_view
from portal_plugin.services.presentation.sentences import state_sentence
from tests.evidence import fault
from tests.factories import approve, fresh, line_item, link_factory, order_factory, user_factory
from tests.paying import ask, order, paid, standin, take_all

__all__ = ["standin"]

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]
D = Decimal
ALL, PART = D("119.00"), D("40.00")


@pytest.fixture
def cash():
    return payments.record_offline(approve(order(deposit_percent=0)), amount=ALL, method="Cash")


def back(entry, amount=PART, **values):
    values = {"reason": "Late", "method": "Cash"} | values
    return payments.refund_outside(entry, amount=D(amount), **values)


def due(entry):
    document = fresh(entry.document)
    assert document.listed_balance == document.balance_due
    return document.balance_due


class TestRefunds:
    def test_what_is_paid_back_is_not_asked_for_again(self, cash):
        refund = back(cash)
        assert (refund.forgiven, refund.order_total) == (PART, ALL)
        assert due(cash) == 0
        document = fresh(cash.document)
        assert (document.paid, document.taken_off, document.overpaid) == (79, PART, 0)
        assert state_sentence(document_view(document)) == "Approved and paid. Thank you."
        assert fault(document) == ""

    def test_but_for_what_is_to_be_paid_in_another_way(self, cash):
        refund = back(cash, is_owed_again=True)
        assert (refund.forgiven, refund.order_total) == (0, None)
        assert due(cash) == PART

    def test_a_fee_that_goes_along_is_not_taken_off_the_price(self):
        entry = LedgerEntry.objects.create(
            document=order(deposit_percent=0),
            kind="payment",
            currency="EUR",
            amount=ALL + 3,
            surcharge=3,
            occurred_at=timezone.now(),
        )
        assert back(entry, ALL + 3).forgiven == ALL
        assert due(entry) == 0

    def test_of_what_was_cancelled_nothing_is_forgiven_and_opened_again_it_is_owed(self, cash):
        staging.cancel(cash.document, "Closed", money="refund")
        assert back(cash, ALL).forgiven == 0
        assert due(cash) == 0
        staging.reopen(cash.document)
        assert due(cash) == ALL


class TestThroughStripe:
    @pytest.mark.parametrize(("is_owed_again", "left"), [(True, PART), (False, 0)])
    def test_the_choice_holds_until_stripe_has_answered(self, standin, is_owed_again, left):
        entry = paid(standin)
        standin.misbehave("lost", "/v1/refunds", method="POST")
        payments.refund(entry, amount=PART, reason="Late", is_owed_again=is_owed_again)
        assert due(entry) == 0
        take_all(standin, "refund.created")
        assert due(entry) == left

    def test_a_refund_that_fails_later_leaves_nothing_forgiven(self, standin):
        entry = paid(standin, "5126")
        row = payments.refund(entry, amount=PART, reason="Late")
        assert fresh(entry.document).taken_off == PART
        standin.settle_refund(row.stripe_refund, "failed")
        take_all(standin)
        document = fresh(entry.document)
        assert (document.paid, document.taken_off, due(entry)) == (ALL, 0, 0)
        assert fault(document) == ""

    def test_one_from_the_dashboard_is_not_owed_again_until_staff_say_so(self, standin):
        entry = paid(standin)
        ask(standin).v1.refunds.create({"charge": entry.reference, "amount": 4000})
        take_all(standin, "charge.refunded")
        assert due(entry) == 0
        refund = entry.consequences.get()
        said = payments.say_owed(refund, is_owed_again=True, reason="Wrong card")
        assert (due(entry), said.attempt) == (PART, entry.attempt)
        take_all(standin, "charge.refunded")
        reconciling.drain()
        assert due(entry) == PART

    def test_what_a_stolen_card_had_paid_is_owed_again(self, standin):
        entry = paid(standin)
        words = {"charge": entry.reference, "amount": 4000, "reason": "fraudulent"}
        ask(standin).v1.refunds.create(words)
        take_all(standin, "charge.refunded")
        assert due(entry) == PART
        assert fault(fresh(entry.document)) == ""


class TestSaidLater:
    def test_it_is_an_entry_more_that_moves_no_money(self, cash):
        refund, user, key = back(cash), user_factory(), uuid4()
        entry = payments.say_owed(refund, is_owed_again=True, reason="Slip", user=user, key=key)
        assert (entry.kind, entry.amount, entry.forgiven) == ("forgiveness", 0, -PART)
        assert (entry.order_total, entry.note, entry.recorded_by) == (None, "Slip", user)
        assert fresh(refund).forgiven == PART
        assert (due(cash), fresh(cash.document).paid) == (PART, 79)
        again = payments.say_owed(refund, is_owed_again=True, reason="Slip", key=key)
        assert again == entry
        document = fresh(cash.document)
        assert document.activities.get(verb="refund_owed_again").staff == user
        assert activity.first_broken(document) is None
        assert fault(document) == ""
        payments.say_owed(refund, is_owed_again=False, reason="After all")
        assert due(cash) == 0

    def test_no_more_is_forgiven_than_is_due(self, cash):
        refund = back(cash, is_owed_again=True)
        payments.record_offline(cash.document, amount=D(30), method="Till")
        assert payments.say_owed(refund, is_owed_again=False, reason="Late").forgiven == 10
        assert (due(cash), fresh(cash.document).overpaid) == (0, 0)

    def test_nor_more_than_was_paid_back(self):
        document = approve(order(deposit_percent=0))
        part = payments.record_offline(document, amount=D(50), method="Cash")
        refund = back(part, 10, is_owed_again=True)
        assert payments.say_owed(refund, is_owed_again=False, reason="Late").forgiven == 10
        assert due(part) == 69

    @pytest.mark.parametrize("is_owed_again", [True, False])
    def test_what_changes_nothing_is_refused(self, cash, is_owed_again):
        refund = back(cash, is_owed_again=is_owed_again)
        for wrong in ({}, {"is_owed_again": not is_owed_again, "reason": " "}):
            values = {"is_owed_again": is_owed_again, "reason": "Late"} | wrong
            with pytest.raises(NotAvailable):
                payments.say_owed(refund, **values)
        with pytest.raises(NotAvailable, match="no refund"):
            payments.say_owed(cash, is_owed_again=not is_owed_again, reason="Late")

    def test_it_is_in_no_count_of_money_that_moved(self, cash, django_capture_on_commit_callbacks):
        refund, heard = back(cash), []

        def receiver(**values):
            heard.append(values["entry"])

        signals.payment_received.connect(receiver)
        with django_capture_on_commit_callbacks(execute=True):
            payments.say_owed(refund, is_owed_again=True, reason="Slip")
        assert heard == []
        ago, soon = timezone.now() - timedelta(days=1), timezone.now()
        assert [row.amount for row in LedgerEntry.objects.moved(ago, soon)] == [-PART, ALL]
        assert len(document_view(fresh(cash.document)).payments) == 2


class TestWhatFollows:
    @pytest.mark.parametrize("is_owed_again", [True, False])
    def test_production_waits_for_a_deposit_only_where_it_is_owed(self, is_owed_again):
        document = order()
        entry = payments.record_offline(document, amount=document.deposit_due)
        stage = Stage.objects.filter(site=document.site).first()
        stage.needs_deposit = True
        stage.save()
        back(entry, 10, is_owed_again=is_owed_again)
        assert fresh(document).listed_deposit_due == (10 if is_owed_again else 0)
        if is_owed_again:
            with pytest.raises(DepositMissing):
                staging.set_stage(document, stage)
        else:
            staging.set_stage(document, stage)

    def test_the_next_instalment_stays_what_it_was(self):
        plan = [
            {"percent": "50", "on": "", "days": None},
            {"percent": "", "on": "2031-05-03", "days": None},
        ]
        items = [line_item(1, quantity=1, unit_price=D(100), tax_rate=0)]
        document = approve(order_factory(items=items, instalments=plan))
        back(payments.record_offline(document, amount=D(50)), 20)
        instalment = fresh(document).next_instalment
        assert (instalment.number, instalment.left, fresh(document).balance_due) == (2, 50, 50)

    def test_the_rows_of_the_page_add_up(self, cash):
        back(cash)
        rows = [(row.label, row.amount) for row in document_view(fresh(cash.document)).totals]
        assert rows[-5:] == [
            ("Total", "€119.00"),
            ("Taken off the price", "-€40.00"),
            ("Paid", "€119.00"),
            ("Refunded", "-€40.00"),
            ("Balance due", "€0.00"),
        ]

    @pytest.mark.parametrize(
        ("is_owed_again", "sentence"),
        [
            (False, "You do not have to pay it again."),
            (True, "€40.00 of your order is to be paid."),
        ],
    )
    def test_the_email_says_which(self, cash, is_owed_again, sentence):
        link_factory(cash.document)
        back(cash, is_owed_again=is_owed_again)
        email = OutgoingEmail.objects.get(kind="news_refund")
        text = mail_rendering.render(email, url="https://shop.example/l/x/").text
        assert sentence in text
        assert ("again" in text) != is_owed_again

    def test_the_email_of_a_surplus_says_neither(self, cash):
        more = payments.record_offline(cash.document, amount=PART, method="Till")
        link_factory(cash.document)
        back(more)
        email = OutgoingEmail.objects.get(kind="news_refund")
        text = mail_rendering.render(email, url="https://shop.example/l/x/").text
        assert "some days until you see it." in text
        assert "again" not in text
        assert "is to be paid" not in text


class TestToldLater:
    @pytest.fixture
    def refund(self, cash):
        link_factory(cash.document)
        return back(cash)

    def letters(self, verb):
        return OutgoingEmail.objects.filter(kind=f"news_{verb}").order_by("pk")

    def text(self, verb):
        return mail_rendering.render(self.letters(verb).last(), url="https://shop.example/l/x/")

    def test_who_is_asked_again_reads_for_how_much(self, refund):
        payments.say_owed(refund, is_owed_again=True, reason="Slip of the boss")
        letter = self.text("refund_owed_again")
        assert "€40.00 that we paid back to you is to be paid again" in letter.subject
        assert "€40.00 of your order is to be paid. Please answer this email if" in letter.text
        assert "Balance due: €40.00" in letter.text
        assert "Slip" not in letter.text + letter.html

    def test_who_paid_part_of_it_again_reads_of_the_rest(self, refund):
        payments.record_offline(refund.document, amount=D(30))
        payments.say_owed(refund, is_owed_again=True, reason="Slip")
        letter = self.text("refund_owed_again")
        assert "€10.00 that we paid back to you is to be paid again" in letter.subject
        assert "€10.00 of your order is to be paid." in letter.text
        assert "€40.00 that" not in letter.text

    def test_an_email_that_was_late_does_not_say_what_is_over(self, refund):
        payments.say_owed(refund, is_owed_again=True, reason="Slip")
        payments.say_owed(refund, is_owed_again=False, reason="After all")
        payments.say_owed(refund, is_owed_again=True, reason="No, it was right")
        letter = self.text("refund_forgiven")
        assert "You do not have to pay it again." not in letter.text
        assert "€40.00 of your order is to be paid." in letter.text

    def test_who_is_not_asked_any_more_reads_it(self, refund):
        payments.say_owed(refund, is_owed_again=True, reason="Slip")
        payments.say_owed(refund, is_owed_again=False, reason="After all")
        letter = self.text("refund_forgiven")
        assert "€40.00 is taken off the price of your order" in letter.subject
        assert "You do not have to pay it again." in letter.text
        assert "is to be paid" not in letter.text
        assert "Slip" not in letter.text

    def test_who_owes_more_reads_how_much_of_it_is_asked_again(self):
        document = approve(order(deposit_percent=0))
        link_factory(document)
        refund = back(payments.record_offline(document, amount=D(50)), 10)
        payments.say_owed(refund, is_owed_again=True, reason="Slip")
        letter = self.text("refund_owed_again")
        assert "€10.00 that we paid back to you is to be paid again" in letter.subject
        assert "€79.00 of your order is to be paid." in letter.text

    def test_and_what_is_left_to_pay_all_the_same(self):
        document = approve(order(deposit_percent=0))
        link_factory(document)
        refund = back(payments.record_offline(document, amount=D(50)), 10, is_owed_again=True)
        payments.say_owed(refund, is_owed_again=False, reason="Late")
        assert "€69.00 of your order is to be paid." in self.text("refund_forgiven").text

    def test_pressed_twice_it_is_told_once(self, refund):
        key = uuid4()
        for _time in range(2):
            payments.say_owed(refund, is_owed_again=True, reason="Slip", key=key)
        assert len(self.letters("refund_owed_again")) == 1

    def test_where_it_was_paid_all_the_same_nobody_is_told(self, refund):
        payments.record_offline(refund.document, amount=PART, method="Till")
        payments.say_owed(refund, is_owed_again=True, reason="Slip")
        assert due(refund) == 0
        assert not self.letters("refund_owed_again")


WRONG = {
    "more than went": {"kind": "refund", "amount": -5, "forgiven": 6, "order_total": 9},
    "less than nothing": {"kind": "refund", "amount": -5, "forgiven": -1},
    "without its total": {"kind": "refund", "amount": -5, "forgiven": 5},
    "more than came back": {"kind": "reversal", "amount": 5, "forgiven": -6},
    "a payment": {"kind": "offline", "amount": 5, "forgiven": 5, "order_total": 9},
    "a chargeback": {"kind": "chargeback", "amount": -5, "forgiven": 5, "order_total": 9},
    "of money": {"kind": "forgiveness", "amount": 5, "forgiven": -5},
    "of nothing": {"kind": "forgiveness", "amount": 0, "forgiven": 0},
}


@pytest.mark.parametrize("wrong", WRONG)
def test_the_database_keeps_no_forgiving_that_cannot_be(cash, wrong):
    values = {"document": cash.document, "about": cash, "currency": "EUR"} | WRONG[wrong]
    with pytest.raises(IntegrityError), transaction.atomic():
        LedgerEntry.objects.create(occurred_at=timezone.now(), **values)

"""What the customer reads of money that came and went: on the page, in the PDF and by email."""

import re
from decimal import Decimal

import pytest
from django.template.loader import render_to_string

from portal_plugin.models import OutgoingEmail, RenderedPdf
from portal_plugin.services import mail_rendering, payments, pdfs, staging
from portal_plugin.services.presentation import document_view
from portal_plugin.services.presentation.sentences import next_sentence, state_sentence
from tests.factories import link_factory, order_factory
from tests.paying import paid, standin, take_all

__all__ = ["standin"]

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]


HALVES = [
    {"percent": "50", "on": "", "days": None},
    {"percent": "", "on": "2031-05-03", "days": None},
]


@pytest.fixture
def cash(db):
    order = order_factory(items=1)
    link_factory(order)
    return payments.record_offline(order, amount=Decimal("119"), method="Cash")


def view(entry):
    return document_view(type(entry.document).objects.get(pk=entry.document_id))


def totals(entry):
    return [(row.label, row.amount) for row in view(entry).totals][-4:]


def refund(entry, amount="40", **values):
    values = {"reason": "Two letters came late.", "method": "Cash"} | values
    return payments.refund_outside(entry, amount=Decimal(amount), **values)


def test_refunds_stand_beside_what_was_paid(cash):
    refund(cash, is_owed_again=True)
    assert totals(cash) == [
        ("Total", "€119.00"),
        ("Paid", "€119.00"),
        ("Refunded", "-€40.00"),
        ("Balance due", "€40.00"),
    ]
    assert [(row.label, row.amount) for row in view(cash).payments] == [
        ("Refunded · Cash", "-€40.00"),
        ("Cash", "€119.00"),
    ]


def test_what_a_bank_took_and_gave_back(standin):
    entry = paid(standin, "0259")
    take_all(standin)
    assert ("Taken back by your bank", "-€119.00") in totals(entry)
    standin.dispute_becomes(entry.disputes.get().stripe_dispute, "won")
    take_all(standin)
    assert "Taken back by your bank" not in dict(totals(entry))
    assert view(entry).payments[0].label == "Returned by your bank"


@pytest.mark.parametrize(
    ("money", "back", "sentence"),
    [
        ("kept", 0, "We keep the €119.00 that you paid."),
        ("refund", 0, "We pay €119.00 back to you."),
        ("refund", 40, "€40.00 was paid back to you. We pay €79.00 back to you."),
        ("refund", 119, "Of the €119.00 that you paid, €119.00 was paid back to you."),
        ("kept", 40, "€40.00 was paid back to you. We keep €79.00."),
    ],
)
def test_a_cancelled_order_says_what_was_paid_refunded_and_kept(cash, money, back, sentence):
    staging.cancel(cash.document, "Closed.", money=money)
    if back:
        refund(cash, back)
    assert next_sentence(view(cash)).endswith(sentence)
    rows = {row.label: row.amount for row in view(cash).totals}
    assert rows["Paid"] == "€119.00"
    assert "Balance due" not in rows
    assert rows.get("Kept by us") == (f"€{119 - back}.00" if back else None)


def test_the_email_says_it_in_the_documents_language():
    order = order_factory(items=1, language="en")
    link_factory(order)
    refund(payments.record_offline(order, amount=Decimal("119"), method="Cash"))
    email = OutgoingEmail.objects.get(kind="news_refund")
    mail = mail_rendering.render(email, url="https://shop.example/l/x/")
    assert mail.subject == f"Order {order.number}: We have paid €40.00 back to you"
    assert "Two letters came late." in mail.text
    assert "Paid back to: Cash" in mail.text
    assert "-€" not in mail.text.partition("Balance")[0]


def test_the_paper_lists_it(cash):
    refund(cash)
    html = render_to_string("portal_plugin/pdf/payments.html", {"view": view(cash)})
    text = re.sub(r"<[^>]+>", "", html)
    assert "Refunded · Cash" in text
    assert "40.00" in text


def test_a_new_render_is_ordered(cash):
    pdfs.drain()
    before = RenderedPdf.objects.count()
    refund(cash)
    assert RenderedPdf.objects.count() == before + 1


@pytest.mark.says_it_first
def test_staff_read_how_much_it_is_about(standin):
    entry = paid(standin, "5126")
    row = payments.refund(entry, amount=Decimal("40"), reason="Late")
    standin.settle_refund(row.stripe_refund, "failed")
    take_all(standin)
    email = OutgoingEmail.objects.get(kind="staff_refund_failed")
    mail = mail_rendering.render(email, url="https://shop.example/admin/")
    assert "A refund of €40.00 did not go through" in mail.subject


def test_of_a_cancelled_order_nothing_is_called_too_much(db):
    order = order_factory(items=1)
    entry = payments.record_offline(order, amount=Decimal("200"), method="Cash")
    assert ("Paid too much", "€81.00") in totals(entry)
    staging.cancel(order, "The press broke.", money="refund")
    assert "Paid too much" not in dict(totals(entry))
    assert "We pay €200.00 back to you." in next_sentence(view(entry))


@pytest.mark.parametrize("asked", [{"deposit_percent": 30}, {"instalments": HALVES}])
def test_what_is_completed_waits_for_no_deposit_to_begin(db, asked):
    order = order_factory(items=1, **asked)
    staging.complete(order)
    order = type(order).objects.get(pk=order.pk)
    shown = document_view(order)
    assert state_sentence(shown) == "Completed. €119.00 is still due."
    assert next_sentence(shown) == ""

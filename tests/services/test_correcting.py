"""A payment that was written down wrongly is put right by an entry more."""

from decimal import Decimal
from uuid import uuid4

import pytest

from portal_plugin import signals
from portal_plugin.exceptions import NotAvailable
from portal_plugin.models import LedgerEntry, OutgoingEmail
from portal_plugin.services import mail_rendering, payments
from portal_plugin.statuses import LedgerKind
from tests.factories import link_factory, user_factory
from tests.paying import order, paid, standin

__all__ = ["standin"]

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]


@pytest.fixture
def entry(db):
    return payments.record_offline(order(), amount=Decimal("91"), method="Cash")


def correct(entry, amount="19", **values):
    return payments.correct(entry, amount=Decimal(amount), **{"reason": "Turned round"} | values)


def fresh(entry):
    return type(entry.document).objects.get(pk=entry.document_id)


def test_the_entry_stays_and_another_says_what_is_right(entry):
    user = user_factory()
    made = correct(entry, user=user)
    assert (made.kind, made.amount, made.about) == (LedgerKind.CORRECTION, Decimal("-72"), entry)
    assert (made.note, made.recorded_by, made.method) == ("Turned round", user, "Cash")
    assert LedgerEntry.objects.get(pk=entry.pk).amount == Decimal("91")
    document = fresh(entry)
    assert (document.paid, document.received, document.refunded) == (19, 19, 0)
    assert document.balance_due == document.listed_balance == 100
    assert document.activities.get(verb="payment_corrected").staff == user


def test_is_no_payment_that_was_received(entry, django_capture_on_commit_callbacks):
    heard = []

    def receiver(**values):
        heard.append(values["entry"])

    signals.payment_received.connect(receiver)
    with django_capture_on_commit_callbacks(execute=True):
        correct(entry)
    assert heard == []


def test_again_and_to_nothing(entry):
    correct(entry)
    correct(entry, "91")
    correct(entry, "0")
    assert [row.amount for row in entry.consequences.order_by("pk")] == [-72, 72, -91]
    assert fresh(entry).paid == 0


def test_upward_it_may_be_too_much(entry):
    correct(entry, "200")
    assert fresh(entry).overpaid == 81
    assert fresh(entry).activities.filter(verb="overpaid").exists()


def test_the_same_press_counts_once(entry):
    key = uuid4()
    assert correct(entry, key=key) == correct(entry, key=key)
    assert LedgerEntry.objects.count() == 2


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"amount": "91"}, "written down"),
        ({"amount": "91.004"}, "written down"),
        ({"amount": "-1"}, "less than zero"),
        ({"reason": " "}, "what was wrong"),
    ],
)
def test_what_is_no_correction(entry, values, sentence):
    with pytest.raises(NotAvailable, match=sentence):
        correct(entry, **values)
    assert LedgerEntry.objects.count() == 1


def test_not_below_what_was_paid_back(entry):
    payments.refund_outside(entry, amount=Decimal("20"), reason="Late")
    with pytest.raises(NotAvailable, match=r"€20.00 of it"):
        correct(entry)
    correct(entry, "20")
    assert fresh(entry).paid == 0


def test_what_stripe_says_is_not_corrected(standin):
    with pytest.raises(NotAvailable, match="staff wrote down"):
        correct(paid(standin))


def test_the_customer_is_told_what_is_right(entry):
    link_factory(entry.document)
    key = uuid4()
    correct(entry, key=key)
    correct(entry, key=key)
    email = OutgoingEmail.objects.get(kind="news_payment_corrected")
    text = mail_rendering.render(email, url="#").text
    assert "We corrected a payment of yours: it was €91.00 and is €19.00 now" in text
    assert "Please answer this email if it is wrong." in text
    assert "Turned round" not in text


def test_each_correction_tells_of_its_own_change(entry):
    link_factory(entry.document)
    correct(entry)
    correct(entry, "90")
    letters = OutgoingEmail.objects.filter(kind="news_payment_corrected").order_by("pk")
    first, second = (mail_rendering.render(letter, url="#").text for letter in letters)
    assert "it was €91.00 and is €19.00 now" in first
    assert "it was €19.00 and is €90.00 now" in second


def test_a_refused_correction_tells_nobody(entry):
    link_factory(entry.document)
    with pytest.raises(NotAvailable):
        correct(entry, "-1")
    assert not OutgoingEmail.objects.filter(kind="news_payment_corrected").exists()

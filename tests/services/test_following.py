"""What follows from a booking, of whatever kind it is."""

from decimal import Decimal

import pytest

from portal_plugin import signals
from portal_plugin.models import LedgerEntry, OutgoingEmail, RenderedPdf
from portal_plugin.services import activity, payments
from tests.factories import fresh
from tests.paying import mails, order

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]
ALL, PART = Decimal("119.00"), Decimal("40.00")


@pytest.fixture
def entry():
    return payments.record_offline(order(deposit_percent=0), amount=ALL)


def surpluses(entry):
    """How often the history and the shop's mailbox were told of one."""
    return fresh(entry.document).activities.filter(verb="overpaid").count(), mails("staff_overpaid")


def test_only_money_that_comes_can_be_too_much(entry):
    assert surpluses(entry) == (0, 0)
    back = payments.refund_outside(entry, amount=PART, reason="Late")
    more = payments.record_offline(entry.document, amount=PART + 20, method="Till")
    assert surpluses(entry) == (1, 1)
    [happening] = OutgoingEmail.objects.get(kind="staff_overpaid").facts["happenings"]
    assert (happening["entry"], happening["reference"]) == (more.pk, "Till")
    payments.say_owed(back, is_owed_again=True, reason="Slip")
    payments.refund_outside(more, amount=Decimal(5), reason="Too much")
    assert fresh(entry.document).overpaid == 15
    assert surpluses(entry) == (1, 1)


def kept(entry, verb):
    return activity.facts(fresh(entry.document).activities.get(verb=verb))


def test_the_history_writes_an_amount_as_the_currency_does_and_none_of_nothing(entry):
    payments.correct(entry, amount=Decimal(100), reason="Turned round")
    told = kept(entry, "payment_corrected")
    assert (told["amount"], {"surcharge", "forgiven"} & set(told)) == ("-19.00", set())
    back = payments.refund_outside(entry, amount=PART, reason="Late")
    payments.say_owed(LedgerEntry.objects.get(pk=back.pk), is_owed_again=True, reason="Slip")
    assert kept(entry, "refund_owed_again")["forgiven"] == "-40.00"


def test_the_pdf_is_made_anew(entry):
    RenderedPdf.objects.all().delete()
    payments.refund_outside(entry, amount=PART, reason="Late")
    assert RenderedPdf.objects.filter(document=entry.document_id).exists()


@pytest.fixture
def failing():
    """What a site does about money, and cannot."""

    def failing(**_sent):
        raise ValueError("The till is offline")

    signals.payment_received.connect(failing)
    yield
    signals.payment_received.disconnect(failing)


@pytest.mark.django_db(transaction=True)
def test_where_the_site_cannot_do_its_part_it_is_booked_all_the_same(failing, caplog):
    entry = payments.record_offline(order(), amount=PART)
    assert LedgerEntry.objects.get() == entry
    assert "The till is offline" in caplog.text

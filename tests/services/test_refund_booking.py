"""What Stripe says of a refund, in whatever order it is heard, is booked once."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone

from portal_plugin import signals
from portal_plugin.gateways import stripe as gateway
from portal_plugin.models import LedgerEntry, OutgoingEmail, Refund, StripeEvent
from portal_plugin.services.payments import refund_booking
from portal_plugin.statuses import RefundState
from tests.factories import fresh, link_factory
from tests.paying import mails, order

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]
ALL, PART = Decimal("119.00"), Decimal("40.00")
BOOKED, BACK = [("payment", ALL), ("refund", -PART)], ("reversal", PART)


@pytest.fixture
def entry():
    document = order()
    link_factory(document)
    return LedgerEntry.objects.create(
        document=document,
        kind="payment",
        amount=ALL,
        currency="EUR",
        stripe_object="pi_1",
        occurred_at=timezone.now(),
    )


@pytest.fixture
def row(entry):
    """Saved, and Stripe is asked for it now."""
    return Refund.objects.create(
        document_id=entry.document_id,
        payment=entry,
        idempotency_key=uuid4(),
        amount=PART,
        currency="EUR",
        reason="Late",
    )


def says(state=RefundState.SUCCEEDED, name="re_1", **values):
    values = {"amount": PART, "currency": "EUR", "payment": "pi_1"} | values
    return gateway.Refund(id=name, state=state, **values)


def ledger(entry):
    found = LedgerEntry.objects.filter(document=entry.document_id).order_by("pk")
    return [(each.kind, each.amount) for each in found]


def test_one_that_failed_before_it_left_moved_nothing(entry, row):
    no = says(RefundState.FAILED, refund=row.pk, failure_code="expired_or_canceled_card")
    refund_booking.apply([no], entry)
    assert ledger(entry) == [("payment", ALL)]
    assert (fresh(row).state, fresh(row).failure_code) == (RefundState.FAILED, no.failure_code)
    assert (mails("staff_refund_failed"), mails("news_refund")) == (1, 0)


def test_one_of_which_only_the_end_is_heard_went_and_came(entry, row):
    end = says(RefundState.FAILED, refund=row.pk, has_come_back=True)
    for _time in range(2):
        refund_booking.apply([end], entry)
    assert ledger(entry) == [*BOOKED, BACK]
    # The customer is not told of money that they never got.
    assert (mails("staff_refund_failed"), mails("news_refund")) == (1, 0)


@pytest.mark.parametrize("older", [RefundState.PENDING, RefundState.SUCCEEDED])
def test_an_older_answer_books_nothing_of_one_that_failed(entry, row, older):
    refund_booking.apply([says(RefundState.FAILED, refund=row.pk)], entry)
    refund_booking.apply([says(older, refund=row.pk)], entry)
    assert ledger(entry) == [("payment", ALL)]
    assert fresh(row).state == RefundState.FAILED


def test_that_it_left_may_be_heard_after_that_it_failed(entry, row):
    for has_come_back in (False, True, True, False):
        end = says(RefundState.FAILED, refund=row.pk, has_come_back=has_come_back)
        refund_booking.apply([end], entry)
    assert ledger(entry) == [*BOOKED, BACK]
    assert (mails("staff_refund_failed"), mails("news_refund")) == (1, 0)


def test_one_that_was_given_up_and_was_done_after_all_counts(entry, row):
    refund_booking.fail(row, "no_answer", tells=True)
    refund_booking.apply([says(refund=row.pk)], entry)
    assert ledger(entry) == BOOKED
    assert (fresh(row).state, fresh(row).failure_code) == (RefundState.SUCCEEDED, "")
    assert mails("news_refund") == 1


def test_one_that_was_given_up_and_is_under_way_has_no_end(entry, row):
    refund_booking.fail(row, "no_answer", tells=True)
    refund_booking.apply([says(RefundState.PENDING, refund=row.pk)], entry)
    assert (fresh(row).state, fresh(row).ended_at) == (RefundState.PENDING, None)


def test_the_customer_reads_the_reason(entry, row):
    refund_booking.apply([says(refund=row.pk)], entry)
    [happening] = OutgoingEmail.objects.get(kind="news_refund").facts["happenings"]
    assert (happening["reply"], happening["reference"]) == ("Late", "re_1")


def test_what_comes_back_is_no_payment_that_was_received(
    entry, row, django_capture_on_commit_callbacks
):
    heard = []

    def receiver(**values):
        heard.append(values["entry"])

    signals.payment_received.connect(receiver)
    with django_capture_on_commit_callbacks(execute=True):
        end = says(RefundState.FAILED, refund=row.pk, has_come_back=True)
        refund_booking.apply([end], entry)
    assert ledger(entry) == [*BOOKED, BACK]
    assert heard == []


def test_one_that_succeeded_is_not_under_way_again(entry, row):
    said = [
        refund_booking.apply([says(state, refund=row.pk)], entry)
        for state in (RefundState.SUCCEEDED, RefundState.PENDING)
    ]
    assert said == ["refund succeeded"] * 2
    assert fresh(row).state == RefundState.SUCCEEDED
    assert fresh(row).ended_at
    assert ledger(entry) == BOOKED


def test_one_that_was_answered_is_not_failed_from_here(entry, row):
    refund_booking.apply([says(RefundState.PENDING, refund=row.pk)], entry)
    assert refund_booking.fail(row, "no_answer", tells=True).state == RefundState.PENDING
    assert mails("staff_refund_failed") == 0


def test_a_reason_of_any_length_is_kept_as_far_as_there_is_room(row):
    """Only PostgreSQL refuses what is too long."""
    assert refund_booking.fail(row, "x" * 101, tells=False).failure_code == "x" * 100


def test_our_words_on_it_name_one_row_and_not_two(entry, row):
    """Whoever has the account can write them on a second refund."""
    refund_booking.apply([says(refund=row.pk), says(name="re_2", refund=row.pk)], entry)
    assert set(Refund.objects.values_list("stripe_refund", flat=True)) == {"re_1", "re_2"}
    assert ledger(entry) == [*BOOKED, ("refund", -PART)]


def test_our_words_on_it_name_no_refund_of_another_payment(entry, row):
    of_another = LedgerEntry.objects.create(
        document=order(),
        kind="payment",
        amount=ALL,
        currency="EUR",
        account="site-7",
        stripe_object="pi_2",
        occurred_at=timezone.now(),
    )
    refund_booking.apply([says(refund=row.pk, payment="pi_2")], of_another)
    assert (fresh(row).state, fresh(row).stripe_refund) == (RefundState.NEW, None)
    made = of_another.refunds.get()
    assert (made.stripe_refund, made.account) == ("re_1", "site-7")
    assert of_another.consequences.get().account == "site-7"


def test_those_of_one_answer_are_booked_as_they_happened(entry):
    newer, older = (datetime(2026, 5, day, tzinfo=UTC) for day in (9, 2))
    refund_booking.apply(
        [
            says(name="re_9", amount=Decimal(9), created_at=newer),
            says(name="re_2", amount=Decimal(2), created_at=older),
        ],
        entry,
    )
    assert [amount for _kind, amount in ledger(entry)] == [ALL, -2, -9]
    booked = LedgerEntry.objects.filter(kind="refund").order_by("pk")
    assert [each.occurred_at for each in booked] == [older, newer]


def test_an_event_that_was_taken_changes_nothing(entry):
    event = StripeEvent.objects.create(event_id="evt_1", type="x", handled_at=timezone.now())
    assert refund_booking.apply([says()], entry, event) == "handled already"
    assert ledger(entry) == [("payment", ALL)]


def test_an_event_about_none_is_kept_with_why(entry):
    event = StripeEvent.objects.create(event_id="evt_1", type="charge.refunded")
    assert refund_booking.apply([], entry, event) == "ignored: no refund"
    assert fresh(event).handled_at
    assert fresh(event).outcome == "ignored: no refund"


def test_less_than_was_asked_for_is_booked_as_stripe_says_it(entry, row):
    refund_booking.apply([says(refund=row.pk, amount=Decimal(30))], entry)
    assert ledger(entry) == [("payment", ALL), ("refund", -30)]
    assert entry.consequences.get().forgiven == 30


def test_more_than_was_paid_is_booked_as_stripe_says_it(entry, row, caplog):
    refund_booking.apply([says(refund=row.pk, amount=ALL + PART)], entry)
    assert ledger(entry) == [("payment", ALL), ("refund", -ALL - PART)]
    assert "what Stripe paid back is booked" in caplog.text
    assert fresh(entry.document).left_of(entry) == 0

"""Sums of plain bookings."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_plugin.ledger import (
    Booking,
    amount_of,
    amounts_around,
    ledger_sums,
    left_of,
    surcharge_in,
)
from portal_plugin.statuses import LedgerKind as Kind


def booking(number, kind, amount, about=None, surcharge=0):
    return Booking(number, kind, Decimal(amount), about, Decimal(surcharge))


CARD = booking(1, Kind.PAYMENT, 100)
CASH = booking(2, Kind.OFFLINE, 50)
PART = booking(3, Kind.REFUND, -30, about=1)
RETURNED = booking(4, Kind.REVERSAL, 30, about=3)
TAKEN = booking(5, Kind.CHARGEBACK, -100, about=1)
WON = booking(6, Kind.REVERSAL, 100, about=5)
LESS = booking(7, Kind.CORRECTION, -5, about=2)


@pytest.mark.parametrize(
    ("bookings", "received", "refunded", "charged_back"),
    [
        ([], 0, 0, 0),
        ([CARD, CASH], 150, 0, 0),
        ([CARD, PART], 100, 30, 0),
        ([CARD, PART, RETURNED], 100, 0, 0),
        ([CARD, TAKEN], 100, 0, 100),
        ([CARD, TAKEN, WON], 100, 0, 0),
        ([WON, TAKEN, RETURNED, PART, CARD], 100, 0, 0),
        ([CASH, LESS], 45, 0, 0),
        ([CARD, CASH, PART, TAKEN, LESS], 145, 30, 100),
    ],
)
def test_what_came_and_what_went(bookings, received, refunded, charged_back):
    sums = ledger_sums(bookings)
    assert (sums.received, sums.refunded, sums.charged_back) == (received, refunded, charged_back)
    assert sums.kept == sum(one.amount for one in bookings)


@pytest.mark.parametrize(
    ("payment", "bookings", "left"),
    [
        (1, [CARD, CASH], 100),
        (1, [CARD, CASH, PART], 70),
        (1, [RETURNED, PART, CARD], 100),
        (1, [CARD, TAKEN], 0),
        (1, [CARD, TAKEN, WON], 100),
        (2, [CARD, CASH, PART, LESS], 45),
    ],
)
def test_what_is_left_of_one_payment(payment, bookings, left):
    assert left_of(payment, bookings) == left


def test_what_came_with_a_payment_is_what_it_was_corrected_to():
    bookings = [CARD, CASH, LESS, PART]
    assert (amount_of(1, bookings), amount_of(2, bookings)) == (100, 45)


def test_each_correction_is_told_by_what_was_said_before_it():
    again = booking(8, Kind.CORRECTION, 10, about=2)
    bookings = [CARD, CASH, LESS, PART, again]
    assert amounts_around(LESS.id, 2, bookings) == (CASH.amount, 45)
    assert amounts_around(again.id, 2, bookings) == (45, 55)


DEAR = booking(1, Kind.PAYMENT, 102, surcharge=2)


def gone(number, kind, amount, before):
    """So much of ``DEAR`` goes back, after what is booked of it."""
    return booking(number, kind, -amount, 1, -surcharge_in(Decimal(amount), 1, before))


def test_the_fee_is_no_part_of_what_was_paid_for_the_order():
    sums = ledger_sums([DEAR, CASH])
    assert (sums.received, sums.kept, sums.surcharges) == (150, 150, 2)
    assert left_of(1, [DEAR, CASH]) == 102


@pytest.mark.parametrize(("amount", "surcharge"), [(30, 0), (100, 0), (101, 1), (102, 2), (150, 2)])
def test_what_was_paid_for_the_order_goes_back_first(amount, surcharge):
    assert surcharge_in(Decimal(amount), 1, [DEAR]) == surcharge


def test_a_refund_that_came_back_brings_its_part_of_the_fee():
    refund = gone(2, Kind.REFUND, 101, [DEAR])
    back = booking(3, Kind.REVERSAL, 101, 2, surcharge=1)
    assert refund.surcharge == -1
    sums = ledger_sums([DEAR, refund, back])
    assert (sums.received, sums.refunded, sums.surcharges) == (100, 0, 2)


def come_back(number, about, before):
    amount = -next(row.amount for row in before if row.id == about)
    return booking(number, Kind.REVERSAL, amount, about, -surcharge_in(-amount, 1, before))


def test_what_two_took_and_one_gave_back_is_no_debt_of_more_than_the_order():
    """The bank takes all of it back while all of it is on its way back, which fails then."""
    rows = [DEAR]
    rows.append(gone(2, Kind.REFUND, 102, rows))
    rows.append(gone(3, Kind.CHARGEBACK, 102, rows))
    rows.append(come_back(4, 2, rows))
    sums = ledger_sums(rows)
    assert (sums.kept, sums.surcharges, left_of(1, rows)) == (0, 0, 0)


@given(st.permutations([2, 3, 4]))
def test_whatever_comes_back_in_whatever_order_all_is_as_it_was(order):
    rows = [DEAR]
    for number, amount in ((2, 100), (3, 1), (4, 102)):
        rows.append(gone(number, Kind.REFUND, amount, rows))
    for number, about in enumerate(order, start=5):
        rows.append(come_back(number, about, rows))
        assert ledger_sums(rows).surcharges == min(2, max(0, left_of(1, rows)))
    sums = ledger_sums(rows)
    assert (sums.kept, sums.surcharges) == (100, 2)


@given(st.lists(st.integers(1, 60), max_size=8), st.booleans())
def test_all_of_it_back_is_the_fee_back_in_whatever_parts(parts, by_bank):
    rows, left = [DEAR], 102
    for number, part in enumerate(parts, start=2):
        if part > left:
            break
        rows.append(gone(number, Kind.REFUND, part, rows))
        left -= part
    if left:
        kind = Kind.CHARGEBACK if by_bank else Kind.REFUND
        rows.append(gone(99, kind, left, rows))
    sums = ledger_sums(rows)
    assert (sums.kept, sums.surcharges, left_of(1, rows)) == (0, 0, 0)
    for count in range(1, len(rows) + 1):
        so_far = ledger_sums(rows[:count])
        assert so_far.kept >= 0
        assert 0 <= so_far.surcharges <= 2
        assert so_far.kept + so_far.surcharges == sum(row.amount for row in rows[:count])

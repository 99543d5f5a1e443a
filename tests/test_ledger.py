"""Sums of plain bookings."""

from decimal import Decimal

import pytest

from portal_plugin.ledger import Booking, amount_of, amounts_around, ledger_sums, left_of
from portal_plugin.statuses import LedgerKind as Kind


def booking(number, kind, amount, about=None):
    return Booking(number, kind, Decimal(amount), about)


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

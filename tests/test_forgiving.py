"""What was paid back and is not owed again: pure sums, in whatever order things happen."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_plugin.ledger import Booking, forgiven_of, ledger_sums, owed_of
from portal_plugin.statuses import LedgerKind as Kind


class Books:
    """A ledger as the services write it, with a total that may change meanwhile."""

    def __init__(self, total=100):
        self.total, self.rows = Decimal(total), []

    @property
    def sums(self):
        return ledger_sums(self.rows)

    @property
    def due(self):
        return self.sums.due(self.total)

    @property
    def overpaid(self):
        return self.sums.overpaid(self.total)

    @property
    def off(self):
        return self.sums.taken_off(self.total)

    def book(self, kind, amount, about=None, forgiven=0):
        number, total = len(self.rows) + 1, self.total if forgiven > 0 else Decimal(0)
        row = Booking(number, kind, Decimal(amount), about, Decimal(0), Decimal(forgiven), total)
        self.rows.append(row)
        return row.id

    def pay(self, amount):
        return self.book(Kind.OFFLINE, amount)

    def refund(self, amount, *, owed=False):
        forgiven = 0 if owed else self.sums.forgiven_by(Decimal(amount), self.total)
        return self.book(Kind.REFUND, -amount, 1, forgiven)

    def come_back(self, refund):
        amount = -self.rows[refund - 1].amount
        self.book(Kind.REVERSAL, amount, refund, -forgiven_of(refund, self.rows))

    def owe(self, refund):
        self.book(Kind.FORGIVENESS, 0, refund, -forgiven_of(refund, self.rows))

    def forgive(self, refund):
        amount = max(0, min(owed_of(refund, self.rows), self.due))
        self.book(Kind.FORGIVENESS, 0, refund, amount)


@pytest.fixture
def books():
    return Books()


def test_what_is_forgiven_is_not_due(books):
    books.pay(100)
    books.refund(20)
    assert (books.due, books.overpaid, books.off) == (0, 0, 20)
    assert (books.sums.kept, books.sums.refunded) == (80, 20)


def test_what_is_owed_again_is_due(books):
    books.pay(100)
    books.refund(20, owed=True)
    assert (books.due, books.off) == (20, 0)


def test_a_fee_that_went_back_along_is_owed_by_nobody():
    paid = Booking(1, Kind.OFFLINE, Decimal(103), None, Decimal(3))
    refund = Booking(2, Kind.REFUND, Decimal(-103), 1, Decimal(-3), Decimal(40), Decimal(100))
    assert owed_of(2, [paid, refund]) == 60


def test_what_was_left_to_pay_stays_to_be_paid(books):
    books.pay(50)
    books.refund(20)
    assert (books.due, books.off) == (50, 20)
    books.pay(50)
    assert (books.due, books.overpaid) == (0, 0)


def test_of_what_was_paid_too_much_nothing_is_forgiven(books):
    books.pay(120)
    books.refund(20)
    assert (books.sums.forgiven, books.due, books.overpaid) == (0, 0, 0)
    books.total += 10
    assert books.due == 10


def test_of_a_part_of_it_only_what_was_owed(books):
    books.pay(120)
    books.refund(50)
    assert (books.sums.forgiven, books.due, books.overpaid) == (30, 0, 0)


def test_a_price_lowered_before_needs_no_forgiving(books):
    books.pay(100)
    books.total = Decimal(80)
    books.refund(20)
    assert (books.sums.forgiven, books.due, books.overpaid) == (0, 0, 0)


def test_a_price_lowered_after_says_it_once_more_and_nothing_is_paid_too_much(books):
    books.pay(100)
    books.refund(20)
    books.total = Decimal(80)
    assert (books.due, books.overpaid, books.off) == (0, 0, 0)
    books.total = Decimal(70)
    assert (books.due, books.overpaid) == (0, 10)


def test_lowered_is_what_is_below_the_total_of_the_last_forgiving(books):
    books.pay(100)
    books.refund(10)
    books.total = Decimal(120)
    books.pay(20)
    books.refund(10)
    books.total = Decimal(110)
    assert (books.due, books.overpaid) == (0, 0)
    assert ledger_sums(reversed(books.rows)) == books.sums


def test_what_is_left_open_stays_forgiven_when_the_price_is_lowered(books):
    books.pay(50)
    books.refund(20)
    books.total = Decimal(80)
    assert books.due == 30


def test_what_is_paid_all_the_same_is_too_much(books):
    books.pay(100)
    books.refund(20)
    books.pay(20)
    assert (books.due, books.overpaid) == (0, 20)


def test_a_bank_that_takes_the_rest_makes_only_that_due(books):
    books.pay(100)
    books.refund(20)
    books.book(Kind.CHARGEBACK, -80, 1)
    assert (books.due, books.sums.charged_back) == (80, 80)


def test_a_refund_that_comes_back_takes_its_forgiving_along(books):
    books.pay(100)
    refund = books.refund(20)
    books.come_back(refund)
    assert (books.sums.forgiven, books.due, books.overpaid) == (0, 0, 0)
    assert owed_of(refund, books.rows) == 0


def test_it_can_be_said_otherwise_and_back(books):
    books.pay(100)
    refund = books.refund(20)
    books.owe(refund)
    assert (books.due, owed_of(refund, books.rows)) == (20, 20)
    books.forgive(refund)
    assert (books.due, forgiven_of(refund, books.rows)) == (0, 20)
    books.come_back(refund)
    assert (books.sums.forgiven, books.due, books.overpaid) == (0, 0, 0)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["pay", "forgiven", "owed", "bank", "back", "owe", "forgive", "price"]),
        st.integers(1, 90),
    ),
    max_size=14,
)


def _refunds(books):
    gone = {row.about for row in books.rows if row.kind == Kind.REVERSAL}
    return [row.id for row in books.rows if row.kind == Kind.REFUND and row.id not in gone]


def _step(books, what, amount):
    """What can be done now: nobody pays back more than is there."""
    there, refunds = books.sums.kept, _refunds(books)
    if what == "pay":
        books.pay(amount)
    elif what == "price":
        books.total = Decimal(amount)
    elif what in ("forgiven", "owed") and amount <= there:
        books.refund(amount, owed=what == "owed")
    elif what == "bank" and amount <= there:
        books.book(Kind.CHARGEBACK, -amount, 1)
    elif what == "back" and refunds:
        books.come_back(refunds[-1])
    elif what in ("owe", "forgive") and refunds:
        getattr(books, what)(refunds[amount % len(refunds)])


@given(STEPS)
def test_whatever_happens_nothing_is_asked_or_given_back_twice(steps):
    books = Books()
    books.pay(50)
    for what, amount in steps:
        due, overpaid, kept = books.due, books.overpaid, books.sums.kept
        _step(books, what, amount)
        sums = books.sums
        assert min(books.due, books.overpaid) == 0
        assert books.due + sums.kept + books.off - books.overpaid == books.total
        assert 0 <= sums.forgiven <= sums.refunded
        assert books.off >= 0
        if what == "forgiven" and sums.kept < kept:
            assert books.due == due
            assert books.overpaid == max(0, overpaid - amount)
        if what == "owe":
            assert books.due >= due
        if what == "forgive":
            assert books.due <= due
            assert books.overpaid == overpaid


@given(st.lists(st.integers(1, 60), min_size=1, max_size=6), st.integers(0, 100))
def test_forgiven_refunds_alone_never_ask_for_anything(parts, lowered):
    books = Books()
    books.pay(100)
    for part in parts:
        if part <= books.sums.kept:
            books.refund(part)
        assert (books.due, books.overpaid) == (0, 0)
    books.total -= lowered
    assert books.due == 0
    assert books.overpaid == max(0, lowered - books.sums.forgiven)

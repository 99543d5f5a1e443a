"""The parts of a plan: exact sums, one rounding, the last takes the rest."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_plugin import instalments
from portal_plugin.instalments import Instalment, Problem
from portal_plugin.money import round_money, round_to
from portal_plugin.totals import Line, Terms, document_totals

D = Decimal
MARCH, APRIL = date(2027, 3, 1), date(2027, 4, 1)


def plan(*percents, **first):
    """With days between them; ``None`` is the rest."""
    rows = [
        Instalment(None if percent is None else D(str(percent)), days=30 * place or None)
        for place, percent in enumerate(percents)
    ]
    return tuple(rows)


@pytest.mark.parametrize(
    ("total", "currency", "percents", "parts"),
    [
        ("1000", "JPY", ("33.3", "33.3", None), ("333", "333", "334")),
        ("500", "JPY", ("33.3", "33.3", None), ("167", "167", "166")),
        ("5.125", "KWD", ("33.3", "33.3", None), ("1.707", "1.707", "1.711")),
        ("100", "EUR", ("30", "30", "40"), ("30", "30", "40")),
        ("0.01", "EUR", ("50", "25", None), ("0.01", "0", "0")),
        ("0.05", "EUR", ("10",) * 10, ("0.01",) * 5 + ("0",) * 5),
        ("-5", "EUR", ("50", None), ("0", "0")),
    ],
)
def test_each_is_rounded_and_the_last_takes_the_rest(total, currency, percents, parts):
    found = instalments.amounts(D(total), plan(*percents), currency)
    assert found == tuple(D(part) for part in parts)


@given(
    total=st.decimals(0, 10**9, places=3, allow_nan=False),
    currency=st.sampled_from(["EUR", "JPY", "KWD", "CHF"]),
    percents=st.lists(st.decimals(0, 100, places=2, allow_nan=False), min_size=1, max_size=12),
    unit=st.sampled_from(["0", "0.05", "1"]),
)
def test_the_parts_are_the_whole(total, currency, percents, unit):
    whole = round_money(round_to(total, D(1)), currency)
    parts = instalments.amounts(whole, plan(*percents), currency, D(unit))
    assert sum(parts) == whole
    assert all(part >= 0 for part in parts)
    assert all(part == round_money(part, currency) for part in parts)


@given(
    parts=st.lists(st.decimals(0, 1000, places=2, allow_nan=False), max_size=6),
    paid=st.decimals(-10, 8000, places=2, allow_nan=False),
)
def test_what_is_paid_fills_the_first_ones_first(parts, paid):
    left = instalments.left(parts, paid)
    assert sum(left) == max(0, sum(parts) - max(0, paid))
    open_ones = [place for place, rest in enumerate(left) if rest]
    assert all(left[place] == parts[place] for place in open_ones[1:])


def test_in_coins():
    parts = instalments.amounts(D("99.95"), plan("33.3", "33.3", None), "CHF", D("0.05"))
    assert parts == (D("33.30"), D("33.30"), D("33.35"))


def test_the_instalment_that_comes_with_the_order_is_what_is_payable_first():
    lines = [Line(unit_price=D(1000))]
    first = document_totals(lines, "EUR", Terms(plan=plan(20, None), deposit_percent=D(50)))
    assert (first.deposit, first.instalments) == (200, (200, 800))
    later = (Instalment(D(20), days=10), Instalment(None, days=20))
    assert document_totals(lines, "EUR", Terms(plan=later, deposit_percent=D(50))).deposit == 0


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        (plan(50, None), []),
        (plan(50, 50), []),
        ((), []),
        ((Instalment(D(30), on=MARCH), Instalment(days=5), Instalment(on=APRIL)), [(1, "rest")]),
        (plan(None), [(0, Problem.ONE)]),
        (plan(50, 49), [(1, Problem.SUM)]),
        (plan(100, None), [(1, Problem.SUM)]),
        (plan(0, None), [(0, Problem.REST)]),
        ((Instalment(D(50)), Instalment()), [(1, Problem.DAY)]),
        ((Instalment(D(50), MARCH, 3), Instalment(on=APRIL)), [(0, Problem.BOTH_DAYS)]),
        ((Instalment(D(50), on=APRIL), Instalment(on=MARCH)), [(1, Problem.ORDER)]),
        ((Instalment(D(50), days=9), Instalment(days=8)), [(1, Problem.ORDER)]),
    ],
)
def test_what_is_no_plan(rows, found):
    assert instalments.problems(rows) == found


def test_the_day_of_each():
    assert Instalment(on=APRIL).day(MARCH, 14) == Instalment(on=APRIL).day(None) == APRIL
    assert Instalment(days=31).day(MARCH, 14) == APRIL
    assert Instalment(days=31).day(None) is None
    assert Instalment().day(MARCH) is None
    assert Instalment().day(MARCH, 31) == APRIL


def test_it_is_read_as_it_was_written():
    rows = (Instalment(D("33.30"), MARCH), Instalment(None, days=0), Instalment(None, days=14))
    assert instalments.written(rows)[0] == {"percent": "33.3", "on": "2027-03-01", "days": None}
    assert instalments.read(instalments.written(rows)) == rows
    assert instalments.read(None) == ()


def test_whoever_writes_it_once_more_gets_no_days_that_are_over():
    today = date(2026, 5, 9)
    plan = [
        Instalment(D(30)),
        Instalment(D(30), on=date(2026, 5, 8)),
        Instalment(D(20), on=today),
        Instalment(days=30),
    ]
    assert instalments.from_day(plan, today) == (plan[0], Instalment(D(30)), *plan[2:])


def test_the_rest_has_a_percentage_too():
    parts = [Instalment(D(30)), Instalment(D("12.5"), days=7), Instalment(days=30)]
    assert instalments.percents(parts) == (D(30), D("12.5"), D("57.5"))


def test_nothing_is_no_part_not_even_the_last():
    assert (1, Problem.REST) in instalments.problems(plan("100", "0"))


def test_two_parts_may_have_one_day():
    parts = [Instalment(D(50), on=MARCH), Instalment(on=MARCH)]
    assert instalments.problems(parts) == []

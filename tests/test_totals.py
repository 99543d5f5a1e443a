from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_plugin.money import cash_unit, digits, format_money, round_money
from portal_plugin.totals import (
    Line,
    Terms,
    adds_up_by_row,
    document_totals,
    line_totals,
    worth_in_total,
)

D = Decimal


@pytest.mark.parametrize(
    ("currency", "amount", "rounded"),
    [
        ("EUR", "0.005", "0.01"),
        ("EUR", "-0.005", "-0.01"),
        ("EUR", "2.675", "2.68"),
        ("JPY", "0.5", "1"),
        ("KWD", "1.0005", "1.001"),
    ],
)
def test_rounds_half_up_to_the_currencys_digits(currency, amount, rounded):
    assert str(round_money(Decimal(amount), currency)) == rounded


def test_minus_zero_is_zero():
    assert str(round_money(Decimal("-0.001"), "EUR")) == "0.00"


def test_amounts_are_written_in_the_documents_language():
    assert format_money(Decimal("1234.5"), "EUR", "de") == "1.234,50\xa0€"
    assert format_money(Decimal("1234.5"), "JPY", "en") == "¥1,235"


def test_digits_come_from_cldr():
    assert [digits(code) for code in ("EUR", "JPY", "KWD")] == [2, 0, 3]


def test_tax_is_added_to_a_net_price_and_taken_out_of_a_gross_one():
    net = line_totals(Line(unit_price=Decimal(100), tax_rate=Decimal(19)), "EUR")
    gross = line_totals(
        Line(unit_price=Decimal(119), tax_rate=Decimal(19), price_includes_tax=True), "EUR"
    )
    assert (net.net, net.tax, net.gross) == (gross.net, gross.tax, gross.gross)


def test_a_discount_never_turns_a_row_negative():
    line = Line(unit_price=Decimal(10), discount_amount=Decimal(50))
    assert line_totals(line, "EUR").amount == 0


def test_what_is_not_counted_adds_nothing():
    totals = document_totals(
        [Line(unit_price=Decimal(10)), Line(unit_price=Decimal(5), is_counted=False)], "EUR"
    )
    assert totals.total == 10


def test_the_deposit_is_rounded_and_never_more_than_the_total():
    assert document_totals(
        [Line(unit_price=Decimal(1000))], "JPY", Terms(deposit_percent=Decimal("33.3"))
    ).deposit == Decimal(333)
    assert document_totals(
        [Line(unit_price=Decimal(10))], "EUR", Terms(deposit_amount=Decimal(500))
    ).deposit == Decimal(10)


@pytest.mark.parametrize(
    ("currency", "price", "rounding", "total"),
    [
        ("CHF", "10.02", "-0.02", "10.00"),
        ("CHF", "10.03", "0.02", "10.05"),
        ("SEK", "99.50", "0.50", "100"),
        ("EUR", "10.02", "0", "10.02"),
        ("JPY", "10", "0", "10"),
    ],
)
def test_a_total_is_rounded_to_what_can_be_paid_in_coins(currency, price, rounding, total):
    terms = Terms(rounding_unit=cash_unit(currency))
    totals = document_totals([Line(unit_price=Decimal(price))], currency, terms)
    assert (totals.rounding, totals.total) == (Decimal(rounding), Decimal(total))


def test_a_deposit_can_be_paid_in_coins_as_well():
    terms = Terms(deposit_percent=Decimal(33), rounding_unit=cash_unit("CHF"))
    totals = document_totals([Line(unit_price=Decimal("10.20"))], "CHF", terms)
    assert totals.deposit == Decimal("3.35")


lines = st.builds(
    Line,
    quantity=st.decimals("0", "5000", places=4),
    unit_price=st.decimals("0", "9999", places=6),
    discount_percent=st.decimals("0", "100", places=2),
    discount_amount=st.decimals("0", "50", places=4),
    tax_category=st.sampled_from(["S", "Z", "AE"]),
    is_counted=st.booleans(),
    tax_rate=st.sampled_from([Decimal(0), Decimal(7), Decimal(19), Decimal("8.875")]),
    price_includes_tax=st.booleans(),
)


@given(
    st.lists(lines, max_size=30),
    st.sampled_from(["EUR", "JPY", "KWD", "CHF", "SEK", "ISK"]),
    st.decimals("0", "100", places=2),
    st.decimals("0", "500", places=4),
    st.booleans(),
)
def test_the_parts_always_sum_to_the_whole(items, currency, percent, shipping, is_in_coins):
    terms = Terms(
        discount_percent=percent,
        shipping=Line(unit_price=shipping, tax_rate=Decimal(19)),
        deposit_percent=percent,
        rounding_unit=cash_unit(currency) if is_in_coins else Decimal(0),
    )
    totals = document_totals(items, currency, terms)
    assert totals.net + totals.tax + totals.rounding == totals.total
    bands = sum((band.net + band.tax for band in totals.bands), Decimal(0))
    assert bands + totals.rounding == totals.total
    counted = [sums for line, sums in zip(items, totals.lines, strict=True) if line.is_counted]
    priced = [sums.gross if totals.includes_tax else sums.net for sums in counted]
    assert sum(priced, Decimal(0)) == totals.subtotal
    assert all(sums.net + sums.tax == sums.gross for sums in totals.lines)
    assert 0 <= totals.deposit <= max(totals.total, 0)
    assert round_money(totals.total, currency) == totals.total
    shown = totals.subtotal - totals.discount + totals.shipping + totals.rounding
    assert shown + (0 if totals.includes_tax else totals.tax) == totals.total
    assert all(band.net >= 0 and band.tax >= 0 for band in totals.bands)


@pytest.mark.parametrize(
    ("percent", "amount", "least", "deposit"),
    [
        ("10", "0", "50", "50"),
        ("60", "0", "50", "60"),
        ("0", "0", "50", "0"),
        ("10", "0", "500", "100"),
    ],
)
def test_a_deposit_is_never_less_than_its_least(percent, amount, least, deposit):
    terms = Terms(deposit_percent=D(percent), deposit_amount=D(amount), deposit_least=D(least))
    assert document_totals([Line(unit_price=D(100))], "EUR", terms).deposit == D(deposit)


SHIPPING = Line(unit_price=Decimal("4.9"), tax_rate=Decimal(19))


@given(
    st.lists(
        st.builds(
            Line,
            quantity=st.decimals("0.1", "99", places=2),
            unit_price=st.decimals("-9", "99", places=3),
            tax_rate=st.sampled_from([D(0), D(7), D("8.1"), D(19)]),
            is_counted=st.booleans(),
        ),
        max_size=6,
    )
)
def test_where_nothing_is_taken_off_each_row_is_worth_just_what_the_total_grows_by(lines):
    terms = Terms(shipping=SHIPPING)
    assert adds_up_by_row(terms)
    totals = document_totals(lines, "EUR", terms)
    rows = zip(lines, totals.lines, strict=True)
    worth = sum(worth_in_total(sums, terms, "EUR") for line, sums in rows if line.is_counted)
    assert totals.total == worth + line_totals(SHIPPING, "EUR").gross


@pytest.mark.parametrize(
    ("terms", "worth"),
    [
        (Terms(discount_percent=D(10)), "107.10"),
        (Terms(discount_amount=D(10)), "119.00"),
        (Terms(rounding_unit=D("0.05")), "119.00"),
    ],
)
def test_else_it_is_about_what_a_row_is_worth(terms, worth):
    row = line_totals(Line(unit_price=D(100), tax_rate=D(19)), "EUR")
    assert not adds_up_by_row(terms)
    assert str(worth_in_total(row, terms, "EUR")) == worth


@pytest.mark.parametrize(
    ("prices", "discount", "total"),
    [
        (["60", "40"], "500", 0),
        (["-60", "10"], "5", -50),
        (["0", "0"], "5", 0),
        (["60", "40"], "5", 95),
    ],
)
def test_what_is_taken_off_the_whole_is_at_most_the_whole(prices, discount, total):
    rates = [D(7), D(19)]
    lines = [
        Line(unit_price=D(price), tax_rate=rate, price_includes_tax=True)
        for price, rate in zip(prices, rates, strict=True)
    ]
    assert document_totals(lines, "EUR", Terms(discount_amount=D(discount))).total == total


def test_of_less_than_nothing_no_deposit_is_asked_for():
    terms = Terms(deposit_amount=D(5))
    assert document_totals([Line(unit_price=D(-50))], "EUR", terms).deposit == 0

from decimal import Decimal

import pytest

from portal_plugin.canonical import canonical_bytes, decimal_text


@pytest.mark.parametrize(
    ("value", "text"),
    [("10.5000", "10.5"), ("0.0000", "0"), ("-0.0", "0"), ("1E+3", "1000"), ("1000", "1000")],
)
def test_a_decimal_has_one_spelling(value, text):
    assert decimal_text(Decimal(value)) == text


def test_order_line_ends_and_composition_do_not_matter():
    one = canonical_bytes({"b": "Caf\u00e9\r\nx", "a": Decimal("1.0")})
    other = canonical_bytes({"a": Decimal("1"), "b": "Cafe\u0301\nx"})
    assert one == other


def test_floats_have_no_canonical_form():
    with pytest.raises(TypeError):
        canonical_bytes({"price": 0.1})

from hypothesis import given
from hypothesis import strategies as st

from portal_plugin.colours import ENOUGH, WHITE, contrast, ink, text_on

colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@given(colours)
def test_text_on_any_brand_colour_is_readable(colour):
    assert contrast(text_on(colour), colour) >= ENOUGH


@given(colours)
def test_ink_is_readable_on_white(colour):
    assert contrast(ink(colour), WHITE) >= ENOUGH

import pytest

from portal_plugin.templatetags.portal_paper import direction_of, isolated, on_one_line


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        ("Harbour Coffee", "ltr"),
        ("مقهى الميناء", "rtl"),
        ("12 שדרה", "rtl"),
        ("+49 30 1234567", "ltr"),
        ("\u200f1,234.50 د.ب.", "rtl"),
        ("", "ltr"),
    ],
)
def test_the_first_strong_character_decides(text, direction):
    assert direction_of(text) == direction


def test_a_run_of_its_own_is_escaped():
    assert isolated("<b>", "x") == '<bdi dir="ltr" class="x">&lt;b&gt;</bdi>'


def test_lines_stand_beside_one_another():
    assert on_one_line("OPEN\r\n\n 24 h ") == "OPEN / 24 h"

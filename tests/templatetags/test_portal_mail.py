import pytest
from django.utils import translation

from portal_plugin.templatetags.portal_mail import in_order


@pytest.mark.parametrize("digits", ["2026-0001", "+353 20 913 0142"])
def test_digits_are_marked_where_words_run_from_right_to_left(digits):
    with translation.override("ar"):
        assert in_order(digits) == f"\u200e{digits}"


@pytest.mark.parametrize("words", ["E-2026-0001", "28 نوفمبر 2026", "\u200f5.00 €"])
def test_what_has_a_direction_of_its_own_is_left_alone(words):
    with translation.override("ar"):
        assert in_order(words) == words


def test_other_languages_get_no_mark():
    with translation.override("de"):
        assert in_order("2026-0001") == "2026-0001"

"""How a moment is written in languages that Django knows more or less of."""

from datetime import datetime

import pytest
from django.utils import translation

from portal_plugin import days

WHEN = datetime(2030, 7, 1, 14, 5)


@pytest.mark.parametrize(
    ("language", "is_short", "text"),
    [
        ("en", False, "July 1, 2030, 2:05 p.m."),
        ("de", False, "1. Juli 2030 14:05"),
        ("de", True, "01.07.2030 14:05"),
        ("ar", False, "1 يوليو، 2030 2:05 م"),
        ("ar", True, "01\u200f/07\u200f/2030 2:05 م"),
    ],
)
def test_day_and_time_are_in_the_order_of_the_language(language, is_short, text):
    with translation.override(language):
        assert days.day_and_time(WHEN, is_short=is_short) == text

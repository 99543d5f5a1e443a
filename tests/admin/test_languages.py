"""The languages that staff may choose."""

import pytest

from portal_plugin.admin import languages


@pytest.mark.parametrize(
    ("own", "found"),
    [
        ("en-us", ["en-us", "de", "ar"]),
        ("de", ["de", "en", "ar"]),
        ("fr", ["fr", "en", "de", "ar"]),
    ],
)
def test_no_language_is_offered_under_one_name_twice(own, found):
    assert languages.beside(own) == found

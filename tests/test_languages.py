"""The languages that staff may choose, and that strangers may ask for."""

import pytest
from django.conf import UserSettingsHolder, global_settings, settings

from portal_plugin import languages


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


def test_djangos_own_list_of_a_hundred_is_not_the_sites(monkeypatch):
    monkeypatch.setattr(settings, "_wrapped", UserSettingsHolder(global_settings))
    settings.LANGUAGE_CODE = "fr"
    assert languages.codes() == ["fr", "en", "de", "ar"]
    settings.LANGUAGES = [("it", "Italian")]
    assert languages.codes() == ["it"]


def test_a_language_is_named_in_itself_and_an_unknown_one_by_its_code(settings):
    settings.LANGUAGES = [("de", "German"), ("tlh", "Klingon")]
    assert languages.choices() == [("de", "Deutsch"), ("tlh", "tlh")]


@pytest.mark.parametrize(
    ("accepted", "found"),
    [
        ("PT-br", "pt-BR"),
        ("de-AT,en", "de"),
        ("xx," * 19 + "de", "de"),
        ("xx," * 20 + "de", ""),
    ],
)
def test_what_a_browser_asks_for_is_found_among_the_first(settings, accepted, found):
    settings.LANGUAGES = [("pt-BR", "Portuguese"), ("de", "German"), ("en", "English")]
    assert languages.asked_for(accepted) == found

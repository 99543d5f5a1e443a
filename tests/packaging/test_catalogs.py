"""Translations are committed compiled, because a bare machine has no `msgfmt`."""

import ast
import gettext
import io
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("locale", "portal_plugin/locale")
CATALOGS = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.po"))


def content(mo):
    """Texts and plural rule of a compiled catalogue, without the dates in its header."""
    translations = gettext.GNUTranslations(mo)
    texts = {key: text for key, text in translations._catalog.items() if key != ""}
    plural = "".join(translations.info().get("plural-forms", "").split()).rstrip(";")
    return texts, plural


@pytest.mark.parametrize("folder", FOLDERS)
def test_german_and_arabic_are_there(folder):
    languages = {path.relative_to(ROOT / folder).parts[0] for path in (ROOT / folder).rglob("*.po")}
    assert {"de", "ar"} <= languages


@pytest.mark.parametrize("po", CATALOGS, ids=lambda path: str(path.relative_to(ROOT)))
def test_compiled_catalogue_is_fresh(po):
    with po.open("rb") as source:
        catalog = read_po(source)
    fresh = io.BytesIO()
    write_mo(fresh, catalog)
    fresh.seek(0)
    with po.with_suffix(".mo").open("rb") as committed:
        assert content(committed) == content(fresh), f"{po.name} is newer: run compilemessages"


@pytest.mark.parametrize("po", CATALOGS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_text_is_translated(po):
    with po.open("rb") as source:
        messages = [message for message in read_po(source) if message.id]
    assert not [message.id for message in messages if message.fuzzy]
    assert not [message.id for message in messages if not all(strings(message))]


@pytest.mark.parametrize("folder", ["portal_plugin", "sandbox_site"])
def test_texts_are_marked_by_names_that_makemessages_knows(folder):
    """Under any other name than ``_`` a text is found by nobody who translates."""
    renamed = [
        f"{path.relative_to(ROOT)}: {name.name} as {name.asname}"
        for path in sorted((ROOT / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for name in node.names
        if "gettext" in name.name and name.asname not in (None, "_")
    ]
    assert renamed == []


def strings(message):
    return message.string if message.pluralizable else [message.string]

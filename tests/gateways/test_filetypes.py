"""What a file is, by its ending and its first bytes; and what it may be called."""

import unicodedata

import pytest
from django.utils.http import content_disposition_header

from portal_plugin.exceptions import FileRefused
from portal_plugin.gateways.filetypes import (
    ARTWORK,
    JPEG,
    PDF,
    PNG,
    WEBP,
    allowed_extensions,
    clean_name,
    extension_of,
    kind_of,
)
from tests import samples


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("a.png", samples.png(), PNG),
        ("a.PNG", samples.png(), PNG),
        ("a.jpg", samples.jpeg(), JPEG),
        ("a.jpeg", samples.jpeg(), JPEG),
        ("a.webp", samples.webp(), WEBP),
        ("a.webp", samples.webp(mode="RGBA"), WEBP),
        ("a.webp", samples.animated_webp(), WEBP),
        ("a.pdf", samples.pdf(), PDF),
    ],
)
def test_pictures_and_pdfs_are_known_by_their_content(name, data, kind):
    found = kind_of(name, data[:32])
    assert found.content_type == kind
    assert found.is_previewable


@pytest.mark.parametrize("data", samples.OTHER_FORMATS.values(), ids=samples.OTHER_FORMATS)
@pytest.mark.parametrize("extension", ["png", "jpg", "webp", "pdf"])
def test_another_format_under_a_previewable_name_is_refused(extension, data):
    with pytest.raises(FileRefused, match="not what its ending says"):
        kind_of(f"a.{extension}", data[:32])


@pytest.mark.parametrize("name", ["a.jpg", "a.webp", "a.pdf"])
def test_a_picture_under_another_pictures_name_is_refused(name):
    with pytest.raises(FileRefused):
        kind_of(name, samples.png()[:32])


@pytest.mark.parametrize(
    "head",
    [
        b"\x89PNG\r\n\x1a\n" + bytes(4) + b"CgBI" + bytes(16),
        b"\x89PNX\r\n\x1a\n" + bytes(4) + b"IHDR" + bytes(16),
        b"RIFF" + bytes(4) + b"WAVEVP8 " + bytes(16),
        b"RIFX" + bytes(4) + b"WEBPVP8 " + bytes(16),
        b"RIFF" + bytes(4) + b"WEBPALPH" + bytes(16),
    ],
)
@pytest.mark.parametrize("name", ["a.png", "a.webp"])
def test_half_of_a_signature_is_none(name, head):
    with pytest.raises(FileRefused, match="not what its ending says"):
        kind_of(name, head)


def test_a_shop_may_take_less_than_the_installation():
    assert kind_of("a.png", samples.png()[:32], ["png"]).content_type == PNG
    with pytest.raises(FileRefused, match="Possible are: PNG"):
        kind_of("a.pdf", samples.pdf()[:32], ["png"])


def test_a_gif_that_is_a_script_too_is_refused():
    with pytest.raises(FileRefused):
        kind_of("a.png", samples.GIF_AND_SCRIPT[:32])


@pytest.mark.parametrize("extension", ["ai", "eps", "psd", "tiff", "svg", "zip", "docx"])
def test_artwork_is_taken_as_plain_bytes_whatever_is_in_it(extension):
    found = kind_of(f"a.{extension}", samples.SVG_WITH_SCRIPT[:32])
    assert found.content_type == ARTWORK
    assert not found.is_previewable


def test_an_illustrator_file_that_begins_as_a_pdf_stays_artwork():
    assert not kind_of("logo.ai", samples.pdf()[:32]).is_previewable


@pytest.mark.parametrize("name", ["a.exe", "a.html", "a.js", "a.gif", "a", ".png", "a.png.exe"])
def test_a_forbidden_kind_is_refused_and_the_sentence_names_what_is_possible(name):
    with pytest.raises(FileRefused) as error:
        kind_of(name, b"MZ")
    assert "PNG, JPG, WEBP, PDF, AI" in error.value.message


def test_a_kind_that_is_named_twice_is_taken_once(settings):
    settings.PORTAL_PLUGIN = {"ARTWORK_EXTENSIONS": ["pdf", "cdr"]}
    assert allowed_extensions() == ["png", "jpg", "jpeg", "webp", "pdf", "cdr"]
    assert kind_of("a.pdf", b"%PDF-").is_previewable


def test_the_shop_says_which_artwork_it_takes(settings):
    settings.PORTAL_PLUGIN = {"ARTWORK_EXTENSIONS": ["cdr"]}
    assert kind_of("a.cdr", b"").content_type == ARTWORK
    assert allowed_extensions() == ["png", "jpg", "jpeg", "webp", "pdf", "cdr"]
    with pytest.raises(FileRefused):
        kind_of("a.zip", b"PK")


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("photo.png", "photo.png"),
        ("../../etc/passwd.png", "passwd.png"),
        ("C:\\Users\\x\\logo.ai", "logo.ai"),
        ("C:logo.ai", "logo.ai"),
        ("a\x00b.png", "ab.png"),
        ("a\r\nSet-Cookie: x=1.png", "a Set-Cookie: x=1.png"),
        ("\u202egnp.exe.png", "gnp.exe.png"),
        ("a\u2066b\u2069.png", "ab.png"),
        ("a\u2028b\u2029c.png", "a b c.png"),
        ("CON.png", "_CON.png"),
        ("aux", "_aux"),
        ("Nul .pdf", "_Nul.pdf"),
        ("com1.tar.zip", "_com1.tar.zip"),
        ("LPT².png", "_LPT².png"),
        ("CONIN$.png", "_CONIN$.png"),
        ("console.png", "console.png"),
        ("com10.png", "com10.png"),
        ("name.png. . .", "name.png"),
        ("...hidden.png", "hidden.png"),
        ("  spaced   out .png", "spaced out.png"),
        ("", "file"),
        ("/", "file"),
        ("\ud800.png", "png"),
        ("שלט חזית.pdf", "שלט חזית.pdf"),
        ("👩‍🎨 sign.pdf", "👩‍🎨 sign.pdf"),
    ],
)
def test_names_lose_paths_and_whatever_could_mislead(raw, clean):
    assert clean_name(raw) == clean


def test_a_long_name_keeps_its_extension():
    name = clean_name("x" * 300 + ".pdf")
    assert len(name) == 120
    assert extension_of(name) == "pdf"


@pytest.mark.parametrize(("letters", "is_kept"), [(11, True), (12, False)])
def test_an_absurdly_long_ending_is_none(letters, is_kept):
    ending = "." + "y" * letters
    assert clean_name("x" * 300 + ending).endswith(ending) is is_kept


def test_the_two_ways_to_write_an_umlaut_become_one_name():
    decomposed = unicodedata.normalize("NFD", "Grün.png")
    assert clean_name(decomposed) == clean_name("Grün.png") == "Grün.png"


@pytest.mark.parametrize("raw", ['a"b.png', "a\r\nb.png", "a;b=c.png", "ü\u202e.png", "a\\b.png"])
def test_a_cleaned_name_makes_one_header_line(raw):
    header = content_disposition_header(True, clean_name(raw))
    assert "\r" not in header
    assert "\n" not in header
    assert header.startswith("attachment; filename")

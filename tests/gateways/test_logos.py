"""A logo for a PDF: small, a PNG, and never unpacked when it is a bomb."""

from io import BytesIO

import pytest
from PIL import Image, ImageFile

from portal_plugin.gateways import logos
from tests import samples


def picture(format="PNG", size=(40, 20), mode="RGB", **options):
    out = BytesIO()
    Image.new(mode, size).save(out, format, **options)
    out.seek(0)
    return out


def drawn(source):
    return Image.open(BytesIO(logos.as_png(source)))


@pytest.fixture
def _few_pixels(monkeypatch):
    monkeypatch.setattr(logos, "MAX_PIXELS", 40 * 20)


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
def test_what_staff_may_upload(format):
    assert logos.is_raster(picture(format))


@pytest.mark.parametrize("data", [b"", b"<svg/>", b"%PDF-1.7", samples.GIF_AND_SCRIPT])
def test_what_they_may_not(data):
    assert not logos.is_raster(BytesIO(data))


@pytest.mark.parametrize("format", ["GIF", "BMP", "TIFF"])
def test_nor_pictures_of_other_kinds(format):
    assert not logos.is_raster(picture(format))


@pytest.mark.usefixtures("_few_pixels")
def test_nor_one_that_unpacks_to_too_much():
    assert logos.is_raster(picture(size=(40, 20)))
    assert not logos.is_raster(picture(size=(41, 20)))


@pytest.mark.usefixtures("_few_pixels")
def test_what_unpacks_to_too_much_is_not_drawn():
    assert logos.as_png(picture(size=(40, 20)))
    assert logos.as_png(picture(size=(41, 20))) is None


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "GIF"])
def test_each_is_drawn_as_a_png(format):
    assert (drawn(picture(format)).format, drawn(picture(format)).size) == ("PNG", (40, 20))


@pytest.mark.parametrize("format", ["BMP", "TIFF"])
def test_no_other_decoder_is_reached(format):
    assert logos.as_png(picture(format)) is None


@pytest.mark.parametrize("data", [b"", b"no picture", samples.png()[:30]])
def test_what_is_no_picture_or_has_no_head_is_left_out(data):
    assert logos.as_png(BytesIO(data)) is None


def test_one_that_breaks_off_inside_is_left_out(monkeypatch):
    """Its head is whole, so that it could be uploaded. Pillow calls that a ``SyntaxError``, until
    WeasyPrint is imported, which lets it draw what is there."""
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", False)
    noise = BytesIO()
    Image.effect_noise((400, 300), 90).save(noise, "PNG")
    second = noise.getvalue().index(b"IDAT", noise.getvalue().index(b"IDAT") + 4)
    broken = noise.getvalue()[:second] + b"\xff\xfe\xfd\xfc" + noise.getvalue()[second + 4 :]
    assert logos.is_raster(BytesIO(broken))
    assert logos.as_png(BytesIO(broken)) is None


def test_a_large_one_becomes_small_and_keeps_its_shape():
    assert drawn(picture(size=(3300, 400))).size == (1650, 200)
    assert drawn(picture("JPEG", size=(1000, 800))).size == (500, 400)


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_what_is_transparent_stays_so(mode):
    assert drawn(picture(mode=mode)).mode == "RGBA"


def test_one_transparent_colour_stays_so():
    palette = picture(mode="P", transparency=0)
    assert drawn(palette).getpixel((0, 0))[3] == 0


def test_what_is_not_transparent_gets_no_fourth_channel():
    assert drawn(picture()).mode == "RGB"
    assert drawn(picture("JPEG", mode="CMYK")).mode == "RGB"

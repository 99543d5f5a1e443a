"""What the child refuses before it decodes anything, whatever the limits of its process are."""

import io
import json
import sys

import pytest
from PIL import Image, ImageCms

from portal_plugin.gateways import preview_child as child
from portal_plugin.gateways.filetypes import JPEG, PNG, WEBP
from tests import samples

SIZE = (40, 30)


def webp(**options):
    return samples.encode(Image.new("RGB", SIZE, "red"), "WEBP", **options)


#: Each kind of chunk has the size at a place of its own.
WEBPS = {b"VP8 ": webp(), b"VP8L": webp(lossless=True), b"VP8X": webp(exif=b"Exif\0\0x")}


def test_too_many_pixels_are_not_decoded():
    with pytest.raises(child.CannotBeShown, match="13000 x 13000 pixels"):
        child.open_picture(io.BytesIO(samples.tiny_bomb_png()), PNG)


@pytest.mark.parametrize("kind", WEBPS)
def test_a_webp_is_measured_before_it_is_opened(monkeypatch, kind):
    data = WEBPS[kind]
    assert data[12:16] == kind
    monkeypatch.setattr(child, "MAX_PIXELS", 40 * 30)
    child.refuse_huge_webp(data[:32])
    assert child.open_picture(io.BytesIO(data), WEBP).size == SIZE
    monkeypatch.setattr(child, "MAX_PIXELS", 40 * 30 - 1)
    with pytest.raises(child.CannotBeShown, match="40 x 30 pixels"):
        child.refuse_huge_webp(data[:32])


def test_of_a_huge_webp_no_more_than_its_size_is_read():
    """Opening it would say that the rest is missing."""
    with pytest.raises(child.CannotBeShown, match="16383 x 16383 pixels"):
        child.draw_picture(io.BytesIO(samples.HUGE_WEBP[:32]), WEBP, 100)


def test_where_a_webp_has_its_size_others_may_have_anything():
    coarse = samples.encode(Image.new("RGB", SIZE), "JPEG", quality=1)
    with pytest.raises(child.CannotBeShown):
        child.refuse_huge_webp(coarse[:32])
    drawn, _warnings = child.draw_picture(io.BytesIO(coarse), JPEG, 100)
    assert drawn.size == SIZE


def test_pillows_own_limit_stands_in_the_way_of_nothing_below_ours(monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1)
    assert child.open_picture(io.BytesIO(samples.png(SIZE)), PNG).size == SIZE


def test_of_a_photo_no_more_is_unpacked_than_is_shown(monkeypatch):
    unpacked, really = [], child.reduced
    monkeypatch.setattr(
        child, "reduced", lambda photo, factor: unpacked.append(photo.size) or really(photo, factor)
    )
    child.draw_picture(io.BytesIO(samples.jpeg((800, 800))), JPEG, 100)
    assert unpacked == [(100, 100)]


def test_a_photo_that_shrinks_in_strips_is_upright_and_no_larger_than_asked_for():
    photo = io.BytesIO(samples.jpeg_with_gps(orientation=6))
    assert child.draw_picture(photo, JPEG, 20)[0].size == (10, 20)


@pytest.mark.parametrize("size", [(64, 64), (101, 37), (37, 101)])
def test_strip_by_strip_it_is_the_same_as_at_once(size):
    picture = Image.effect_noise(size, 90)
    for factor in (2, 3, 5):
        assert child.reduced(picture, factor).tobytes() == picture.reduce(factor).tobytes()


KINDS = {"1": "L", "L": "L", "I": "L", "I;16": "L", "LA": "RGBA", "P": "RGB", "CMYK": "CMYK"}


@pytest.mark.parametrize("mode", KINDS)
def test_each_kind_becomes_one_that_shrinks_smoothly(mode):
    assert child.plain(Image.new(mode, SIZE)).mode == KINDS[mode]


@pytest.mark.parametrize("mode", ["L", "P", "RGB"])
def test_a_colour_that_is_said_to_be_none_shines_through(mode):
    picture = Image.new(mode, SIZE)
    picture.info["transparency"] = (0, 0, 0) if mode == "RGB" else 0
    assert child.plain(picture).getpixel((0, 0))[3] == 0


def test_colours_are_those_of_the_files_own_profile():
    """One in which red is what others call blue."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for old, new in ((b"rXYZ", b"zXYZ"), (b"bXYZ", b"rXYZ"), (b"zXYZ", b"bXYZ")):
        profile = profile.replace(old, new)
    red = samples.encode(Image.new("RGB", SIZE, "red"), "PNG", icc_profile=profile)
    drawn, _warnings = child.draw_picture(io.BytesIO(red), PNG, 100)
    assert drawn.getpixel((1, 1)) == (0, 0, 255)


def test_names_are_found_where_two_pieces_meet_and_no_further_than_said(monkeypatch):
    piece = 1024 * 1024
    found = io.BytesIO(bytes(piece - 5) + b"/Separation" + bytes(piece))
    assert child.has_names(found, child.INK_NAMES)
    monkeypatch.setattr(child, "NAMED_BYTES", piece)
    late = io.BytesIO(bytes(piece) + b"/Separation")
    assert not child.has_names(late, child.INK_NAMES)


def warnings_of(data):
    return child.draw_page(io.BytesIO(data), 1, 50)[2]


def with_picture(colours, before=b""):
    """A page with one picture of one dot, behind what is drawn ``before``."""
    entries = b"/Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace"
    content = samples.stream(before + b"q 500 0 0 500 0 0 cm /I Do Q")
    dot = samples.stream(bytes(4), entries + colours)
    return samples.pdf_around(content, b"<</XObject<</I 5 0 R>>>>", [dot])


TINT = b"/DeviceRGB<</FunctionType 2/Domain[0 1]/N 1/C0[1 1 1]/C1[1 0 0]>>]"
#: As in a file that is packed nothing of it is found by its name: a letter is written as a number.
PACKED = [b"/Device#43MYK", b"[/Separ#61tion/Gold" + TINT, b"[/Device#4e[/Gold]" + TINT]


@pytest.mark.parametrize("colours", PACKED)
def test_a_picture_in_printers_inks_is_found_also_where_they_are_not_named(colours):
    assert warnings_of(with_picture(colours)) == ["colours"]
    assert warnings_of(with_picture(colours, b"0 0 9 9 re f " * 199)) == ["colours"]
    assert warnings_of(with_picture(colours, b"0 0 9 9 re f " * 200)) == []


def test_a_picture_in_the_colours_of_a_screen_is_none_of_them():
    assert warnings_of(with_picture(b"/DeviceRGB")) == []


def test_a_script_that_has_a_name_is_counted_also_where_it_is_not_found():
    data = samples.pdf_with_script().replace(b"/JS", b"/J#53")
    assert warnings_of(data.replace(b"/JavaScript", b"/Java#53cript")) == ["scripts", "files"]


@pytest.mark.parametrize(("alpha", "kind"), [(255, "image/jpeg"), (254, "image/webp")])
def test_only_where_something_shines_through_it_is_kept(tmp_path, alpha, kind):
    picture = Image.new("RGBA", (4, 4), (1, 2, 3, 255))
    picture.putpixel((1, 1), (1, 2, 3, alpha))
    assert child.save(picture, tmp_path / "a") == kind


def test_a_page_that_is_cut_to_a_box_beside_its_paper_has_no_size():
    cut = samples.pdf(1).replace(b"/MediaBox", b"/CropBox[900 900 990 990]/MediaBox")
    with pytest.raises(child.CannotBeShown, match="without a size"):
        child.draw_page(io.BytesIO(cut), 1, 100)


@pytest.mark.parametrize("size", [(20, 80), (80, 20)])
def test_a_page_is_as_long_on_its_longest_side_as_was_asked_for(size):
    data = samples.pdf(box=f"[0 0 {size[0] * 5} {size[1] * 5}]")
    assert child.draw_page(io.BytesIO(data), 1, 80)[0].size == size


def test_what_is_no_page_is_said_and_no_failure():
    for data, page in ((samples.pdf(1), 2), (b"%PDF-1.7 nothing", 1)):
        with pytest.raises(child.CannotBeShown):
            child.draw_page(io.BytesIO(data), page, 100)


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_nothing_but_the_pixels_is_written(tmp_path, mode):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture = Image.new(mode, SIZE)
    picture.info |= {"comment": b"at home", "icc_profile": profile}
    child.save(picture, tmp_path / "a")
    written = (tmp_path / "a").read_bytes()
    assert b"home" not in written
    assert profile not in written


BROKEN = [child.CannotBeShown, OSError, ValueError, SyntaxError, EOFError, MemoryError]


@pytest.mark.parametrize("error", BROKEN)
def test_whatever_is_wrong_with_the_file_is_an_answer_and_a_short_one(monkeypatch, capsys, error):
    """Without one the log would warn of a child that was stopped."""

    def draw(*_args):
        raise error("x" * 999)

    monkeypatch.setattr(child, "limit_this_process", lambda: None)
    monkeypatch.setattr(child, "draw", draw)
    child.main(PNG, "1", "/nowhere", "thumb:320")
    said = json.loads(capsys.readouterr().out)
    assert said == {"error": f"{error.__name__}: {'x' * 999}"[:300]}


def test_a_system_that_knows_no_limits_has_its_pictures(monkeypatch):
    monkeypatch.setitem(sys.modules, "resource", None)
    child.limit_this_process()

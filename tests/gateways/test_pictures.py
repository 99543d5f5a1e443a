"""Previews of strangers' files: right, small, free of metadata, and stopped at their limits."""

import io
import os
import resource
import time

import pytest
from PIL import Image, ImageCms

from portal_plugin.gateways import pictures
from portal_plugin.gateways.filetypes import JPEG, PDF, PNG, WEBP
from tests import samples, traps

#: A sheet of paper in all sizes costs three times as much as this.
SMALL = {"thumb": pictures.SIZES["thumb"]}


def draw(data, kind, **options):
    return pictures.draw(io.BytesIO(data), kind, **options)


def opened(drawing, name="screen"):
    return Image.open(io.BytesIO(drawing.pictures[name].data))


@pytest.mark.parametrize(
    ("make", "kind"),
    [(samples.png, PNG), (samples.jpeg, JPEG), (samples.webp, WEBP)],
    ids=["png", "jpeg", "webp"],
)
def test_three_sizes_keep_the_shape(make, kind):
    drawing = draw(make((3000, 1000)), kind)
    sizes = {name: (made.width, made.height) for name, made in drawing.pictures.items()}
    assert sizes == {"thumb": (320, 107), "screen": (1280, 427), "large": (2400, 800)}
    assert {made.content_type for made in drawing.pictures.values()} == {"image/jpeg"}
    assert opened(drawing, "thumb").size == (320, 107)


def test_a_small_picture_is_not_blown_up():
    made = draw(samples.png((100, 50)), PNG).pictures["large"]
    assert (made.width, made.height) == (100, 50)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
@pytest.mark.parametrize("size", [(300, 200), (1500, 900)], ids=["whole", "in strips"])
def test_every_kind_of_png_is_drawn_with_its_colours(mode, size):
    """The larger is shrunk in strips first, as a poster is for the usual sizes."""
    picture = samples.picture(size)
    if mode == "I;16":
        picture = Image.linear_gradient("L").resize(size).convert("I").point(lambda v: v * 257)
    drawing = draw(samples.encode(picture.convert(mode), "PNG"), PNG, sizes=SMALL)
    thumb = opened(drawing, "thumb").convert("L")
    assert thumb.getpixel((thumb.width // 2, 5)) < 40
    assert thumb.getpixel((thumb.width // 2, thumb.height - 5)) > 215


def test_what_is_transparent_stays_so():
    picture = Image.new("RGBA", (500, 500), (255, 0, 0, 0))
    picture.paste((255, 0, 0, 255), (0, 0, 250, 500))
    drawing = draw(samples.encode(picture, "PNG"), PNG)
    assert drawing.pictures["screen"].content_type == "image/webp"
    shown = opened(drawing)
    assert shown.getpixel((400, 100))[3] == 0
    assert shown.getpixel((100, 100))[3] == 255


def test_a_photo_taken_upright_is_shown_upright():
    assert opened(draw(samples.jpeg_with_gps(orientation=6), JPEG)).size == (200, 400)
    assert opened(draw(samples.jpeg_with_gps(orientation=1), JPEG)).size == (400, 200)


def test_no_metadata_is_left():
    drawing = draw(samples.jpeg_with_gps(), JPEG)
    for made in drawing.pictures.values():
        assert b"Exif" not in made.data
        assert b"secret camera" not in made.data
        assert b"home" not in made.data
    assert not opened(drawing).getexif()


@pytest.mark.parametrize("profile", ["sRGB", "LAB", None])
def test_a_colour_profile_is_applied_and_left_out(profile):
    data = b"nonsense"
    if profile:
        data = ImageCms.ImageCmsProfile(ImageCms.createProfile(profile)).tobytes()
    drawing = draw(samples.jpeg(icc_profile=data), JPEG)
    assert "icc_profile" not in opened(drawing).info
    assert min(opened(drawing).getpixel((200, 298))) > 200


def test_printers_colours_become_screen_colours():
    drawing = draw(samples.encode(Image.new("CMYK", (200, 200), (0, 255, 255, 0)), "JPEG"), JPEG)
    red, green, blue = opened(drawing).getpixel((100, 100))
    assert red > 180
    assert max(green, blue) < 90


def test_printers_colours_are_said_to_be_some():
    inks = samples.encode(Image.new("CMYK", (200, 200), (0, 255, 255, 0)), "JPEG")
    assert draw(inks, JPEG).warnings == ["colours"]
    assert draw(samples.jpeg(), JPEG).warnings == []
    spot = b"/Resources << /ColorSpace << /C [/Separation /Gold /DeviceCMYK 5 0 R] >> >>"
    assert draw(samples.pdf(catalog=spot), PDF, sizes=SMALL).warnings == ["colours"]
    assert draw(samples.pdf(), PDF, sizes=SMALL).warnings == []


def test_five_thousand_frames_cost_as_much_as_one():
    before = time.monotonic()
    assert draw(samples.animated_webp(5000), WEBP) is not None
    assert time.monotonic() - before < 20


def test_an_animation_is_one_frame():
    shown = opened(draw(samples.animated_webp(), WEBP))
    assert getattr(shown, "n_frames", 1) == 1
    assert shown.getpixel((10, 10))[0] < 10


def test_169_megapixels_in_a_small_png_are_never_decoded():
    data = samples.tiny_bomb_png()
    assert len(data) < 50_000
    before = time.monotonic()
    assert draw(data, PNG) is None
    assert time.monotonic() - before < 5


def test_a_webp_that_promises_too_many_pixels_is_never_decoded():
    """One colour, 16383 pixels each way: Pillow takes 2 GB of room while it only opens it."""
    assert len(samples.HUGE_WEBP) < 50
    assert draw(samples.HUGE_WEBP, WEBP) is None


def test_a_poster_just_under_the_limit_is_drawn_within_it():
    drawing = draw(samples.flat_png(10_900, 10_900, channels=4), PNG)
    assert drawing.pictures["large"].width == 2400


@pytest.mark.parametrize("kind", samples.other_pictures())
def test_no_other_decoder_is_ever_reached(kind):
    data = samples.other_pictures()[kind]
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.format in (kind, "FITS")
    assert draw(data, PNG) is None


@pytest.mark.parametrize("kind", [PNG, JPEG, WEBP, PDF])
def test_not_even_the_decoder_of_another_previewable_kind(kind):
    made = {PNG: samples.png(), JPEG: samples.jpeg(), WEBP: samples.webp(), PDF: samples.pdf()}
    for data in [made[other] for other in made if other != kind]:
        assert draw(data, kind) is None


@pytest.mark.parametrize("tenths", [0, 1, 5, 9])
@pytest.mark.parametrize(
    ("make", "kind"),
    [(samples.png, PNG), (samples.jpeg, JPEG), (samples.webp, WEBP), (samples.pdf, PDF)],
    ids=["png", "jpeg", "webp", "pdf"],
)
def test_a_file_cut_anywhere_is_drawn_or_not_but_never_an_error(make, kind, tenths):
    """Before its head, in it, in the middle and just before its end."""
    data = make()
    drawing = draw(data[: len(data) * tenths // 10], kind, sizes=SMALL)
    assert drawing is None or drawing.pictures["thumb"].data


def test_pages_of_a_pdf():
    data = samples.pdf(pages=3)
    drawing = draw(data, PDF)
    assert drawing.pages == 3
    assert drawing.warnings == []
    large = drawing.pictures["large"]
    assert (large.width, large.height) == (1696, 2400)
    shown = opened(drawing, "large")
    assert shown.getpixel((10, 10)) == (255, 255, 255)
    red, green, blue = shown.getpixel((600, 1800))
    assert red > 240
    assert max(green, blue) < 20
    assert draw(data, PDF, page=3, sizes=SMALL).pictures["thumb"].data
    assert draw(data, PDF, page=4) is None


def test_a_pdf_with_a_script_and_a_file_in_it_is_drawn_and_said_to_have_them():
    assert draw(samples.pdf_with_script(), PDF, sizes=SMALL).warnings == ["scripts", "files"]


@pytest.mark.parametrize("trigger", [b"/OpenAction", b"/WP"])
def test_a_pdf_that_runs_a_script_by_itself_is_said_to(trigger):
    pdf = samples.pdf_that_runs_a_script(trigger)
    assert draw(pdf, PDF, sizes=SMALL).warnings == ["scripts"]


def test_a_pdf_of_10_000_pages_costs_as_much_as_its_first():
    assert draw(samples.pdf(10_000), PDF, sizes=SMALL).pages == 10_000


@pytest.mark.parametrize("size", [(64, 64), (60_000, 60_000)])
def test_jpeg_2000_in_a_pdf_is_drawn_whatever_size_it_is_said_to_have(size):
    assert draw(samples.pdf_with_jpeg_2000(*size), PDF).pictures["large"].width <= 2400


@pytest.mark.parametrize(
    "make",
    [
        lambda: samples.png_with_packed(b"iCCP", b"x\0\0"),
        lambda: samples.png_with_packed(b"zTXt", b"Comment\0\0"),
        samples.png_of_endless_frames,
    ],
    ids=["profile", "comment", "frames"],
)
def test_what_unpacks_to_hundreds_of_megabytes_beside_the_picture_has_no_preview(make):
    assert draw(make(), PNG) is None


def test_a_picture_that_is_a_page_as_well_is_drawn_as_a_picture_alone():
    drawn = draw(traps.picture_with_a_page(), PNG).pictures
    assert all(b"<svg" not in picture.data for picture in drawn.values())


@pytest.mark.parametrize("box", ["[0 0 1 14400]", "[0 0 1000000000 1000000000]", "[0 0 0 0]"])
def test_a_page_of_any_size_is_drawn_small_or_not_at_all(box):
    drawing = draw(samples.pdf(box=box), PDF)
    assert drawing is None or drawing.pictures["large"].width <= 2400


@pytest.mark.parametrize(
    "bomb",
    [samples.pdf_bomb_of_spaces, samples.pdf_that_never_ends, samples.pdf_with_page_tree_loop],
)
def test_a_pdf_bomb_is_stopped_at_the_limits_and_leaves_this_process_alone(bomb):
    data = bomb()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert draw(data, PDF) is None
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 7
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - own < 50 * 1024


class BareRemote:
    """What a storage of the site's own may open: it can be read, and knows of no descriptors."""

    def __init__(self, data):
        self.read = io.BytesIO(data).read


@pytest.mark.parametrize("remote", [io.BytesIO, BareRemote])
def test_a_remote_file_is_copied_for_the_child(remote):
    assert pictures.draw(remote(samples.png()), PNG).pictures


def test_a_local_file_is_read_from_its_beginning_wherever_it_stands(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(samples.png())
    with path.open("rb") as file:
        file.seek(0, os.SEEK_END)
        assert pictures.draw(file, PNG).pictures


def test_only_previewable_kinds_are_drawn():
    assert not pictures.can_draw("application/octet-stream")
    assert draw(samples.png(), "application/octet-stream") is None
    assert all(pictures.can_draw(kind) for kind in (PNG, JPEG, WEBP, PDF))


@pytest.mark.parametrize("kind", ["image/svg+xml", "application/octet-stream"])
def test_artwork_is_not_even_read(kind):
    assert pictures.draw(object(), kind) is None


def test_no_size_is_drawn_that_nobody_asked_for():
    made = draw(samples.png(), PNG, sizes={"thumb": 50}).pictures
    assert {name: picture.width for name, picture in made.items()} == {"thumb": 50}

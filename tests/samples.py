"""Files of every kind, honest and hostile, made in the test that needs them."""

import io
import struct
import zlib
from functools import cache

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image


def encode(picture, kind, **options):
    data = io.BytesIO()
    picture.save(data, kind, **options)
    return data.getvalue()


def picture(size=(400, 300), mode="RGB"):
    """Grey from black to white, so that a wrong turn or a lost half would show."""
    return Image.linear_gradient("L").resize(size).convert(mode)


def png(size=(400, 300), mode="RGB", **options):
    return encode(picture(size, mode), "PNG", **options)


def jpeg(size=(400, 300), mode="RGB", **options):
    return encode(picture(size, mode), "JPEG", **options)


def webp(size=(400, 300), mode="RGB", **options):
    return encode(picture(size, mode), "WEBP", **options)


def jpeg_with_gps(orientation=6):
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = "taken at the customer's home"
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0)})
    return jpeg((400, 200), exif=exif, comment=b"made with a secret camera")


def animated_webp(frames=50):
    colours = [Image.new("RGB", (200, 100), (index * 5, 0, 255)) for index in range(frames)]
    return encode(
        colours[0], "WEBP", save_all=True, append_images=colours[1:], duration=20, lossless=True
    )


def flat_png(width, height, channels=3):
    """A picture of one colour, however large, packed loosely and written row by row."""
    colour_type = {1: 0, 3: 2, 4: 6}[channels]
    packer = zlib.compressobj(1)
    row = bytes(1 + width * channels)
    packed = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 8, colour_type, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", packed), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def tiny_bomb_png(width=13_000, height=13_000):
    """One bit a pixel: 169 megapixels in some 20 kilobytes."""
    packer = zlib.compressobj(9)
    row = bytes(1 + (width + 7) // 8)
    packed = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", packed), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def _chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def pdf(pages=1, box="[0 0 595 842]", content=b"1 0 0 rg 100 100 200 200 re f", catalog=b""):
    """A PDF of so many pages with the same content; ``catalog`` is added to its root."""
    kids = " ".join(f"{4 + number} 0 R" for number in range(pages))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R" + catalog + b">>",
        f"<</Type/Pages/Count {pages}/Kids[{kids}]>>".encode(),
        stream(content),
    ]
    page = f"<</Type/Page/Parent 2 0 R/MediaBox{box}/Contents 3 0 R/Resources<<>>>>".encode()
    return pdf_of([*objects, *[page] * pages])


def pdf_with_script():
    names = b"/Names<</JavaScript<</Names[(a) 5 0 R]>>/EmbeddedFiles<</Names[(x) 6 0 R]>>>>"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R" + names + b">>",
        b"<</Type/Pages/Count 1/Kids[4 0 R]>>",
        stream(b"0 0 1 rg 0 0 595 842 re f"),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 3 0 R/Resources<<>>>>",
        b"<</S/JavaScript/JS(app.alert(1))>>",
        b"<</Type/Filespec/F(x.txt)/EF<</F 7 0 R>>>>",
        stream(b"payload", b"/Type/EmbeddedFile"),
    ]
    return pdf_of(objects)


def pdf_that_runs_a_script(trigger=b"/OpenAction"):
    """As soon as it is opened, or printed: it has no name that a count would find."""
    action = b"<</S/JavaScript/JS(app.alert\\(1\\))>>"
    is_more = trigger != b"/OpenAction"
    return pdf(catalog=b"/AA<<%s%s>>" % (trigger, action) if is_more else trigger + action)


def pdf_with_jpeg_2000(width, height):
    """``width`` and ``height`` are what the PDF says; the picture itself has 64."""
    entries = b"/Type/XObject/Subtype/Image/Filter/JPXDecode/Width %d/Height %d" % (width, height)
    picture_ = stream(encode(picture((64, 64)), "JPEG2000"), entries)
    content = stream(b"q 500 0 0 500 0 0 cm /I Do Q")
    return pdf_around(content, b"<</XObject<</I 5 0 R>>>>", [picture_])


def png_with(*chunks):
    """Names and contents of chunks of its own, behind the head."""
    whole = png()
    return whole[:33] + b"".join(_chunk(name, data) for name, data in chunks) + whole[33:]


def png_with_packed(name, head):
    """A colour profile or a text of 100 MB of nothing, in as many kilobytes."""
    return png_with((name, head + _packed_nothing()))


@cache
def _packed_nothing():
    packer = zlib.compressobj(9)
    megabyte = bytes(1024 * 1024)
    return b"".join(packer.compress(megabyte) for _ in range(100)) + packer.flush()


def png_of_endless_frames():
    most = 2**31 - 1
    frame = struct.pack(">IIIIIHHBB", 0, most, most, 0, 0, 0, 0, 0, 0)
    return png_with((b"acTL", struct.pack(">II", most, 0)), (b"fcTL", frame))


def tiff_loop():
    """The directory of its first picture names itself as the next one."""
    return b"II*\0" + struct.pack("<IHHHIII", 8, 1, 256, 4, 1, 2**31, 8)


def pdf_bomb_of_spaces():
    """Four gigabytes of content, packed twice."""
    packer = zlib.compressobj(9)
    spaces = b" " * 10**7
    first = packer.compress(spaces) + packer.flush(zlib.Z_FULL_FLUSH)
    # After a full flush a block needs nothing before it: it can be repeated as it is.
    block = packer.compress(spaces) + packer.flush(zlib.Z_FULL_FLUSH)
    twice = zlib.compress(first + block * 399, 9)
    return pdf_around(stream(twice, b"/Filter[/FlateDecode/FlateDecode]"))


def pdf_bomb_of_forms(depth=12, width=10):
    """Each form draws the next ten times."""
    forms = []
    for level in range(depth):
        is_last = level == depth - 1
        body = b"0 0 100 100 re f " if is_last else b"/F Do " * width
        resources = b"" if is_last else b"/Resources<</XObject<</F %d 0 R>>>>" % (6 + level)
        forms.append(stream(body, b"/Type/XObject/Subtype/Form/BBox[0 0 600 900]" + resources))
    return pdf_around(stream(b"/F Do"), b"<</XObject<</F 5 0 R>>>>", forms)


def pdf_that_never_ends():
    """Strokes without number, in a few kilobytes."""
    packer = zlib.compressobj(9)
    strokes = b"0 0 m 500 500 l 300 20 l 10 400 l 20 w B\n" * 20_000
    packed = b"".join(packer.compress(strokes) for _ in range(12)) + packer.flush()
    return pdf_around(stream(packed, b"/Filter/FlateDecode"))


def pdf_with_page_tree_loop():
    return pdf_of([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R]/Count 999999>>"])


def stream(data, entries=b""):
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (entries, len(data), data)


def pdf_around(content, resources=b"<<>>", more=()):
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 3 0 R/Resources%s>>"
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[4 0 R]>>"]
    return pdf_of([*objects, content, page % resources, *more])


def pdf_of(objects):
    data, offsets = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    count = len(objects) + 1
    xref = b"xref\n0 %d\n0000000000 65535 f \n%s" % (count, table)
    trailer = b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (count, len(data))
    return data + xref + trailer


def fits():
    """A whole picture as astronomers keep them; Pillow opens it."""
    cards = ["SIMPLE  = T", "BITPIX  = 8", "NAXIS   = 2", "NAXIS1  = 4", "NAXIS2  = 4", "END"]
    header = "".join(card.replace("= ", "=" + " " * 20).ljust(80) for card in cards)
    return header.ljust(2880).encode() + bytes(2880)


@cache
def other_pictures():
    """Whole pictures of kinds that are not previewable, by the name that Pillow gives them."""
    kinds = ["GIF", "TIFF", "BMP", "PPM", "ICO", "TGA", "PCX", "EPS", "JPEG2000", "DDS", "SGI"]
    made = {kind: encode(picture(), kind) for kind in kinds}
    return made | {"FITS": fits()}


#: First bytes of kinds that Pillow could open and must not.
OTHER_FORMATS = {
    "fits": b"SIMPLE  =                    T" + b" " * 2850,
    "gd": b"\xff\xfe\x00\x10\x00\x10\x01" + bytes(2000),
    "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n(x) show",
    "psd": b"8BPS\x00\x01" + bytes(100),
    "gif": b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
    "tiff": b"II*\x00\x08\x00\x00\x00" + bytes(100),
    "bmp": b"BM" + bytes(100),
    "html": b"<!doctype html><script>alert(1)</script>",
    "exe": b"MZ" + bytes(100),
}
#: One colour, 16383 pixels wide and high.
HUGE_WEBP = bytes.fromhex(
    "524946461c000000574542505650384c0f0000002ffebfff0f0710fd8ffe0722a2ff0100"
)
GIF_AND_SCRIPT = b"GIF89a/*\x01\x00\x01\x00\x00*/=1;alert(document.cookie);"
SVG_WITH_SCRIPT = (
    b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">'
    b"<script>alert(document.domain)</script></svg>"
)
ENTITY_BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'


def upload(name="photo.png", data=None, content_type="application/octet-stream"):
    """What a browser sends; its own word on the type is never believed."""
    return SimpleUploadedFile(name, png() if data is None else data, content_type)

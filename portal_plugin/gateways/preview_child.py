"""Opens one file of a stranger and draws small pictures of it, in a process of its own.

``pictures`` starts it with the file as standard input, as
``python -m portal_plugin.gateways.preview_child <kind> <page> <folder> <name>:<longest side> …``.
It writes one picture per name into the folder and prints what it made as JSON. It imports nothing
of the site, so that a decoder that is led astray finds no settings, no database and no secrets.
"""

import io
import json
import sys
from pathlib import Path
from typing import IO, Any

CPU_SECONDS = 5
DATA_BYTES = 512 * 1024 * 1024
ADDRESS_BYTES = 1024 * 1024 * 1024
OUTPUT_BYTES = 32 * 1024 * 1024
MAX_PIXELS = 120_000_000
PICTURE_FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP"}
# Pillow shrinks these with a filter; everything else is converted first.
SMOOTH_MODES = ("L", "RGB", "RGBA", "CMYK")
STRIP_ROWS = 8
#: How a PDF names inks and scripts; in what is not packed, and of that no more than this.
INK_NAMES = (b"/DeviceCMYK", b"/Separation", b"/DeviceN")
SCRIPT_NAMES = (b"/JavaScript", b"/JS(", b"/JS ")
NAMED_BYTES = 64 * 1024 * 1024


class CannotBeShown(Exception):
    """The file is broken, locked or too large; the reason is for the log."""


def limit_this_process() -> None:
    """Windows has no such limits; there the parent's clock is the only one."""
    try:
        import resource
    except ImportError:
        return
    limits = {
        "RLIMIT_CPU": CPU_SECONDS,
        "RLIMIT_DATA": DATA_BYTES,
        "RLIMIT_AS": ADDRESS_BYTES,
        "RLIMIT_FSIZE": OUTPUT_BYTES,
        "RLIMIT_NOFILE": 64,
        "RLIMIT_CORE": 0,
    }
    for name, value in limits.items():
        kind = getattr(resource, name, None)
        if kind is None:
            continue
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        try:
            resource.setrlimit(kind, (value, value))
        except (OSError, ValueError):
            # Some systems name a limit that they do not keep (macOS: address space).
            continue


def open_picture(source: IO[bytes], kind: str) -> Any:
    """The first frame, not decoded yet. ``formats`` keeps every other decoder out of reach."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # ours is checked below, before anything is decoded
    picture = Image.open(source, formats=[PICTURE_FORMATS[kind]])
    width, height = picture.size
    if width * height > MAX_PIXELS:
        raise CannotBeShown(f"{width} x {height} pixels")
    return picture


def refuse_huge_webp(head: bytes) -> None:
    """Pillow makes room for the whole canvas of a WebP while opening it: read its size first.

    Layout of the three chunk kinds: RFC 9649, sections 2.5 to 2.7.
    """
    chunk = head[12:16]
    if chunk == b"VP8X":
        width = int.from_bytes(head[24:27], "little") + 1
        height = int.from_bytes(head[27:30], "little") + 1
    elif chunk == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    else:
        width = int.from_bytes(head[26:28], "little") & 0x3FFF
        height = int.from_bytes(head[28:30], "little") & 0x3FFF
    if width * height > MAX_PIXELS:
        raise CannotBeShown(f"{width} x {height} pixels")


def draw_picture(source: IO[bytes], kind: str, side: int) -> tuple[Any, list[str]]:
    """The picture upright, at most ``side`` pixels long, in sRGB; and what deserves a warning."""
    from PIL import ImageOps

    if kind == "image/webp":
        refuse_huge_webp(source.read(32))
        source.seek(0)
    picture = open_picture(source, kind)
    profile = picture.info.get("icc_profile")
    warnings = ["colours"] if picture.mode == "CMYK" else []
    picture.draft(picture.mode, (side, side))
    exif = picture.getexif()
    small = reduced(picture, max(picture.size) // side)
    if small is not picture:
        picture.close()
    small.info["exif"] = exif.tobytes()
    small.thumbnail((side, side))
    return in_srgb(ImageOps.exif_transpose(small), profile), warnings


def reduced(picture: Any, factor: int) -> Any:
    """A ``factor``-th of the size, strip by strip: at once it would need the memory twice."""
    from PIL import Image

    if factor < 2:
        return plain(picture)
    width, height = picture.size
    size = (-(-width // factor), -(-height // factor))
    small, rows = None, factor * STRIP_ROWS
    for top in range(0, height, rows):
        box = (0, top, width, min(height, top + rows))
        strip = plain(picture.crop(box)).reduce(factor)
        small = small or Image.new(strip.mode, size)
        small.paste(strip, (0, top // factor))
    return small


def plain(picture: Any) -> Any:
    """Palettes, bitmaps and deep greys as a kind that shrinks smoothly."""
    if picture.mode.startswith("I"):
        return picture.convert("I").point(lambda value: value / 256).convert("L")
    if picture.mode == "1":
        return picture.convert("L")
    if "transparency" in picture.info or picture.mode in ("PA", "LA"):
        return picture.convert("RGBA")
    return picture if picture.mode in SMOOTH_MODES else picture.convert("RGB")


def in_srgb(picture: Any, profile: bytes | None) -> Any:
    """Colours as a browser without the file's profile must show them."""
    from PIL import ImageCms

    target = "RGBA" if picture.mode == "RGBA" else "RGB"
    if profile:
        try:
            return ImageCms.profileToProfile(
                picture,
                ImageCms.ImageCmsProfile(io.BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                outputMode=target,
            )
        except (ImageCms.PyCMSError, OSError, ValueError):
            # A profile that is broken or fits badly is left out, as browsers do.
            return picture.convert(target)
    return picture.convert(target)


def draw_page(source: IO[bytes], page: int, side: int) -> tuple[Any, int, list[str]]:
    """One page of a PDF on white, with its number of pages and what in it deserves a warning."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(source)
        count = len(document)
        leaf = document[page - 1]
    except (pypdfium2.PdfiumError, IndexError) as error:
        raise CannotBeShown(str(error)) from error
    longest = max(leaf.get_size())
    if longest <= 0:  # it is cut to a box beside its paper
        raise CannotBeShown("a page without a size")
    bitmap = leaf.render(scale=side / longest, may_draw_forms=False)
    warnings = pdf_warnings(source, document)
    if has_inks(source, leaf):
        warnings.append("colours")
    return bitmap.to_pil().convert("RGB"), count, warnings


def has_inks(source: IO[bytes], leaf: Any) -> bool:
    """Whether a picture on the page, or the file where it is not packed, names printers' inks.
    Inks that only packed drawings use are not found."""
    import ctypes

    from pypdfium2 import raw

    inks = {
        raw.FPDF_COLORSPACE_DEVICECMYK,
        raw.FPDF_COLORSPACE_SEPARATION,
        raw.FPDF_COLORSPACE_DEVICEN,
    }
    for number in range(min(raw.FPDFPage_CountObjects(leaf), 200)):
        part = raw.FPDFPage_GetObject(leaf, number)
        found = raw.FPDF_IMAGEOBJ_METADATA()
        # Of what is no picture nothing is found, and the kind stays the unknown one.
        raw.FPDFImageObj_GetImageMetadata(part, leaf, ctypes.byref(found))
        if found.colorspace in inks:
            return True
    return has_names(source, INK_NAMES)


def has_names(source: IO[bytes], names: tuple[bytes, ...]) -> bool:
    source.seek(0)
    longest = max(len(name) for name in names)
    tail, read = b"", 0
    while read < NAMED_BYTES and (block := source.read(1024 * 1024)):
        window = tail + block
        if any(name in window for name in names):
            return True
        tail, read = window[-longest:], read + len(block)
    return False


def pdf_warnings(source: IO[bytes], document: Any) -> list[str]:
    """Counted are the scripts that have a name; those that begin with the file, with a page or with
    a field are found by how they are written, where they are not packed."""
    from pypdfium2 import raw

    warnings = []
    if raw.FPDFDoc_GetJavaScriptActionCount(document) > 0 or has_names(source, SCRIPT_NAMES):
        warnings.append("scripts")
    if raw.FPDFDoc_GetAttachmentCount(document) > 0:
        warnings.append("files")
    return warnings


def save(picture: Any, path: Path) -> str:
    """JPEG; WebP where something shines through. Nothing but the pixels is written."""
    picture.info = {}
    if picture.mode == "RGBA" and picture.getchannel("A").getextrema()[0] < 255:
        picture.save(path, "WEBP", quality=85, method=2)
        return "image/webp"
    picture.convert("RGB").save(path, "JPEG", quality=87, subsampling=0, optimize=True)
    return "image/jpeg"


def draw(
    source: IO[bytes], kind: str, page: int, folder: Path, sides: dict[str, int]
) -> dict[str, Any]:
    """``sides`` maps names to pixels. The largest is drawn, the others are made from it."""
    longest = max(sides.values())
    pages = 1
    warnings: list[str] = []
    if kind == "application/pdf":
        drawn, pages, warnings = draw_page(source, page, longest)
    else:
        drawn, warnings = draw_picture(source, kind, longest)
    made = {}
    for name, side in sorted(sides.items(), key=lambda pair: -pair[1]):
        drawn.thumbnail((side, side))
        content_type = save(drawn.copy(), folder / name)
        made[name] = {
            "content_type": content_type,
            "width": drawn.width,
            "height": drawn.height,
        }
    return {"pages": pages, "warnings": warnings, "pictures": made}


def main(kind: str, page: str, folder: str, *sizes: str) -> None:
    limit_this_process()
    sides = {name: int(side) for name, side in (size.split(":") for size in sizes)}
    with open(0, "rb", closefd=False) as source:
        try:
            print(json.dumps(draw(source, kind, int(page), Path(folder), sides)))
        except (CannotBeShown, OSError, ValueError, SyntaxError, EOFError, MemoryError) as error:
            # Pillow reports broken files with any of these.
            print(json.dumps({"error": f"{type(error).__name__}: {error}"[:300]}))


if __name__ == "__main__":
    main(*sys.argv[1:])

"""A shop's logo, ready to be drawn into a PDF: small, checked before it is unpacked."""

import logging
from io import BytesIO
from typing import IO

from PIL import Image, UnidentifiedImageError

logger = logging.getLogger(__name__)

FORMATS = ["PNG", "JPEG", "WEBP", "GIF"]
#: What staff may upload as a logo.
UPLOADED = ["PNG", "JPEG", "WEBP"]
#: A few kilobytes can unpack to gigabytes: more than this is not decoded at all.
MAX_PIXELS = 20_000_000
#: Longest width and height in pixels: 70 by 17 mm of paper at 600 dots per inch.
SIZE = (1650, 400)
#: What Pillow raises for a picture that is none, or breaks off inside.
UNREADABLE = (
    UnidentifiedImageError,
    Image.DecompressionBombError,
    OSError,
    ValueError,
    SyntaxError,
)


def is_raster(source: IO[bytes]) -> bool:
    """Whether it is a PNG, JPEG or WebP of a sane size. Reads the header only: a file of a few
    kilobytes may unpack to gigabytes."""
    try:
        with Image.open(source, formats=UPLOADED) as picture:
            return picture.width * picture.height <= MAX_PIXELS
    except UNREADABLE:
        return False


def as_png(source: IO[bytes]) -> bytes | None:
    """The picture as a PNG of its own, or ``None`` where it is none or far too large."""
    try:
        with Image.open(source, formats=FORMATS) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                logger.warning("A logo of %s × %s pixels is left out.", *picture.size)
                return None
            picture.draft("RGB", SIZE)
            picture.thumbnail(SIZE)
            has_alpha = "A" in picture.getbands() or "transparency" in picture.info
            drawn = BytesIO()
            picture.convert("RGBA" if has_alpha else "RGB").save(drawn, "PNG")
            return drawn.getvalue()
    except UNREADABLE as error:
        logger.warning("A logo cannot be read: %s", error)
        return None

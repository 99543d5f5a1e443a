"""Colour sums of the brand: which text can be read on which ground (WCAG 2.2, 1.4.3)."""

from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

is_hex_colour = RegexValidator(
    r"\A#[0-9a-fA-F]{6}\Z", _("Write the colour as # and six digits, like #1f4e5f.")
)


def relative_luminance(colour: str) -> float:
    """From 0 (black) to 1 (white), of a colour written `#rrggbb`."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black on white)."""
    darker, lighter = sorted([relative_luminance(one), relative_luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


def readable_on(ground: str, dark: str = "#14181f", light: str = "#ffffff") -> str:
    """Whichever of the two reads better on `ground`."""
    return max(dark, light, key=lambda text: contrast(text, ground))

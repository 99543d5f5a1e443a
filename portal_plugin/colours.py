"""Contrast of a shop's colour, by WCAG 2.2's formula for relative luminance."""

WHITE, BLACK = "#ffffff", "#000000"
#: What WCAG 2.2 level AA asks of text of ordinary size (success criterion 1.4.3).
ENOUGH = 4.5


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Between 1 and 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def text_on(background: str) -> str:
    """White where it reads well enough, else black: one of the two always does."""
    return WHITE if contrast(WHITE, background) >= ENOUGH else BLACK


def ink(colour: str) -> str:
    """The colour itself, darkened until it reads well enough as text on white."""
    channels = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    while contrast(_hex(channels), WHITE) < ENOUGH:
        channels = [int(channel * 0.94) for channel in channels]
    return _hex(channels)


def _hex(channels) -> str:
    return "#" + "".join(f"{channel:02x}" for channel in channels)

"""Proofs and files for samples, drawn when they are made: no binary lies in the package."""

import io
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageDraw, ImageFont


@dataclass(frozen=True)
class Design:
    """What is on a proof: its words, its two colours and its format in pixels."""

    words: str
    ground: str = "#1e293b"
    ink: str = "#ffffff"
    accent: str = "#f59e0b"
    size: tuple[int, int] = (1500, 1000)


def picture(design: Design) -> bytes:
    """A PNG of the design."""
    return _saved(_draw(design), "PNG")


def pages(designs: list[Design]) -> bytes:
    """A PDF with one page for each design."""
    drawn = [_draw(design) for design in designs]
    out = io.BytesIO()
    drawn[0].save(out, "PDF", save_all=True, append_images=drawn[1:], resolution=150)
    return out.getvalue()


def photo(ground: str = "#94a3b8") -> bytes:
    """A JPEG of a shop front, as a customer sends one from the street."""
    image = Image.new("RGB", (1600, 1200), "#cbd5e1")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 900, 1600, 1200), fill="#64748b")
    draw.rectangle((250, 250, 1350, 900), fill=ground)
    draw.rectangle((330, 480, 900, 900), fill="#e2e8f0")
    draw.rectangle((980, 480, 1270, 900), fill="#334155")
    draw.rectangle((250, 250, 1350, 400), fill="#475569")
    draw.rectangle((330, 480, 900, 900), outline="#1e293b", width=10)
    return _saved(image, "JPEG")


def logo(words: str, colour: str) -> bytes:
    """A word mark on nothing, for the head of pages and PDFs."""
    font = ImageFont.load_default(96)
    width = int(font.getlength(words)) + 190
    image = Image.new("RGBA", (width, 160), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((10, 20, 130, 140), radius=28, fill=colour)
    draw.polygon([(40, 112), (70, 48), (100, 112)], fill="#ffffff")
    draw.text((160, 80), words, fill=colour, font=font, anchor="lm")
    return _saved(image, "PNG")


def _draw(design: Design) -> Image.Image:
    width, height = design.size
    image = Image.new("RGB", design.size, design.ground)
    draw = ImageDraw.Draw(image)
    draw.polygon(
        [(0, height), (0, height * 0.72), (width, height * 0.52), (width, height)],
        fill=design.accent,
    )
    margin = width // 30
    draw.rectangle(
        (margin, margin, width - margin, height - margin), outline=design.ink, width=margin // 8
    )
    lines = design.words.split("\n")
    font = _fitting(lines, width * 0.8, height * 0.5)
    draw.multiline_text(
        (width / 2, height * 0.42),
        design.words,
        fill=design.ink,
        font=font,
        anchor="mm",
        align="center",
        spacing=int(height * 0.03),
    )
    return image


def _fitting(lines: list[str], width: float, height: float) -> Any:
    """The largest of the built-in font that fits the box."""
    for size in range(220, 20, -8):
        font = ImageFont.load_default(size)
        widest = max(font.getlength(line) for line in lines)
        if widest <= width and size * 1.25 * len(lines) <= height:
            return font
    return ImageFont.load_default(20)


def _saved(image: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, quality=88, dpi=(150, 150))
    return out.getvalue()

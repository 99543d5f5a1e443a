"""What a file is, and what it may be called. Nothing here opens a picture or a PDF.

Two classes: a previewable file (PNG, JPEG, WebP, PDF) whose first bytes agree with its extension,
and artwork, whose bytes are nobody's business but the scanner's.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from django.utils.translation import gettext as _

from ..conf import conf
from ..exceptions import FileRefused

PNG, JPEG, WEBP, PDF = "image/png", "image/jpeg", "image/webp", "application/pdf"
PICTURES = frozenset({PNG, JPEG, WEBP})
EXTENSIONS = {"png": PNG, "jpg": JPEG, "jpeg": JPEG, "webp": WEBP, "pdf": PDF}
ARTWORK = "application/octet-stream"
MAX_NAME = 120
#: As many first bytes as ``kind_of`` wants to see.
HEAD_BYTES = 32

# Of the invisible characters only these two are letters' business: Persian and emoji need them.
_JOINERS = frozenset("\u200c\u200d")
# Windows takes these for devices, whatever stands behind a dot, and with spaces before it:
# https://learn.microsoft.com/windows/win32/fileio/naming-a-file
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[\d¹²³]) *(\.|$)")


@dataclass(frozen=True)
class FileKind:
    """``content_type`` is ours, never the browser's word. Artwork is always plain bytes."""

    content_type: str
    is_previewable: bool


def kind_of(name: str, head: bytes, kinds: Iterable[str] | None = None) -> FileKind:
    """The kind of a file with this (cleaned) name and these first bytes.

    Raises ``FileRefused`` if the shop does not take it, or if content and extension differ.
    """
    kind = promised(name, kinds)
    if kind.is_previewable and sniff(head) != kind.content_type:
        raise FileRefused(
            _(
                "“%(name)s” is not what its ending says: the content is no %(kind)s. "
                "Please save it again in the right format."
            )
            % {"name": name, "kind": extension_of(name).upper()}
        )
    return kind


def promised(name: str, kinds: Iterable[str] | None = None) -> FileKind:
    """The kind that a (cleaned) name promises. ``kinds`` are the extensions to choose from; all
    that the installation takes, where nobody says. Raises ``FileRefused`` for any other."""
    extension = extension_of(name)
    possible = allowed_extensions() if kinds is None else list(kinds)
    if extension not in possible:
        raise FileRefused(
            _("“%(name)s” is of a kind that cannot be taken. Possible are: %(kinds)s.")
            % {"name": name, "kinds": named(possible)}
        )
    if extension in EXTENSIONS:
        return FileKind(EXTENSIONS[extension], is_previewable=True)
    return FileKind(ARTWORK, is_previewable=False)


def sniff(head: bytes) -> str:
    """The previewable type that these first bytes begin, or an empty text."""
    if head.startswith(b"\x89PNG\r\n\x1a\n") and head[12:16] == b"IHDR":
        return PNG
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP" and head[12:15] == b"VP8":
        return WEBP
    if head.startswith(b"%PDF-"):
        return PDF
    return ""


def extension_of(name: str) -> str:
    """Lower case, without the dot."""
    return PurePosixPath(name).suffix[1:].lower()


def allowed_extensions() -> list[str]:
    """Everything that the installation takes."""
    return [*EXTENSIONS, *(kind for kind in conf.artwork_extensions if kind not in EXTENSIONS)]


def extensions_in(text: str) -> list[str]:
    """``"PDF, .jpg"`` as extensions. JPEG has two, and they are one kind."""
    typed = dict.fromkeys(re.findall(r"[^\s,;.]+", text.lower()))
    if typed.keys() & {"jpg", "jpeg"}:
        typed |= {"jpg": None, "jpeg": None}
    return list(typed)


def named(kinds: Iterable[str]) -> str:
    """Extensions as a sentence lists them."""
    return ", ".join(kind.upper() for kind in kinds if kind != "jpeg")


def clean_name(raw: str) -> str:
    """The name to show: no path, no control or direction characters, at most 120 characters.

    It is never a path of ours; files are stored under random names.
    """
    text = unicodedata.normalize("NFC", "".join(_harmless(char) for char in raw))
    text = re.split(r"[/\\]", text)[-1]
    text = re.sub(r"^[A-Za-z]:", "", text)
    text = re.sub(r"\s+", " ", text).strip(" .")
    if _RESERVED.match(text):
        text = f"_{text}"
    stem, suffix = _split(text)
    return f"{stem[: MAX_NAME - len(suffix)].rstrip()}{suffix}" or "file"


def _harmless(char: str) -> str:
    if char in "\t\r\n":
        return " "
    category = unicodedata.category(char)
    if category in ("Cc", "Cf", "Cs", "Co", "Cn") and char not in _JOINERS:
        return ""
    return char


def _split(name: str) -> tuple[str, str]:
    """Stem and extension with its dot; an absurdly long ending is no extension."""
    suffix = PurePosixPath(name).suffix
    return (name.removesuffix(suffix), suffix) if len(suffix) <= 12 else (name, "")

"""HTML to PDF, through WeasyPrint, behind one function.

WeasyPrint takes 1.5 s to import and needs Pango on the machine: it is imported by the first
``render``, never before. What the HTML may refer to is given with it; everything else, the network
and the disk above all, is refused.
"""

import hashlib
import logging
import threading
from collections.abc import Mapping
from ctypes.util import find_library
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ..exceptions import RenderUnavailable
from .facturx import EInvoice

logger = logging.getLogger(__name__)

MAX_CHARACTERS = 4_000_000
MAX_ROWS = 2_500

#: Where the HTML pretends to live, so that relative addresses in it and in its CSS can be joined.
#: ``.invalid`` is reserved for names that never resolve (RFC 2606), should one ever get out.
BASE = "https://pdf.invalid/"

LIBRARIES = {
    "libpango-1.0-0": "pango-1.0",
    "libpangoft2-1.0-0": "pangoft2-1.0",
    "libharfbuzz-subset0": "harfbuzz-subset",
}

_one_at_a_time = threading.Lock()


class TooLarge(RenderUnavailable):
    """The PDF is too large to be made."""

    sentence = gettext_noop("The PDF is too large to be made.")


def render(
    html: str,
    *,
    files: Mapping[str, Path | bytes],
    identifier: str = "",
    is_for_archives: bool = False,
    einvoice: EInvoice | None = None,
) -> bytes:
    """A tagged PDF: PDF/UA-1, or for archives PDF/A-3b, which alone may carry an e-invoice. The
    same input gives the same bytes.

    ``files`` maps addresses as they are written in the HTML, relative to its root
    (``css/print.css``, ``logo``), to what is there. ``identifier`` becomes the file's ID; without
    one it follows from the HTML. One rendering runs at a time in a process, others wait.

    Raises ``RenderUnavailable`` where WeasyPrint or Pango is missing, and ``TooLarge`` for input
    that is too large or nested too deeply.
    """
    _refuse_too_large(html)
    try:
        from . import weasy
    except (ImportError, OSError) as error:
        logger.warning("PDFs cannot be made here: %s", error)
        raise RenderUnavailable(
            _("PDFs cannot be made on this server: Pango is missing.")
        ) from error
    name = (identifier or hashlib.sha256(html.encode()).hexdigest())[:32]
    reachable = {BASE + address: content for address, content in files.items()}
    with _one_at_a_time:
        try:
            return weasy.draw(
                html,
                base=BASE,
                files=reachable,
                identifier=name,
                is_for_archives=is_for_archives,
                einvoice=einvoice,
            )
        except RecursionError as error:
            raise TooLarge from error


def what_is_missing() -> str:
    """A sentence that says what to install before a PDF can be made, or ``""``.

    Looks without loading, so that a check may ask at every start.
    """
    if find_spec("weasyprint") is None:
        return _("The package “weasyprint” is not installed (extra “pdf”).")
    packages = " ".join(_absent_libraries())
    if not packages:
        return ""
    return _("System libraries are missing: %(packages)s.") % {"packages": packages}


@cache
def _absent_libraries() -> list[str]:
    """Debian's names of them. Looking costs a process, so it is done once."""
    return [package for package, library in LIBRARIES.items() if find_library(library) is None]


def _refuse_too_large(html: str) -> None:
    if len(html) > MAX_CHARACTERS or html.count("<tr") > MAX_ROWS:
        raise TooLarge

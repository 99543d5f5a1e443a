"""QR codes as SVG, drawn by the package segno. Extra ``qr``."""

from importlib.util import find_spec

from django.utils.translation import gettext as _


def what_is_missing() -> str:
    """A sentence that says what to install before a QR code can be drawn, or ``""``."""
    if find_spec("segno") is None:
        return _("The package “segno” is not installed (extra “qr”).")
    return ""


def drawn(payload: str, title: str, html_class: str) -> str:
    """An ``<svg>`` for HTML, with its quiet zone; error correction M, as EPC069-12 wants it, in
    UTF-8. ``title`` is what it is to whoever does not see it."""
    import segno

    code = segno.make_qr(payload, error="m", boost_error=False, encoding="utf-8")
    markup = code.svg_inline(
        title=title, svgclass=html_class, lineclass=None, omitsize=True, light="#fff", dark="#000"
    )
    return str(markup).replace("<svg", '<svg role="img"', 1)

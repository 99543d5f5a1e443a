"""The receipt of a decision on paper: drawn once in the background, and kept."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import get_language_info

from ..models import Submission
from ..models.shop import PageSize
from .paper import LOGO, Sheet, files
from .presentation.receipt import ReceiptView, receipt_view

KIND = "receipt"


def input_hash(submission: Submission) -> str:
    """A receipt never changes: its name is that of its submission."""
    return f"{KIND}-{submission.pk}"


def sheet(submission: Submission) -> Sheet:
    """What the renderer gets, with the pictures of the proofs."""
    view = receipt_view(submission)
    pictures = _pictures(view)
    return Sheet(
        html=page(view, pictures={proof: name for name, (proof, _data) in pictures.items()}),
        files={
            **files(view.shop.logo_file),
            **{name: data for name, (_proof, data) in pictures.items()},
        },
        input_hash=input_hash(submission),
    )


def page(
    view: ReceiptView, *, pictures: Mapping[str, str] | None = None, style_url: str = ""
) -> str:
    """The receipt's HTML. ``pictures``: hash of a proof's file to the address of its picture."""
    is_rtl = get_language_info(view.language.split("-")[0])["bidi"]
    context: dict[str, Any] = {
        "receipt": view,
        "view": view,
        "paper": {"heading": view.heading, "page_size": PageSize(view.shop.page_size).value},
        "direction": "rtl" if is_rtl else "ltr",
        "pictures": pictures or {},
        "style_url": style_url or "css/print.css",
        "logo": view.shop.logo_url if style_url else LOGO,
    }
    with translation.override(view.language):
        return render_to_string("portal_plugin/pdf/receipt.html", context)


def _pictures(view: ReceiptView) -> dict[str, tuple[str, bytes | Path]]:
    """Address to the proof's hash and the bytes of its picture."""
    found: dict[str, tuple[str, bytes | Path]] = {}
    for proof in (proof for item in view.items for proof in item.proofs):
        if proof.picture is not None:
            with proof.picture.file.open("rb") as file:
                found[f"proofs/{proof.sha256[:16]}"] = (proof.sha256, file.read())
    return found

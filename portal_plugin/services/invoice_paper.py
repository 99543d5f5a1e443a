"""An issued invoice on paper: drawn from what it says, by the templates of every other PDF."""

from typing import Any

from django.template.loader import render_to_string
from django.utils import translation

from ..gateways.facturx import EInvoice
from ..models import Invoice, PortalSettings
from . import qr_codes
from .paper import QR_CLASS, Sheet, as_file_name, files

#: Of the ``RenderedPdf`` rows that are issued: made once, and never superseded.
KIND = "issued"


def sheet(invoice: Invoice) -> Sheet:
    """The input of the renderer. Its hash is the invoice's own."""
    logo = invoice.said["view"]["shop"]["logo_file"]
    stored = PortalSettings(logo=logo).logo if logo else None
    xml = invoice.said.get("einvoice")
    return Sheet(
        html=page(invoice),
        files=files(stored),
        input_hash=invoice.digest,
        einvoice=EInvoice(xml.encode(), invoice.issued_on) if xml else None,
    )


def page(invoice: Invoice, template: str = "portal_plugin/pdf/document.html", **more: Any) -> str:
    """Its HTML, for the PDF or, by another template, a browser."""
    said = invoice.said
    code = qr_codes.drawn(said["paper"].get("qr"), QR_CLASS)
    context = {"view": said["view"], "paper": said["paper"], "qr_code": code, **more}
    with translation.override(said["view"]["language"]):
        return render_to_string(template, context)


def name(invoice: Invoice) -> str:
    """``Invoice I-2026-0012``, in the language in which it was issued."""
    return f"{invoice.said['paper']['heading']} {invoice.number}"


def file_name(invoice: Invoice) -> str:
    return as_file_name(name(invoice))

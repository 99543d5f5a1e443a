"""The only module that imports WeasyPrint; ``pdf.render`` imports it when it is needed."""

import time
from collections.abc import Mapping
from functools import lru_cache
from mimetypes import guess_type
from pathlib import Path
from typing import Any

from weasyprint import HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

KEEP_FONTS_SECONDS = 3600


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
) -> bytes:
    """The PDF's bytes. ``base`` is joined to relative addresses before they are looked up."""
    document = HTML(string=html, base_url=base, url_fetcher=SealedFetcher(files))
    return document.write_pdf(
        font_config=_fonts(),
        pdf_variant="pdf/a-3b" if is_for_archives else "pdf/ua-1",
        pdf_tags=True,
        pdf_identifier=identifier.encode(),
        jpeg_quality=85,
        dpi=200,
    )


def _fonts() -> FontConfiguration:
    """Unpacking the fonts of the style sheet costs more than a page, so they are kept; but not for
    ever, because they lie in a temporary folder that the system may clear."""
    return _fonts_of(int(time.monotonic() // KEEP_FONTS_SECONDS))


@lru_cache(maxsize=1)
def _fonts_of(hour: int) -> FontConfiguration:
    return FontConfiguration()

"""The PDF: whether one can be made, and whether there are letters for every language."""

import subprocess
import time
from collections.abc import Iterator
from shutil import which

from babel.core import get_global
from django.conf import settings
from wagtail.models import Site

from ...exceptions import RenderUnavailable
from ...gateways import pdf as gateway
from ...models import SalesDocument
from .. import paper
from .findings import Finding, fine, quiet, warning
from .samples import sample

#: Scripts whose letters are in the fonts that come with the plugin.
COVERED = {"Latn", "Cyrl", "Grek", "Arab"}
SECONDS = 10


def examine() -> Iterator[Finding]:
    site = Site.objects.order_by("-is_default_site", "pk").first()
    if site is None or gateway.what_is_missing():
        # A system check says what to install.
        return
    sheet = paper.sheet(sample(site))
    begin = time.monotonic()
    try:
        with quiet():
            data = gateway.render(sheet.html, files=sheet.files)
    except RenderUnavailable as trouble:
        yield warning(
            f"PDFs cannot be made: {trouble.__cause__ or trouble.message}",
            "Install what the message names; until then customers get a page to print.",
        )
        return
    yield fine(f"A PDF of {len(data) // 1024} KB was made in {time.monotonic() - begin:.1f} s.")
    yield from _fonts()


def _fonts() -> Iterator[Finding]:
    for language in sorted(_languages()):
        if _script(language) not in COVERED and not _has_font(language):
            yield warning(
                f"This machine has no font for {language!r}: its letters are boxes in PDFs.",
                "Install one, for example Debian's fonts-noto-core or fonts-noto-cjk.",
            )


def _languages() -> set[str]:
    written = SalesDocument.objects.order_by().values_list("language", flat=True).distinct()
    return {settings.LANGUAGE_CODE, *filter(None, written)}


def _script(language: str) -> str:
    """The script that a language is most often written in (CLDR's likely subtags)."""
    likely = get_global("likely_subtags")
    parts = language.replace("-", "_").split("_")
    named = next((part for part in parts[1:] if len(part) == 4), "")
    return named.title() or next(
        (part for part in likely.get(parts[0], "").split("_") if len(part) == 4), "Latn"
    )


def _has_font(language: str) -> bool:
    """As fontconfig tells; without its command nothing is claimed."""
    command = which("fc-list")
    if command is None:
        return True
    answer = subprocess.run(
        [command, f":lang={language.split('-')[0]}", "family"],
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    return bool(answer.stdout.strip())

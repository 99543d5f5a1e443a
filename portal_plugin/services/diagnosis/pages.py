"""The customer's page in each site's own base, as a visitor's browser would get it."""

from collections.abc import Iterator
from typing import Any

from django.urls import NoReverseMatch
from wagtail.models import Site

from ... import registry
from ...conf import conf
from ...models import SalesDocument
from . import base_page
from .findings import Finding, error, fine, quiet, warning
from .samples import sample

#: What keeps a portal page out of every cache and every search engine.
NEEDED = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}


def examine() -> Iterator[Finding]:
    for site in Site.objects.select_related("root_page").order_by("pk"):
        try:
            yield from _of_site(site)
        except NoReverseMatch:
            # A system check says that the addresses are missing, and where they belong.
            return


def _of_site(site: Any) -> Iterator[Finding]:
    answer = base_page.open_page(site)
    found = list(_about_answer(site, answer))
    if not found:
        found = list(_about_page(site, answer.wsgi_request))
    yield from found
    if not found:
        yield fine(f"The customer's page opens on {site.hostname}, inside {conf.base_template}.")


def _about_answer(site: Any, answer: Any) -> Iterator[Finding]:
    host = site.hostname
    if answer.status_code == 400:
        yield error(
            f"The portal answers 400 on {host}: Django does not accept this host.",
            f"Add {host!r} to ALLOWED_HOSTS, or correct the site's host under Settings, Sites.",
        )
    elif answer.status_code in (301, 302, 303, 307, 308):
        yield warning(
            f"On {host} visitors of the portal are sent on to {answer['Location']}.",
            "See which middleware does it; direct links must open without signing in.",
        )
    elif answer.status_code != 200:
        yield error(
            f"The portal answers {answer.status_code} on {host}.",
            "Open the address of “How this works” there in a browser; the log has the reason.",
        )
    else:
        yield from _about_content(host, answer)
        yield from _about_headers(site, answer)


def _about_content(host: str, answer: Any) -> Iterator[Finding]:
    if answer.base_error is not None:
        yield error(
            f"{conf.base_template} fails on {host}: {base_page.describe(answer.base_error)}",
            "Portal pages have no `page`: mend the tag, or fill its block in a small template that"
            ' extends your base, and name that in PORTAL_PLUGIN["BASE_TEMPLATE"]. Until then'
            " customers see the portal without your site's header.",
        )
    elif base_page.ROOT not in answer.content.decode():
        yield error(
            f"{conf.base_template} leaves the portal's page out on {host}: its block for the"
            " content is missing, or stands inside a condition.",
            "Give the base a block named content that is there on every page, or say in a small"
            ' template that extends it which block is which: README, "Make it yours".',
        )


def _about_headers(site: Any, answer: Any) -> Iterator[Finding]:
    for name, needed in NEEDED.items():
        if needed not in answer.headers.get(name, ""):
            yield error(
                f"Portal pages on {site.hostname} lose their {name} header on the way out.",
                "See which middleware rewrites it; customers' pages must not be kept by caches.",
            )
    again = base_page.open_page(site)
    if "hit" in again.headers.get("X-Wagtail-Cache", ""):
        yield error(
            f"Portal pages on {site.hostname} come out of wagtail-cache.",
            "Let it respect Cache-Control, or keep it from the portal's addresses.",
        )


def _about_page(site: Any, request: Any) -> Iterator[Finding]:
    """The page of a document, by the way that the admin's preview goes: it counts as no visit."""
    with quiet():
        answer = registry.present("preview", newest(site), request, "page")
    yield from _about_content(site.hostname, answer)


def newest(site: Any) -> SalesDocument:
    """What the site sent out last; a sample where it has sent nothing yet."""
    out = SalesDocument.objects.filter(site=site, live=True, current_version__isnull=False)
    found = out.order_by("-pk").first()
    return found.specific if found else sample(site)

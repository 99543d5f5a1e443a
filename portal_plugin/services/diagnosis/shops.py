"""What each site's shop has left to do before its first customer."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from wagtail.models import Site

from ...gateways import stripe as gateway
from ...models import PortalSettings, TermsText
from ...statuses import TermsKind
from .. import starter
from .findings import Finding, error, fine, warning

WHERE = "Settings, Customer portal"


def examine() -> Iterator[Finding]:
    sites = Site.objects.order_by("pk")
    if not sites:
        yield error(
            "There is no site: no customer can be written to, and no page opens.",
            "Add one in the admin, under Settings, Sites.",
        )
    for site in sites:
        shop = PortalSettings.of(site)
        found = [*_terms(site, shop), *_mailbox(site, shop), *_payments(site, shop), *_https(site)]
        yield from found
        if not found:
            yield fine(
                f"The shop on {site.hostname} has its terms, a mailbox and a way to be paid."
            )


def _terms(site: Any, shop: PortalSettings) -> Iterator[Finding]:
    language = shop.language or settings.LANGUAGE_CODE
    for kind in (TermsKind.ESTIMATE, TermsKind.ORDER):
        terms = TermsText.objects.current(site, language, kind)
        if terms is None or not terms.text.strip():
            yield error(
                f"{site.hostname} has no approval terms for {kind.value}s in {language!r}:"
                " none can be published.",
                f"Write them in the admin, under {WHERE}: a starter text is there to be changed. It"
                " is not kept as it stands.",
            )
        elif starter.is_marked(terms.text):
            yield error(
                f"The terms for {kind.value}s on {site.hostname} are the starter text that"
                " nobody has read.",
                f"Read and change it in the admin, under {WHERE}, and delete its first line.",
            )


def _mailbox(site: Any, shop: PortalSettings) -> Iterator[Finding]:
    if not shop.mailbox:
        yield warning(
            f"{site.hostname} has no shop mailbox: nobody hears what customers do with documents"
            " that no one is responsible for.",
            f"Fill in the mailbox in the admin, under {WHERE}.",
        )


def _payments(site: Any, shop: PortalSettings) -> Iterator[Finding]:
    if not gateway.of_site(site).is_configured and not shop.bank_details:
        yield warning(
            f"{site.hostname} has neither Stripe nor bank details: customers cannot pay.",
            f"Fill in the bank details under {WHERE}, or set Stripe's keys in PORTAL_PLUGIN.",
        )


def _https(site: Any) -> Iterator[Finding]:
    if not settings.DEBUG and site.root_url.startswith("http://"):
        yield warning(
            f"Links in emails begin with {site.root_url}, without encryption.",
            "Set the site's port to 443 in the admin, under Settings, Sites.",
        )

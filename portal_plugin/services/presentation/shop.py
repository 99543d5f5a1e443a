"""The shop as its customers see it."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings

from ... import colours
from ...models import PortalSettings


@dataclass(frozen=True)
class ShopView:
    """``brand_ink`` is the brand colour as text on white, ``on_brand_colour`` is text on it."""

    name: str
    logo_url: str
    logo_file: Any
    brand_colour: str
    on_brand_colour: str
    brand_ink: str
    address: str
    phone: str
    email: str
    bank_details: str
    tax_number: str
    footer: str
    proof_disclaimer: str
    how_it_works: str
    page_size: str
    url: str
    settings: PortalSettings

    @property
    def address_lines(self) -> list[str]:
        return self.address.splitlines()

    @property
    def phone_url(self) -> str:
        return "tel:" + "".join(c for c in self.phone if c.isdigit() or c == "+")


def shop_view(site: Any, row: PortalSettings | None = None) -> ShopView:
    """``row`` is the site's own, where it was read with something else."""
    row = row or PortalSettings.of(site)
    return ShopView(
        name=row.name,
        logo_url=_absolute(site, row.logo.url) if row.logo else "",
        logo_file=row.logo or None,
        brand_colour=row.brand_colour,
        on_brand_colour=colours.text_on(row.brand_colour),
        brand_ink=colours.ink(row.brand_colour),
        address=row.address,
        phone=row.phone,
        email=row.email,
        bank_details=row.bank_details,
        tax_number=row.tax_number,
        footer=row.footer,
        proof_disclaimer=row.proof_disclaimer,
        how_it_works=row.how_it_works,
        page_size=row.page_size,
        url=site.root_url,
        settings=row,
    )


def document_language(language: str) -> str:
    """A document's language, or the site's where none was chosen yet."""
    return language or settings.LANGUAGE_CODE


def _absolute(site: Any, url: str) -> str:
    return url if "//" in url else site.root_url + url

"""A document to try the portal on: made for one person of the staff, seen and acted on by them
alone, in no number, list or report, and gone without a trace when it is thrown away."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from .. import days
from ..exceptions import NotAvailable
from ..models import Customer, Estimate, LineItem, PortalSettings, SalesDocument
from . import drawing, links, numbering, proofs
from .mail_receivers import staff_address, staff_name

VALID_DAYS = 30


def of_user(user: Any) -> QuerySet[SalesDocument]:
    """The user's samples, newest first: the estimate, and whatever was made from it."""
    return SalesDocument.objects.filter(is_sample=True, responsible=user).order_by("-pk")


def make(site: Any, user: Any) -> SalesDocument:
    """A published estimate of three items for ``user`` as its customer, or the one that they have
    on the site already. Its language is the shop's."""
    language = PortalSettings.of(site).language or settings.LANGUAGE_CODE
    with translation.override(language):
        picture = drawing.picture(_design())
    with transaction.atomic(), translation.override(language):
        numbering.locked_sequence(site, numbering.SAMPLE, "")
        earlier = of_user(user).filter(site=site).first()
        if earlier is not None:
            return earlier.specific
        estimate = _written(site, user, language)
        upload = SimpleUploadedFile("sample.png", picture, "image/png")
        proofs.add_proof_version(
            estimate,
            estimate.lines[0].key,
            upload,
            wording=_design().words,
            description=_("White letters on a dark blue ground."),
            user=user,
        )
        estimate.save_revision(user=user).publish(user=user, skip_permission_checks=True)
        fresh = Estimate.objects.get(pk=estimate.pk)
        if fresh.customer is not None:
            links.ensure_link(fresh, customer=fresh.customer, user=user)
    return fresh


def open_as_customer(document: SalesDocument, user: Any) -> str:
    """The address of a new secret to the sample's page; that of an estimate leads on to its order.
    Raises ``NotAvailable`` for anything but a sample of the user's own."""
    if not document.is_sample or document.responsible_id != user.pk or document.customer is None:
        raise NotAvailable
    link = links.ensure_link(document, customer=document.customer, user=user)
    return links.link_url(link, links.make_token(link))


def _written(site: Any, user: Any, language: str) -> Any:
    shop = PortalSettings.of(site)
    customer = Customer.objects.create(
        site=site,
        is_sample=True,
        name=staff_name(user) or _("Sample customer"),
        email=staff_address(user),
        language=language,
    )
    estimate: Any = Estimate(
        site=site,
        is_sample=True,
        responsible=user,
        customer=customer,
        title=_("A sample: new signs for your shop"),
        language=language,
        currency=shop.currency,
        introduction=_("Look at it as your customers do: approve, ask, send a file."),
        valid_until=days.today() + timedelta(days=VALID_DAYS),
        deposit_percent=shop.deposit_percent,
        deposit_least=shop.least_deposit,
    )
    estimate.line_items = [
        LineItem(
            sort_order=place,
            name=name,
            description=details,
            quantity=Decimal(quantity),
            unit_price=Decimal(price),
            tax_rate=shop.tax_rate,
            price_includes_tax=shop.prices_include_tax,
        )
        for place, (name, details, quantity, price) in enumerate(_items())
    ]
    estimate.save()
    estimate.save_revision(user=user)
    return estimate


def _items() -> list[tuple[str, str, int, int]]:
    return [
        (_("Window sign"), _("120 × 80 cm, printed film"), 1, 140),
        (_("A1 poster"), _("Matt, 170 g"), 10, 12),
        (_("Fitting"), _("At your place, one visit"), 1, 90),
    ]


def _design() -> drawing.Design:
    # Not translated: the font that Pillow brings has Latin letters alone.
    return drawing.Design("YOUR SHOP\nopen from nine", ground="#172554")

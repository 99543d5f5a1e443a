"""Write the samples the way people do: staff write and publish, customers act in the portal."""

import uuid
from datetime import timedelta
from decimal import Decimal

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone, translation
from wagtail.models import Site

from ... import registry
from ...actions.base import Invalid
from ...models import (
    Attachment,
    Customer,
    Estimate,
    InternalNote,
    ItemTemplate,
    LineItem,
    Order,
    PortalSettings,
    SalesDocument,
)
from ...models.documents import lock
from ...services import answering, drawing, files, links, payments, proofs, staging, terms
from ...services.visits import Visit
from .samples import PEOPLE, Sample
from .texts import BANK, COMMENTS, ITEM_TEMPLATES, SHOPS, TERMS


def shops() -> list[Site]:
    """The default site and, where there is one, a second."""
    found = list(Site.objects.order_by("-is_default_site", "pk")[:2])
    return found if len(found) == 2 else found * 2


def furnish(site: Site, number: int) -> None:
    """What publishing needs of a shop; nothing that somebody wrote is replaced."""
    shop, _made = PortalSettings.objects.get_or_create(site=site)
    name, colour, mailbox, phone, converts = SHOPS[number]
    if not shop.shop_name:
        _fill(
            shop,
            shop_name=name,
            brand_colour=colour,
            mailbox=mailbox,
            email=mailbox,
            phone=phone,
            bank_details=BANK[number],
            who_converts=converts,
        )
        if not shop.logo:
            shop.logo.save("logo.png", ContentFile(drawing.logo(name, colour)), save=False)
        shop.save()
    staging.ensure_stages(site)
    if not ItemTemplate.objects.filter(site=site).exists():
        ItemTemplate.objects.bulk_create(_templates(site, number))
    for kind in ("estimate", "order"):
        for language, text in TERMS.items():
            if terms.TermsText.objects.current(site, language, kind) is None:
                terms.add(site, language, kind, text)


def _fill(shop, **values):
    for field, value in values.items():
        if getattr(shop, field) == shop._meta.get_field(field).get_default():
            setattr(shop, field, value)


def _templates(site, number):
    return [
        ItemTemplate(
            site=site,
            position=position,
            name=name,
            description=details,
            unit=unit,
            unit_price=Decimal(price),
            tax_rate=19,
        )
        for position, (name, details, unit, price) in enumerate(ITEM_TEMPLATES[number])
    ]


def people(sites: list[Site]) -> dict[str, Customer]:
    found = {}
    for person in PEOPLE:
        found[person.key], _made = Customer.objects.get_or_create(
            site=sites[person.shop],
            email=person.email,
            defaults={
                "name": person.name,
                "company": person.company,
                "language": person.language,
                "currency": person.currency,
                "address": person.address,
                "pays_by": person.pays_by,
            },
        )
    return found


def write(sample: Sample, customer: Customer) -> SalesDocument | None:
    """The sample's document, or ``None`` where an earlier run wrote it. All of it or nothing."""
    with transaction.atomic(), translation.override(customer.language):
        if SalesDocument.objects.filter(customer=customer, title=sample.title).exists():
            return None
        document = _draft(sample, customer)
        if sample.story == "draft":
            return document
        _add_proofs(sample, document)
        document.save_revision().publish(skip_permission_checks=True)
        document = lock(document)
        if sample.story:
            globals()[f"_{sample.story}"](document)
    return document


def _draft(sample, customer):
    model = Estimate if sample.kind == "estimate" else Order
    today = timezone.localdate()
    values = {
        "site": customer.site,
        "customer": customer,
        "title": sample.title,
        "language": customer.language,
        "currency": customer.currency,
        "valid_until": today + timedelta(days=30) if sample.kind == "estimate" else None,
        **sample.values,
    }
    document = model(**values)
    document.line_items = [
        LineItem(
            name=item.name,
            description=item.description,
            quantity=item.quantity,
            unit_price=item.unit_price,
            unit=item.unit,
            tax_rate=item.tax_rate,
            sort_order=number,
        )
        for number, item in enumerate(sample.items)
    ]
    document.save()
    document.save_revision()
    return document


def _add_proofs(sample, document):
    for item, line in zip(sample.items, document.lines, strict=True):
        if not item.proofs:
            continue
        if len(item.proofs) == 1:
            upload = SimpleUploadedFile("proof.png", drawing.picture(item.proofs[0]), "image/png")
        else:
            upload = SimpleUploadedFile("proof.pdf", drawing.pages(item.proofs), "application/pdf")
        proofs.add_proof_version(
            document,
            line.key,
            upload,
            wording="\n".join(design.words for design in item.proofs),
            description="",
        )


# -- what customers and staff did ------------------------------------------------------------


def act(document, name, key=None, **typed):
    """Do what the customer does, through the action itself."""
    fresh = lock(document)
    link = links.ensure_link(fresh, customer=fresh.customer)
    action = registry.action(name)(Visit(document=fresh, link=link), key)
    form = action.form()
    data = {field.name: field.value() for field in form.hidden_fields()}
    data = {name: value for name, value in data.items() if value is not None}
    outcome = action.run(data | {"client_key": str(uuid.uuid4())} | typed)
    if isinstance(outcome, Invalid):
        raise ValueError(f"The sample cannot {name}: {outcome.form.errors.as_text()}")
    return outcome


def _approve_first(document):
    act(document, "approve", document.lines[0].key, accept_terms="on")


def _approve_all(document):
    for item in document.lines:
        act(document, "approve", item.key, accept_terms="on")


def _approve_many(document):
    keys = [str(item.key) for item in document.lines]
    act(document, "approve_multiple", items=keys, accept_terms="on")


def _ask_change(document):
    act(document, "change_request", document.lines[0].key, text="Could the red be a bit darker?")


def _decline_all(document):
    for item in document.lines:
        act(document, "decline", item.key, reason="We do it next year.")


def _expire(document):
    document.valid_until = timezone.localdate() - timedelta(days=3)
    document.save_revision().publish(skip_permission_checks=True)


def _cancel(document):
    staging.cancel(document, "The material is no longer made.")


def _revise(document):
    links.ensure_link(document, customer=document.customer)
    document.unpublish()


def _approve_and_produce(document):
    _approve_many(document)
    stage = staging.Stage.objects.get(site=document.site, position=1)
    staging.set_stage(document, stage)


def _approve_pay_complete(document):
    _approve_all(document)
    payments.record_offline(
        document,
        amount=lock(document).balance_due,
        method="Bank transfer",
        occurred_at=timezone.now(),
        note="",
        user=None,
    )
    staging.complete(document)


def _late_change(document):
    _approve_all(document)
    act(document, "change_request", text="Bitte doch bis 160 statt bis 150.")


def _talk(document):
    """A conversation both ways, a photo from the customer and a file from the shop."""
    asked, answered, note = COMMENTS[document.language]
    link = links.ensure_link(document, customer=document.customer)
    act(document, "comment", text=asked)
    answering.reply(document, answered, None)
    InternalNote.objects.create(document_id=document.pk, text=note)
    photo = SimpleUploadedFile("shop-front.jpg", drawing.photo(), "image/jpeg")
    name = document.customer.name
    files.store(document, photo, link=link, author_name=name)
    sheet = SimpleUploadedFile("colours.pdf", drawing.pages([drawing.Design("RAL 5002")]))
    shown = files.store(document, sheet, is_internal=False)
    Attachment.objects.filter(pk=shown.pk).update(shown_at=timezone.now())

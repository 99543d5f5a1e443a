"""Everything that the portal knows of one person, in one file that staff can hand over.

Asked for by the person (GDPR, articles 15 and 20). ``person.json`` has the rows, table by table,
and beside it lie the files that they sent. Secrets, and keys of the history's digests, are left
out: they say nothing of anybody.
"""

import json
import zipfile
from collections.abc import Iterable, Iterator
from typing import IO, Any, cast

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction

from ..exceptions import PortalError
from ..models import (
    Activity,
    Attachment,
    ChangeRequest,
    Choice,
    Comment,
    Contact,
    Customer,
    Decision,
    DirectLink,
    EmailCode,
    ExternalFile,
    Invoice,
    LedgerEntry,
    OutgoingEmail,
    PaymentAttempt,
    ProofPin,
    Recipient,
    SalesDocument,
    Submission,
    UploadInProgress,
)
from ..models.documents import lock
from . import activity, file_bundles, files, links, persons
from .pdf_bundles import unused
from .persons import Person

FORMAT = 1
#: The way from each table to the recipient with whose link its row was written.
TO_RECIPIENT = {
    DirectLink: "recipient",
    OutgoingEmail: "recipient",
    Submission: "link__recipient",
    Comment: "link__recipient",
    ChangeRequest: "link__recipient",
    Attachment: "link__recipient",
    ExternalFile: "link__recipient",
    PaymentAttempt: "link__recipient",
    UploadInProgress: "link__recipient",
    EmailCode: "link__recipient",
    Activity: "link__recipient",
    Decision: "submission__link__recipient",
    Choice: "submission__link__recipient",
    ProofPin: "change_request__link__recipient",
    LedgerEntry: "attempt__link__recipient",
}
#: And to what they sent by somebody else's link.
TO_SUBMISSION = {Submission: "pk", Decision: "submission", Choice: "submission"}
#: And to the customer: what was written down of money where the person is one.
TO_CUSTOMER = {LedgerEntry: "document__customer", Invoice: "document__customer"}
#: What opens, or tells a digest from another, and nothing of the person.
SECRETS = {"code_hash", "browser", "about", "hash", "previous_hash", "idempotency_key"}
#: Of a submission: whose it is, where another address was typed than that of the link.
OF_THE_SENDER = {"name", "email", "signature", "signature_strokes", "address", "user_agent"}
#: Of the documents that they may open.
ABOUT_DOCUMENT = ("public_id", "kind", "number", "title", "language", "currency", "created_at")


def of_link(document: SalesDocument, link_id: int) -> Person | None:
    """One of the document's people; ``None`` where there is no such link."""
    link = links.of_document(document).filter(pk=link_id).first()
    return persons.by_link(link) if link is not None else None


def told(document: SalesDocument, link_id: int, user: Any) -> None:
    """Write into the history that somebody took a copy."""
    with transaction.atomic():
        facts = {"link": link_id}
        activity.record(lock(document), "person_exported", staff=user, data=facts)


def stream(person: Person) -> Iterator[bytes]:
    """The zip, piece by piece. A file that cannot be read, or that a virus was found in,
    is named in ``missing.txt``."""
    out = file_bundles.Outlet()
    names: dict[str, int] = {}
    missing: list[str] = []
    with zipfile.ZipFile(cast(IO[bytes], out), "w", zipfile.ZIP_STORED) as archive:
        rows = json.dumps(rows_of(person), cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
        archive.writestr("person.json", rows)
        yield out.take()
        for row in _of(person, Attachment).exclude(file=""):
            name = unused(row.name, names)
            if not files.may_be_opened(row):
                missing.append(f"{name}: {files.check_words(row)}")
                continue
            try:
                yield from file_bundles.add(archive, out, row, f"files/{name}")
            except PortalError as error:
                missing.append(f"{name}: {error.message}")
        if missing:
            archive.writestr("missing.txt", "\n".join(missing))
    yield out.take()


def rows_of(person: Person) -> dict[str, Any]:
    """Table to rows, each as column to value."""
    found: dict[str, Any] = {"format": FORMAT}
    for model, rows in _tables(person):
        found[model._meta.model_name or ""] = [_without_secrets(values) for values in rows.values()]
    own = _addresses(person)
    found["submission"] = [_without_others(values, own) for values in found["submission"]]
    documents = _documents(person)
    found["salesdocument"] = list(documents.values(*ABOUT_DOCUMENT))
    found["documentversion"] = list(
        documents.exclude(current_version=None).values_list("current_version__content", flat=True)
    )
    return found


def _tables(person: Person) -> Iterator[tuple[type[models.Model], models.QuerySet[Any]]]:
    yield Customer, Customer.objects.filter(pk__in=_ids(person.customers))
    yield Contact, Contact.objects.filter(pk__in=_ids(person.contacts))
    yield Recipient, Recipient.objects.filter(pk__in=_ids(person.recipients))
    for model in dict.fromkeys([*TO_RECIPIENT, *TO_CUSTOMER]):
        yield model, _of(person, model)


def _of(person: Person, model: type[models.Model]) -> models.QuerySet[Any]:
    theirs = models.Q(pk__in=[])
    if path := TO_RECIPIENT.get(model):
        theirs |= models.Q(**{f"{path}__in": _ids(person.recipients)})
    if path := TO_SUBMISSION.get(model):
        theirs |= models.Q(**{f"{path}__in": _ids(person.submissions)})
    if path := TO_CUSTOMER.get(model):
        theirs |= models.Q(**{f"{path}__in": _ids(person.customers)})
    return model._default_manager.filter(theirs).order_by("pk")


def _documents(person: Person) -> models.QuerySet[SalesDocument]:
    """Those that they may open, also the orders made from them, and those that were written for
    them."""
    opened = DirectLink.objects.filter(recipient__in=_ids(person.recipients)).values("document")
    own = models.Q(customer__in=_ids(person.customers))
    may_open = models.Q(pk__in=opened) | models.Q(order__source_estimate__in=opened)
    return SalesDocument.objects.filter(own | may_open).order_by("pk")


def _without_secrets(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in SECRETS}


def _without_others(values: dict[str, Any], own: set[str]) -> dict[str, Any]:
    """Who else used the person's link is told to nobody but themselves."""
    if values["email"].lower() in own:
        return values
    return {name: value for name, value in values.items() if name not in OF_THE_SENDER}


def _addresses(person: Person) -> set[str]:
    """Also none: what was sent without an address is by whoever has the link."""
    rows: list[Any] = [*person.recipients, *person.contacts, *person.customers, *person.submissions]
    return {"", *(row.email.lower() for row in rows)}


def _ids(rows: Iterable[models.Model]) -> list[Any]:
    return [row.pk for row in rows]

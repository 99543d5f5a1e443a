"""Many orders in little time, written straight into the tables, for measuring alone.

They have what lists read of an order, and no history: nothing could be sent or approved with them.
"""

import random
import uuid
from datetime import timedelta
from decimal import Decimal

from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from portal_plugin.models import (
    Comment,
    Contact,
    Customer,
    DirectLink,
    DocumentVersion,
    LineItem,
    Order,
    Recipient,
    SalesDocument,
    Stage,
    trigrams,
)
from portal_plugin.services import staging

BATCH = 2000
#: Orders that are written one by one; of more than those, copies are made by the database.
WRITTEN = 10_000
#: As many are written without the indexes of letters, which are made again afterwards.
MANY = 20_000
#: All that is written, in the order in which one needs the other. Documents and versions need each
#: other: a transaction may do so until its end.
TABLES = (
    Customer,
    Contact,
    SalesDocument,
    DocumentVersion,
    Order,
    LineItem,
    Recipient,
    DirectLink,
    Comment,
)
#: What is no other row's: the text in it to what a copy has there.
OWN = {
    (SalesDocument, "number"): ("S-", "S{turn}-"),
    (Customer, "name"): ("Customer ", "Customer {turn}-"),
    (Customer, "email"): ("@", "-{turn}@"),
    (Customer, "phone"): (" 30 ", " {turn} "),
    (Contact, "name"): ("Customer ", "Customer {turn}-"),
    (Contact, "email"): ("@", "-{turn}@"),
}
RANDOM_UUID = {"postgresql": "gen_random_uuid()", "sqlite": "lower(hex(randomblob(16)))"}
#: Orders of one customer, and orders for each that has an unanswered comment.
PER_CUSTOMER = 10
PER_COMMENT = 100
THINGS = ["Window sign", "Business cards", "Roll-up", "Van lettering", "T-shirts", "Menu boards"]
#: Days after which nearly everything is done.
OLD = 90
#: State and whose turn, as often as among the orders of the last months …
YOUNG = [
    ("completed", "nobody", 30),
    ("approved", "us", 30),
    ("approved", "customer", 8),
    ("waiting", "customer", 22),
    ("changes_requested", "us", 5),
    ("cancelled", "nobody", 5),
]
#: … and among those before.
LONG_AGO = [
    ("completed", "nobody", 930),
    ("cancelled", "nobody", 50),
    ("waiting", "customer", 15),
    ("approved", "us", 5),
]


def orders(site, count, *, people=(), seed=1) -> None:
    """``count`` more orders of the site; then the database is analysed."""
    staging.ensure_stages(site)
    if count >= MANY:
        _drop_letters()
    copies, rest = divmod(count, WRITTEN)
    _write(site, rest, people, seed)
    if copies:
        spans = _write(site, WRITTEN, people, seed)
        for turn in range(1, copies):
            _copy(spans, turn)
        _reset_keys()
    trigrams.make()
    analyse()


def _write(site, count, people, seed) -> dict:
    """Model to the first of its new keys, and to the first that is free afterwards."""
    first = {model: _next_key(model) for model in TABLES}
    chance = random.Random(seed + first[SalesDocument])
    stages = list(Stage.objects.filter(site=site))
    customers = _customers(site, max(1, count // PER_CUSTOMER)) if count else []
    for start in range(0, count, BATCH):
        with transaction.atomic():
            numbers = range(start, min(count, start + BATCH))
            _batch(site, numbers, customers, stages, people, chance)
    return {model: (first[model], _next_key(model)) for model in TABLES}


def _copy(spans, turn) -> None:
    """What was written, once more, by the database itself; all names and numbers are others."""
    with transaction.atomic(), connection.cursor() as cursor:
        for model, (first, end) in spans.items():
            fields = model._meta.local_concrete_fields
            columns = ", ".join(field.column for field in fields)
            values = ", ".join(_copied(field, spans, turn) for field in fields)
            table, key = model._meta.db_table, model._meta.pk.column
            cursor.execute(
                f"INSERT INTO {table} ({columns}) SELECT {values} FROM {table}"
                f" WHERE {key} >= {first} AND {key} < {end}"
            )


def _copied(field, spans, turn) -> str:
    """The expression for a column of the copy."""
    model = field.model if field.primary_key and not field.remote_field else field.related_model
    if model in spans:
        first, end = spans[model]
        return f"{field.column} + {turn * (end - first)}"
    if field.name == "family":
        return RANDOM_UUID[connection.vendor]
    if field.name == "public_id":
        return f"substr({field.column}, 1, 16) || '-{turn}'"
    if (field.model, field.name) in OWN:
        old, new = OWN[field.model, field.name]
        return f"replace({field.column}, '{old}', '{new.format(turn=turn)}')"
    return f'"{field.column}"'


def _reset_keys() -> None:
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(TABLES)):
            cursor.execute(statement)


def _drop_letters() -> None:
    """The indexes of letters are made in a fraction of the time in which they are kept row by
    row."""
    with connection.cursor() as cursor:
        for name in trigrams.COLUMNS:
            index = f"portal_letters_{name}"
            if connection.vendor == "postgresql":
                cursor.execute(f"DROP INDEX IF EXISTS {index}")
            for event in ("insert", "update", "delete") if connection.vendor == "sqlite" else ():
                cursor.execute(f"DROP TRIGGER IF EXISTS {index}_{event}")


def analyse() -> None:
    """Tell the database what it holds, without which its plans are guesses."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _customers(site, count):
    first = Customer.objects.count()
    made = Customer.objects.bulk_create(
        [
            Customer(
                site=site,
                name=f"Customer {first + n}",
                company=f"Company {first + n} Ltd" if n % 2 else "",
                email=f"customer{first + n}@example.org",
                phone=f"+49 30 {first + n:07}",
            )
            for n in range(count)
        ],
        batch_size=BATCH,
    )
    Contact.objects.bulk_create(
        [
            Contact(customer=row, name=f"Contact of {row.name}", email=f"to-{row.email}")
            for row in made
        ],
        batch_size=BATCH,
    )
    return made


def _batch(site, numbers, customers, stages, people, chance):
    """Documents and versions name each other: with keys that are known before, none of them is
    written twice."""
    documents, versions = _next_key(SalesDocument), _next_key(DocumentVersion)
    made = [_document(site, number, customers, stages, people, chance) for number in numbers]
    for place, document in enumerate(made):
        document.pk, document.current_version_id = documents + place, versions + place
    SalesDocument.objects.bulk_create(made)
    DocumentVersion.objects.bulk_create([_version(row) for row in made], batch_size=BATCH)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {Order._meta.db_table} (salesdocument_ptr_id) VALUES (%s)",
            [(document.pk,) for document in made],
        )
    _reset_keys()
    LineItem.objects.bulk_create(
        [_item(document, place, chance) for document in made for place in (1, 2, 3)],
        batch_size=BATCH,
    )
    _comments(site, made)


def _next_key(model) -> int:
    return (model.objects.aggregate(last=Max("pk"))["last"] or 0) + 1


def _document(site, number, customers, stages, people, chance):
    made = timezone.now() - timedelta(minutes=chance.randrange(3 * 365 * 24 * 60))
    states = YOUNG if made > timezone.now() - timedelta(days=OLD) else LONG_AGO
    state, turn, _ = chance.choices(states, [often for *_, often in states])[0]
    total = Decimal(chance.randrange(1000, 500000)) / 100
    is_cancelled = state == "cancelled"
    is_paid = state == "completed" and chance.random() < 0.99
    document = SalesDocument(
        site=site,
        kind="order",
        number=f"S-{uuid.uuid4().hex[:10]}",
        customer=chance.choice(customers),
        title=f"{chance.choice(THINGS)} {number}",
        language="en",
        currency="EUR",
        purchase_order_number=f"PO-{chance.randrange(10**6)}",
        live=True,
        first_published_at=made,
        last_published_at=made,
        responsible=chance.choice(people) if people and chance.random() < 0.8 else None,
        stage=chance.choice(stages) if state == "approved" and chance.random() < 0.7 else None,
        listed_state=state,
        listed_total=total,
        listed_balance=Decimal(0) if is_paid else total,
        listed_deposit_due=total / 2 if turn == "customer" and state == "approved" else 0,
        listed_due_on=None if is_paid or is_cancelled else (made + timedelta(days=14)).date(),
        waiting_for=turn,
        waiting_since=made + timedelta(days=1),
        completed_at=made if state == "completed" else None,
        cancelled_at=made if is_cancelled else None,
    )
    document.created_at = made
    return document


def _version(document):
    return DocumentVersion(
        pk=document.current_version_id,
        document=document,
        number=1,
        content="{}",
        scheme=1,
        digest="0" * 64,
        net=document.listed_total,
        tax=0,
        total=document.listed_total,
        deposit=0,
    )


def _item(document, place, chance):
    return LineItem(
        document_id=document.pk,
        sort_order=place,
        name=f"{chance.choice(THINGS)}, {chance.randrange(10**6)}",
        description="Matt, 170 g",
        unit_price=Decimal(chance.randrange(100, 10000)) / 100,
    )


def _comments(site, documents):
    asked = documents[::PER_COMMENT]
    recipients = Recipient.objects.bulk_create(
        [Recipient(site=site, customer_id=row.customer_id, name="Somebody") for row in asked]
    )
    links = DirectLink.objects.bulk_create(
        [
            DirectLink(document=row, recipient=recipient, expires_at=timezone.now())
            for row, recipient in zip(asked, recipients, strict=True)
        ]
    )
    Comment.objects.bulk_create(
        [Comment(document=link.document, link=link, text="When is it ready?") for link in links]
    )

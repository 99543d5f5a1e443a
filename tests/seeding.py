"""Many orders in little time, written straight into the tables, for measuring alone.

They have what lists read of an order, and no history: nothing could be sent or approved with them.
"""

import random
import uuid
from datetime import timedelta
from decimal import Decimal

from django.db import connection, transaction
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
)
from portal_plugin.services import staging

BATCH = 2000
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
    """``count`` more orders of the site, the newest last; then the database is analysed."""
    chance = random.Random(seed + SalesDocument.objects.count())
    staging.ensure_stages(site)
    stages = list(Stage.objects.filter(site=site))
    customers = _customers(site, max(1, count // PER_CUSTOMER))
    for start in range(0, count, BATCH):
        with transaction.atomic():
            numbers = range(start, min(count, start + BATCH))
            _batch(site, numbers, customers, stages, people, chance)
    analyse()


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
    made = SalesDocument.objects.bulk_create(
        [_document(site, number, customers, stages, people, chance) for number in numbers]
    )
    versions = DocumentVersion.objects.bulk_create(
        [_version(document) for document in made], batch_size=BATCH
    )
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE portal_plugin_salesdocument SET current_version_id = %s WHERE id = %s",
            [(version.pk, version.document_id) for version in versions],
        )
        cursor.executemany(
            f"INSERT INTO {Order._meta.db_table} (salesdocument_ptr_id) VALUES (%s)",
            [(document.pk,) for document in made],
        )
    LineItem.objects.bulk_create(
        [_item(document, place, chance) for document in made for place in (1, 2, 3)]
    )
    _comments(site, made)


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

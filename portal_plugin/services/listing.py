"""What the lists in the admin show of a document, kept beside it so that lists stay flat."""

from collections.abc import Collection
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from ..models import Customer, SalesDocument
from ..models.documents import lock, reread
from ..statuses import DocumentKind
from . import work

#: Estimates that ran out and are read at once.
ROWS_AT_ONCE = 100


def refresh(document: SalesDocument) -> None:
    """Write the caches anew. Called under the document's lock, after whatever changed it. A payment
    that was begun before has to be looked at: it may be another amount by now."""
    fresh = reread(document)
    turn = fresh.whose_turn
    values = {
        "listed_state": fresh.state,
        "listed_total": fresh.totals.total,
        "listed_balance": fresh.balance_due if fresh.is_order else 0,
        "listed_deposit_due": fresh.deposit_due if fresh.is_order else 0,
        "listed_due_on": fresh.payment_due_on,
        "waiting_for": turn,
    }
    if turn != fresh.waiting_for or fresh.waiting_since is None:
        values["waiting_since"] = timezone.now()
    SalesDocument.objects.filter(pk=fresh.pk).update(**values)
    if fresh.is_order and fresh.payment_attempts.confirmable().update(needs_look=True):
        work.wake("outdated")


def lock_and_refresh(document: SalesDocument) -> None:
    with transaction.atomic():
        refresh(lock(document))


def thread_changed(document: SalesDocument, *, of: Collection[int] | None = None) -> None:
    """What is said and asked about a document goes on with what is made of it: where it is
    answered, whose turn it is follows there, too. ``of``: ids of the documents that were answered,
    where others may be among them. Once that is committed, one by one: no other row is locked then.
    """
    if of is None or set(of) - {document.pk}:
        transaction.on_commit(partial(_refresh_thread, document), robust=True)


def _refresh_thread(document: SalesDocument) -> None:
    family = SalesDocument.objects.filter(family=document.family).exclude(pk=document.pk)
    for other in family.only("pk", "kind", "ancestors").order_by("pk"):
        if other.pk in document.ancestors or document.pk in other.ancestors:
            lock_and_refresh(other)


def days_to_pay_changed(customer: Customer) -> None:
    """Until when their orders are to be paid follows from the customer, where these do not say it.
    Once that is committed, order by order: no other row is locked then."""
    transaction.on_commit(partial(_refresh_unpaid, customer), robust=True)


def _refresh_unpaid(customer: Customer) -> None:
    theirs = SalesDocument.objects.out().unpaid().filter(customer=customer, payment_days=None)
    for order in theirs.filter(kind=DocumentKind.ORDER).only("pk", "kind").order_by("pk"):
        lock_and_refresh(order)


def drain() -> int:
    """The worker of ``portal_sweep``: a day that ends writes nothing by itself. Returns how many
    lists were written."""
    rows = SalesDocument.objects.run_out().order_by("pk").values_list("pk", "kind", named=True)
    return work.each("List", rows, _run_out, most=ROWS_AT_ONCE)


def _run_out(document: Any) -> bool:
    lock_and_refresh(document)
    return True

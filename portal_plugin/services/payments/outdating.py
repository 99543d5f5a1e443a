"""Whoever has a card form open may confirm its payment at Stripe without asking us again. So what
is not to be paid any more is taken back there as soon as its document has changed.

The mark on the attempt is written with the change (``listing.refresh``); Stripe hears of it after
the commit. A payment that the bank works on already is left to come.
"""

from django.db import transaction

from ...models import PaymentAttempt
from ...models.documents import lock
from ...statuses import AttemptState
from . import choosing
from .starting import take_back
from .walking import walk


def drain(limit: int = 50) -> int:
    """The worker. Returns how many were looked at. Ends early where Stripe does not answer: they
    keep their mark."""
    found = PaymentAttempt.objects.to_look_at().select_related("document__site").order_by("pk")
    return walk(found[:limit], _look, _unmark)


def is_outdated(attempt: PaymentAttempt) -> bool:
    """Something else is due by now: a form or page of Stripe's that is still open would take too
    much."""
    document = attempt.document
    if attempt.currency != document.totals.currency:
        return True
    part = document.next_instalment
    if attempt.instalment and (part is None or part.number != attempt.instalment):
        return True  # it was paid in another way, and the next may be just as much
    return not choosing.is_payable(document, attempt.amount)


def _look(attempt: PaymentAttempt) -> None:
    """Whether it is right is seen under the lock, together with taking the mark away: a change that
    comes after it marks it anew."""
    with transaction.atomic():
        document = lock(attempt.document)
        fresh = PaymentAttempt.objects.get(pk=attempt.pk)
        fresh.document = document
        is_wrong = is_outdated(fresh)
        if not is_wrong:
            _unmark(fresh)
    if is_wrong and take_back(fresh).state != AttemptState.PROCESSING:
        _unmark(fresh)


def _unmark(attempt: PaymentAttempt) -> None:
    PaymentAttempt.objects.filter(pk=attempt.pk).update(needs_look=False)

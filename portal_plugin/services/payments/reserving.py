"""The row that a payment goes on with: of one order, one at a time."""

from dataclasses import asdict, dataclass, fields
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.utils import timezone

from ...gateways import stripe as gateway
from ...models import DirectLink, PaymentAttempt, SalesDocument
from ...money import ZERO
from ...statuses import AttemptState
from . import choosing
from .checking import check

#: Stripe keeps an idempotency key for 24 hours: https://docs.stripe.com/api/idempotent_requests.
KEY_LIFETIME = timedelta(hours=20)


@dataclass(frozen=True)
class Wish:
    """What somebody pressed Pay for."""

    link: DirectLink | None
    is_hosted: bool
    shown: Decimal | None
    amount: Decimal | None
    address: str | None
    way: str
    fees: str | None


@dataclass(frozen=True)
class Ask:
    """What Stripe is asked for, as columns of an attempt. Two that are alike are one payment."""

    purpose: str
    amount: Decimal
    instalment: int | None
    surcharge: Decimal
    methods: str
    currency: str
    is_hosted: bool
    account: str

    @classmethod
    def of(cls, attempt: PaymentAttempt) -> "Ask":
        values: dict[str, Any] = {one.name: getattr(attempt, one.name) for one in fields(cls)}
        return cls(**values)


def reserve(
    document: SalesDocument, wish: Wish
) -> tuple[PaymentAttempt | None, list[PaymentAttempt]]:
    """Under the lock: the row to go on with, or the rows that have to be taken back before."""
    ask = _asked(document, wish)
    same, others = None, []
    for attempt in document.payment_attempts.confirmable().select_related("document__site"):
        if Ask.of(attempt) == ask and not _is_forgotten(attempt):
            same = attempt
        else:
            others.append(attempt)
    if others:
        return None, others
    if same is None:
        return _made(document, ask, wish), []
    if same.state == AttemptState.FAILED:
        _open_again(same)
    return same, []


def _asked(document: SalesDocument, wish: Wish) -> Ask:
    """Raises where it cannot be paid now."""
    way = check(document, wish.shown, wish.amount, way=wish.way, fees=wish.fees)
    paid = choosing.chosen(document, wish.amount)
    return Ask(
        purpose=paid.purpose,
        amount=paid.amount,
        instalment=paid.instalment,
        surcharge=way.fee if way else ZERO,
        methods=way.methods if way else "",
        currency=document.totals.currency,
        is_hosted=wish.is_hosted,
        account=gateway.of_site(document.site).name,
    )


def _made(document: SalesDocument, ask: Ask, wish: Wish) -> PaymentAttempt:
    return PaymentAttempt.objects.create(
        document_id=document.pk,
        link=wish.link,
        address=wish.address,
        idempotency_key=uuid4(),
        **asdict(ask),
    )


def _open_again(attempt: PaymentAttempt) -> None:
    """Another card is tried on it."""
    attempt.state, attempt.ended_at = AttemptState.OPEN, None
    attempt.failure_code = attempt.failure_message = ""
    attempt.save()


def _is_forgotten(attempt: PaymentAttempt) -> bool:
    """Stripe may not know its key any more. What it may have made was shown to nobody."""
    is_nameless = not attempt.payment_intent and not attempt.checkout_session
    return is_nameless and attempt.created_at < timezone.now() - KEY_LIFETIME

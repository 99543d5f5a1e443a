"""PaymentIntents: https://docs.stripe.com/api/payment_intents."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.views.decorators.debug import sensitive_variables

from ...money import ZERO
from ...statuses import AttemptState
from .accounts import Account
from .amounts import check_amount, whole_units
from .client import asking, client, understanding
from .errors import NoAnswer, Refused
from .methods import limits

if TYPE_CHECKING:
    from stripe import Charge, PaymentIntent

_STATES = {
    "requires_payment_method": AttemptState.OPEN,
    "requires_confirmation": AttemptState.OPEN,
    "requires_action": AttemptState.OPEN,
    "requires_capture": AttemptState.OPEN,
    "processing": AttemptState.PROCESSING,
    "succeeded": AttemptState.SUCCEEDED,
    "canceled": AttemptState.CANCELLED,
}
_BRANDS = {
    "amex": "American Express",
    "cartes_bancaires": "Cartes Bancaires",
    "diners": "Diners Club",
    "discover": "Discover",
    "eftpos_au": "eftpos",
    "jcb": "JCB",
    "mastercard": "Mastercard",
    "unionpay": "UnionPay",
    "visa": "Visa",
    "sepa_debit": "SEPA",
    "us_bank_account": "ACH",
    "ideal": "iDEAL",
    "eps": "EPS",
    "p24": "Przelewy24",
}
#: What a customer has days for: to pay a voucher at a counter, to name what came to an account.
_TAKES_DAYS = frozenset(
    [
        "boleto_display_details",
        "display_bank_transfer_instructions",
        "konbini_display_details",
        "multibanco_display_details",
        "oxxo_display_details",
        "verify_with_microdeposits",
    ]
)
#: With what Stripe took for it, where it says so already.
EXPANDED = ["latest_charge.balance_transaction"]
#: A second request with the same key while the first is still under way gets a 409; seconds.
_WAITS = (0.3, 1.0)


@dataclass(frozen=True)
class Order:
    """What Stripe is asked to collect. ``document`` is the public id, ``attempt`` our row's.
    ``surcharge`` is the part of ``amount`` that is the fee of the way of paying, and ``methods``
    what may be taken for it, as a ``PaymentAttempt`` says it."""

    amount: Decimal
    currency: str
    description: str
    document: str
    attempt: int
    key: UUID
    account: Account
    surcharge: Decimal = ZERO
    methods: str = ""

    @property
    def metadata(self) -> dict[str, str]:
        return {"portal_document": self.document, "portal_attempt": str(self.attempt)}


@dataclass(frozen=True)
class Payment:
    """A PaymentIntent as it is now. ``amount`` is what was asked, ``received`` what came in.
    ``method`` is for readers, and ``way`` the type of it as Stripe names it. ``takes_days``: the
    customer has chosen a way that leaves them days to do their part."""

    id: str
    state: AttemptState
    amount: Decimal
    received: Decimal
    currency: str
    is_live: bool
    document: str = ""
    attempt: int | None = None
    client_secret: str = field(default="", repr=False)
    charge: str = ""
    method: str = ""
    way: str = ""
    paid_at: datetime | None = None
    fee: Decimal | None = None
    takes_days: bool = False
    failure_code: str = ""
    failure_message: str = ""


@sensitive_variables("intent")
def create_payment(order: Order) -> Payment:
    """The same key and words give the same payment again. Raises ``StripeTrouble``."""
    units = check_amount(order.amount, order.currency)
    for wait in (*_WAITS, None):
        try:
            with asking():
                intent = client(order.account).v1.payment_intents.create(
                    {
                        "amount": units,
                        "currency": order.currency.lower(),
                        "description": order.description,
                        "metadata": order.metadata,
                        **_ways(order.methods),
                        "expand": EXPANDED,
                    },
                    {"idempotency_key": str(order.key)},
                )
        except NoAnswer as error:
            if wait is None or error.code != "idempotency_key_in_use":
                raise
            time.sleep(wait)
        else:
            return read(intent)
    raise NoAnswer


def _ways(methods: str) -> Any:
    """Whatever the shop has switched on at Stripe, unless exactly one way is let in."""
    told = limits(methods)
    if "allowed_payment_method_types" in told:
        return told
    return {"automatic_payment_methods": {"enabled": True}, **told}


@sensitive_variables("intent")
def find_payment(payment_id: str, account: Account) -> Payment:
    """Raises ``NotFound`` for what is not in this account."""
    with asking():
        intent = client(account).v1.payment_intents.retrieve(payment_id, {"expand": EXPANDED})
    return read(intent)


@sensitive_variables("intent")
def cancel_payment(payment_id: str, account: Account) -> Payment:
    """What became of it: cancelled, or what it was already, where that is too late."""
    try:
        with asking():
            intent = client(account).v1.payment_intents.cancel(
                payment_id,
                {"cancellation_reason": "abandoned", "expand": EXPANDED},
            )
    except Refused as refusal:
        if refusal.code != "payment_intent_unexpected_state":
            raise
        return find_payment(payment_id, account)
    return read(intent)


@sensitive_variables("intent")
@understanding()
def read(intent: "PaymentIntent") -> Payment:
    """A status that we do not know counts as open: nothing is booked, and it is asked for again."""
    state = _STATES.get(intent.status, AttemptState.OPEN)
    charge = intent.latest_charge if not isinstance(intent.latest_charge, str) else None
    # Stripe leaves out what does not apply, and an attribute that is left out raises.
    error = intent.last_payment_error.to_dict() if intent.last_payment_error else {}
    if error and intent.status == "requires_payment_method":
        state = AttemptState.FAILED
    action = getattr(intent, "next_action", None)
    currency = intent.currency.upper()
    metadata = intent.metadata.to_dict() if intent.metadata else {}
    attempt = str(metadata.get("portal_attempt", ""))
    return Payment(
        id=intent.id,
        state=state,
        amount=whole_units(intent.amount, currency),
        received=whole_units(intent.amount_received or 0, currency),
        currency=currency,
        is_live=intent.livemode,
        document=str(metadata.get("portal_document", "")),
        attempt=int(attempt) if attempt.isdecimal() else None,
        client_secret=intent.client_secret or "",
        charge=charge.id if charge else str(intent.latest_charge or ""),
        method=_method(charge),
        way=charge.payment_method_details.type if charge and charge.payment_method_details else "",
        paid_at=datetime.fromtimestamp(charge.created, UTC) if charge else None,
        fee=_fee(charge, currency),
        takes_days=bool(action and action.type in _TAKES_DAYS),
        failure_code=str(error.get("decline_code") or error.get("code") or ""),
        failure_message=str(error.get("message") or ""),
    )


def _fee(charge: "Charge | None", currency: str) -> Decimal | None:
    """What Stripe kept. Unknown where it has not said so yet, or reckons in another currency."""
    balance = charge.balance_transaction if charge else None
    if balance is None or isinstance(balance, str) or balance.currency.upper() != currency:
        return None
    return whole_units(balance.fee, currency)


def _method(charge: "Charge | None") -> str:
    """``Visa •••• 4242``, ``SEPA •••• 3000``, ``iDEAL``: names that need no translation."""
    details = charge.payment_method_details if charge else None
    if details is None:
        return ""
    kind = details.type
    part = details.to_dict().get(kind) or {}
    brand = part.get("brand") or kind
    name = _BRANDS.get(brand, brand.replace("_", " ").capitalize())
    last4 = part.get("last4")
    return f"{name} •••• {last4}"[:50] if last4 else name[:50]

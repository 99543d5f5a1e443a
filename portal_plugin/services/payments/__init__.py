"""Paying and paying back: what is offered, starting it, booking what Stripe says, and finding what
was lost.

No function here holds a lock while it talks to Stripe.
"""

from .booking import record_offline
from .comparing import reconcile
from .correcting import correct
from .events import take_event
from .offers import Offer, Progress, offer, progress, purpose_text
from .reconciling import ask_again, reconcile_open
from .refunding import PAYMENTS, RefundRefused, refund, refund_outside
from .settling import settle
from .starting import AmountChanged, PaymentPending, Started, begin, check

__all__ = [
    "PAYMENTS",
    "AmountChanged",
    "Offer",
    "PaymentPending",
    "Progress",
    "RefundRefused",
    "Started",
    "ask_again",
    "begin",
    "check",
    "correct",
    "offer",
    "progress",
    "purpose_text",
    "reconcile",
    "reconcile_open",
    "record_offline",
    "refund",
    "refund_outside",
    "settle",
    "take_event",
]

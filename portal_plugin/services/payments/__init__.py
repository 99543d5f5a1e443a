"""Paying and paying back: what is offered, starting it, booking what Stripe says, and finding what
was lost.

No function here holds a lock while it talks to Stripe.
"""

from .booking import record_offline
from .checking import AmountChanged, PaymentPending, check
from .choosing import AmountRefused, Limits
from .comparing import reconcile
from .correcting import correct
from .events import take_event
from .guarding import PaymentsPaused, check_pace, pause
from .method_fees import Way, WayRefused, highest_fee
from .offers import Offer, Progress, can_be_paid, offer, progress, purpose_text, takes_online
from .owing import say_owed
from .reconciling import ask_again, reconcile_open
from .refunding import PAYMENTS, RefundRefused, refund, refund_outside
from .settling import settle
from .starting import Started, begin

__all__ = [
    "PAYMENTS",
    "AmountChanged",
    "AmountRefused",
    "Limits",
    "Offer",
    "PaymentPending",
    "PaymentsPaused",
    "Progress",
    "RefundRefused",
    "Started",
    "Way",
    "WayRefused",
    "ask_again",
    "begin",
    "can_be_paid",
    "check",
    "check_pace",
    "correct",
    "highest_fee",
    "offer",
    "pause",
    "progress",
    "purpose_text",
    "reconcile",
    "reconcile_open",
    "record_offline",
    "refund",
    "refund_outside",
    "say_owed",
    "settle",
    "take_event",
    "takes_online",
]

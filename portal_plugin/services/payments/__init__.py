"""Paying: what is offered, starting it, booking what Stripe says, and finding what was lost.

No function here holds a lock while it talks to Stripe.
"""

from .booking import record_offline
from .events import take_event
from .offers import Offer, Progress, offer, progress, purpose_text
from .reconciling import ask_again, reconcile_open
from .settling import settle
from .starting import AmountChanged, PaymentPending, Started, begin, check

__all__ = [
    "AmountChanged",
    "Offer",
    "PaymentPending",
    "Progress",
    "Started",
    "ask_again",
    "begin",
    "check",
    "offer",
    "progress",
    "purpose_text",
    "reconcile_open",
    "record_offline",
    "settle",
    "take_event",
]

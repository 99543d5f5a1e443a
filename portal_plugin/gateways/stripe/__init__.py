"""Stripe, in our words: decimal amounts, our states, our errors.

Nothing here imports the ``stripe`` package before a call is made, and nothing above this folder
knows its types. Minor units exist only in here.
"""

from .amounts import CannotCharge, can_charge, check_amount, minor_units, whole_units
from .client import is_configured, is_live
from .disputes import Dispute, dashboard_url, find_dispute
from .errors import KeyReused, NoAnswer, NotFound, Refused, StripeBroke, StripeTrouble
from .events import BadWebhook, Event, read_event, usable_secrets
from .pages import Page, close_page, create_page, find_page
from .payments import Order, Payment, cancel_payment, create_payment, find_payment
from .refunds import (
    Refund,
    RefundOrder,
    create_refund,
    find_refund,
    refunds_of_charge,
    refunds_of_payment,
)

__all__ = [
    "BadWebhook",
    "CannotCharge",
    "Dispute",
    "Event",
    "KeyReused",
    "NoAnswer",
    "NotFound",
    "Order",
    "Page",
    "Payment",
    "Refund",
    "RefundOrder",
    "Refused",
    "StripeBroke",
    "StripeTrouble",
    "can_charge",
    "cancel_payment",
    "check_amount",
    "close_page",
    "create_page",
    "create_payment",
    "create_refund",
    "dashboard_url",
    "find_dispute",
    "find_page",
    "find_payment",
    "find_refund",
    "is_configured",
    "is_live",
    "minor_units",
    "read_event",
    "refunds_of_charge",
    "refunds_of_payment",
    "usable_secrets",
    "whole_units",
]

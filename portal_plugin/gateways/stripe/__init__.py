"""Stripe, in our words: decimal amounts, our states, our errors.

Nothing here imports the ``stripe`` package before a call is made, and nothing above this folder
knows its types. Minor units exist only in here.
"""

from .accounts import Account, every, is_any_configured, named, of_site, shared
from .amounts import (
    CannotCharge,
    can_charge,
    check_amount,
    minor_units,
    smallest,
    unit,
    units_of_one,
    whole_units,
)
from .disputes import Dispute, Movement, dashboard_url, find_dispute
from .errors import KeyReused, NoAnswer, NotFound, Refused, StripeBroke, StripeTrouble
from .events import BadWebhook, Event, event_of, read_event, usable_secrets
from .keys import masked, mode_of, problem_of
from .listing import disputes_since, events_since, payments_since, refunds_since
from .methods import is_let_in, method_name, method_names
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
    "Account",
    "BadWebhook",
    "CannotCharge",
    "Dispute",
    "Event",
    "KeyReused",
    "Movement",
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
    "disputes_since",
    "event_of",
    "events_since",
    "every",
    "find_dispute",
    "find_page",
    "find_payment",
    "find_refund",
    "is_any_configured",
    "is_let_in",
    "masked",
    "method_name",
    "method_names",
    "minor_units",
    "mode_of",
    "named",
    "of_site",
    "payments_since",
    "problem_of",
    "read_event",
    "refunds_of_charge",
    "refunds_of_payment",
    "refunds_since",
    "shared",
    "smallest",
    "unit",
    "units_of_one",
    "usable_secrets",
    "whole_units",
]

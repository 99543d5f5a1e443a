"""Which request asks for what."""

import dataclasses
import re
from collections.abc import Callable
from typing import Any

from . import (
    accounts,
    balance,
    charges,
    checkout,
    disputes,
    events,
    payment_intents,
    payment_methods,
    refunds,
)
from .parameters import known_parameters
from .payment_methods import TYPED_CARD

ID = r"([A-Za-z0-9_]+)"


@dataclasses.dataclass(frozen=True)
class Route:
    """`call` names the known parameters; `in_browser` lets a publishable key ask, which then has
    to know the client secret."""

    method: str
    path: str
    call: str
    verb: Callable[..., dict[str, Any]]
    in_browser: bool = False


def browser_parameters(call: str) -> dict[str, Any]:
    """What Stripe.js sends besides: the secret, and the card that was typed in its frame."""
    added: dict[str, Any] = {"client_secret!": "str", "key": "str"}
    if call == "payment_intent.confirm":
        data = known_parameters()[call]["payment_method_data"]
        added["payment_method_data"] = {**data, **TYPED_CARD, "type!": data["type!"] + "|card"}
    return added


ROUTES = [
    Route("GET", "/v1/account", "account.retrieve", accounts.retrieve_own),
    Route("GET", "/v1/balance_transactions", "balance_transaction.list", balance.list_all),
    Route(
        "GET",
        f"/v1/balance_transactions/{ID}",
        "balance_transaction.retrieve",
        balance.retrieve,
    ),
    Route("GET", "/v1/charges", "charge.list", charges.list_all),
    Route("GET", f"/v1/charges/{ID}", "charge.retrieve", charges.retrieve),
    Route("GET", f"/v1/charges/{ID}/refunds", "charge.refunds", charges.refunds_of),
    Route("GET", "/v1/checkout/sessions", "checkout.session.list", checkout.list_all),
    Route("POST", "/v1/checkout/sessions", "checkout.session.create", checkout.create),
    Route("GET", f"/v1/checkout/sessions/{ID}", "checkout.session.retrieve", checkout.retrieve),
    Route("POST", f"/v1/checkout/sessions/{ID}/expire", "checkout.session.expire", checkout.expire),
    Route(
        "GET",
        f"/v1/checkout/sessions/{ID}/line_items",
        "checkout.session.line_items",
        checkout.line_items,
    ),
    Route("GET", "/v1/disputes", "dispute.list", disputes.list_all),
    Route("GET", f"/v1/disputes/{ID}", "dispute.retrieve", disputes.retrieve),
    Route("POST", f"/v1/disputes/{ID}/close", "dispute.close", disputes.close),
    Route("GET", "/v1/events", "event.list", events.list_all),
    Route("GET", f"/v1/events/{ID}", "event.retrieve", events.retrieve),
    Route("GET", "/v1/payment_intents", "payment_intent.list", payment_intents.list_all),
    Route("POST", "/v1/payment_intents", "payment_intent.create", payment_intents.create),
    Route(
        "GET",
        f"/v1/payment_intents/{ID}",
        "payment_intent.retrieve",
        payment_intents.retrieve,
        in_browser=True,
    ),
    Route("POST", f"/v1/payment_intents/{ID}", "payment_intent.update", payment_intents.update),
    Route(
        "POST",
        f"/v1/payment_intents/{ID}/confirm",
        "payment_intent.confirm",
        payment_intents.confirm,
        in_browser=True,
    ),
    Route(
        "POST",
        f"/v1/payment_intents/{ID}/cancel",
        "payment_intent.cancel",
        payment_intents.cancel,
    ),
    Route("GET", f"/v1/payment_methods/{ID}", "payment_method.retrieve", payment_methods.retrieve),
    Route("GET", "/v1/refunds", "refund.list", refunds.list_all),
    Route("POST", "/v1/refunds", "refund.create", refunds.create),
    Route("GET", f"/v1/refunds/{ID}", "refund.retrieve", refunds.retrieve),
    Route("POST", f"/v1/refunds/{ID}", "refund.update", refunds.update),
]


def find(method: str, path: str) -> tuple[Route, tuple[str, ...]] | None:
    for route in ROUTES:
        match = re.fullmatch(route.path, path)
        if match and route.method == method:
            return route, match.groups()
    return None

"""The payment intent as Stripe shows it, and the parts of it that parameters shape."""

from typing import Any

from . import errors
from .call import Call
from .ids import new_id

COPIED = (
    "description", "receipt_email", "setup_future_usage", "shipping", "statement_descriptor",
    "statement_descriptor_suffix", "transfer_group",
)  # fmt: skip
METHODS = ("card", "sepa_debit")
CHOOSING_METHODS = (
    "allowed_payment_method_types",
    "automatic_payment_methods",
    "excluded_payment_method_types",
    "payment_method_types",
)


def new(call: Call, amount: int, currency: str, params: dict[str, Any]) -> dict[str, Any]:
    intent_id = new_id("pi_")
    types = method_types(currency, params)
    explicit = {"allowed_payment_method_types", "payment_method_types"} & params.keys()
    automatic = params.get("automatic_payment_methods") or {"enabled": True}
    return {
        "id": intent_id,
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": None
        if explicit or not automatic["enabled"]
        else {"allow_redirects": "always", **automatic},
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": params.get("capture_method") or "automatic_async",
        "client_secret": f"{intent_id}_secret_{new_id('', 25)}",
        "confirmation_method": "automatic",
        "created": call.now,
        "currency": currency,
        "customer": params.get("customer"),
        "customer_account": None,
        "excluded_payment_method_types": params.get("excluded_payment_method_types"),
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "managed_payments": {"enabled": False},
        "metadata": kept_metadata(params.get("metadata")),
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": options(params.get("payment_method_options"), types),
        "payment_method_types": types,
        "processing": None,
        "review": None,
        "source": None,
        "status": "requires_payment_method",
        "transfer_data": None,
        **{name: params.get(name) for name in COPIED},
    }


def method_types(currency: str, params: dict[str, Any]) -> list[str]:
    """Cards always; direct debit where it can be: in euros."""
    given = [name for name in CHOOSING_METHODS if params.get(name)]
    if len(given) > 1 and set(given) != {
        "automatic_payment_methods",
        "excluded_payment_method_types",
    }:
        raise errors.exclusive_parameters(*given[:2])
    automatic = params.get("automatic_payment_methods") or {"enabled": True}
    debits = currency == "eur" and automatic["enabled"]
    types = [kind for kind in METHODS if kind == "card" or debits]
    if exact := params.get("payment_method_types"):
        if unfit := [kind for kind in exact if kind not in types]:
            raise errors.invalid(
                "payment_method_types",
                f'The payment method type "{unfit[0]}" is invalid for this payment.',
                "payment_intent_invalid_parameter",
            )
        return exact
    allowed = params.get("allowed_payment_method_types") or types
    excluded = params.get("excluded_payment_method_types") or []
    types = [kind for kind in types if kind in allowed and kind not in excluded]
    if not types:
        raise errors.invalid(
            given[0], "No valid payment method types for this payment.", "parameter_invalid_empty"
        )
    return types


def options(given: dict[str, Any] | None, types: list[str]) -> dict[str, Any]:
    defaults = {
        "card": {
            "installments": None,
            "mandate_options": None,
            "network": None,
            "request_three_d_secure": "automatic",
        },
        "sepa_debit": {},
    }
    return {kind: {**defaults[kind], **((given or {}).get(kind) or {})} for kind in types}


def kept_metadata(
    given: dict[str, Any] | None, before: dict[str, Any] | None = None
) -> dict[str, str]:
    """Metadata is merged; an emptied key goes, and emptied as a whole all of it."""
    if given is None:
        return {}
    merged = {**(before or {}), **given}
    return {key: value for key, value in merged.items() if value is not None}

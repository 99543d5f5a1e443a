"""Stripe's known parameters, read out of the types in the `stripe` package.

The stand-in keeps them in `known_parameters.json`, because it runs on the standard library alone.
After an update of the package write that file anew:

    python -m tests.sandbox_site.stripe_standin.stripe_types

In the file a key that ends in "!" must be given and one that ends in "?" may be emptied by "".
A value is "str", "int", "bool", "float", "decimal", "enum:a|b", a list of one kind, an object of
further keys ({"*": kind} for free keys), or {"anyOf": [kinds]}.
"""

import json
import pathlib
import sys
import types
import typing
from decimal import Decimal
from typing import Any, ForwardRef, Literal, Union, get_args, get_origin

import stripe
import typing_extensions
from stripe._request_options import RequestOptions

import sandbox_site.stripe_standin

FILE = pathlib.Path(sandbox_site.stripe_standin.__file__).with_name("known_parameters.json")
KINDS = {str: "str", int: "int", bool: "bool", float: "float", Decimal: "decimal"}
REQUIRED = (typing.Required, typing_extensions.Required)
NOT_REQUIRED = (typing.NotRequired, typing_extensions.NotRequired)

CALLS = {
    "account.retrieve": stripe.params.AccountRetrieveCurrentParams,
    "balance_transaction.list": stripe.params.BalanceTransactionListParams,
    "balance_transaction.retrieve": stripe.params.BalanceTransactionRetrieveParams,
    "charge.list": stripe.params.ChargeListParams,
    "charge.retrieve": stripe.params.ChargeRetrieveParams,
    "charge.refunds": stripe.params.ChargeListRefundsParams,
    "checkout.session.create": stripe.params.checkout.SessionCreateParams,
    "checkout.session.expire": stripe.params.checkout.SessionExpireParams,
    "checkout.session.line_items": stripe.params.checkout.SessionLineItemListParams,
    "checkout.session.list": stripe.params.checkout.SessionListParams,
    "checkout.session.retrieve": stripe.params.checkout.SessionRetrieveParams,
    "dispute.close": stripe.params.DisputeCloseParams,
    "dispute.list": stripe.params.DisputeListParams,
    "dispute.retrieve": stripe.params.DisputeRetrieveParams,
    "event.list": stripe.params.EventListParams,
    "event.retrieve": stripe.params.EventRetrieveParams,
    "payment_intent.cancel": stripe.params.PaymentIntentCancelParams,
    "payment_intent.confirm": stripe.params.PaymentIntentConfirmParams,
    "payment_intent.create": stripe.params.PaymentIntentCreateParams,
    "payment_intent.list": stripe.params.PaymentIntentListParams,
    "payment_intent.retrieve": stripe.params.PaymentIntentRetrieveParams,
    "payment_intent.update": stripe.params.PaymentIntentUpdateParams,
    "payment_method.retrieve": stripe.params.PaymentMethodRetrieveParams,
    "refund.create": stripe.params.RefundCreateParams,
    "refund.list": stripe.params.RefundListParams,
    "refund.retrieve": stripe.params.RefundRetrieveParams,
    "refund.update": stripe.params.RefundUpdateParams,
}


def known_parameters() -> dict[str, Any]:
    return {call: _fields(params) for call, params in CALLS.items()}


def resolved(hint: Any, owner: type) -> Any:
    """The annotation with the names in it looked up in the module of its class."""
    names = dict(vars(sys.modules[owner.__module__]))
    hint = ForwardRef(hint) if isinstance(hint, str) else hint
    return typing._eval_type(hint, names, names)


def _fields(owner: type) -> dict[str, Any]:
    fields = {}
    for name, annotation in owner.__annotations__.items():
        if name in RequestOptions.__annotations__:
            continue
        hint = resolved(annotation, owner)
        required = get_origin(hint) not in NOT_REQUIRED
        kinds, emptyable = _kinds(hint)
        mark = "!" if required else "?" if emptyable else ""
        fields[name + mark] = kinds[0] if len(kinds) == 1 else {"anyOf": kinds}
    return fields


def _kinds(hint: Any) -> tuple[list[Any], bool]:
    if get_origin(hint) in REQUIRED + NOT_REQUIRED:
        return _kinds(get_args(hint)[0])
    if get_origin(hint) is not Union and not isinstance(hint, types.UnionType):
        return [_kind(hint)], False
    members = [member for member in get_args(hint) if "Untyped" not in str(member)]
    kinds = [_kind(member) for member in members]
    emptyable = "enum:" in kinds
    kinds = [kind for kind in kinds if kind != "enum:"]
    if any(str(kind).startswith("enum:") for kind in kinds):
        kinds = [kind for kind in kinds if kind != "str"]  # "|str" only keeps enums open
    return kinds, emptyable


def _kind(hint: Any) -> Any:
    origin = get_origin(hint)
    if origin in (Literal, typing_extensions.Literal):
        return "enum:" + "|".join(str(value) for value in get_args(hint))
    if origin is list:
        kinds, _ = _kinds(get_args(hint)[0])
        return kinds if len(kinds) == 1 else [{"anyOf": kinds}]
    if origin is dict:
        return {"*": "str"}
    if hasattr(hint, "__total__"):
        return _fields(hint)
    return KINDS[hint]


def as_text() -> str:
    """One line per parameter, so that an update shows as a readable difference."""
    calls = []
    for call, fields in sorted(known_parameters().items()):
        lines = [f"    {json.dumps(key)}: {json.dumps(kind)}" for key, kind in fields.items()]
        calls.append(f"  {json.dumps(call)}: {{\n" + ",\n".join(lines) + "\n  }")
    return "{\n" + ",\n".join(calls) + "\n}\n"


if __name__ == "__main__":
    FILE.write_text(as_text())

"""What moved on the shop's balance: https://docs.stripe.com/api/balance_transactions.

The stand-in takes no fee and settles in the currency of the payment.
"""

from typing import Any

from . import errors, lists
from .call import Call
from .ids import new_id

# Type of the row → how reports name it: https://docs.stripe.com/reports/reporting-categories
CATEGORIES = {
    "charge": "charge",
    "payment": "charge",
    "refund": "refund",
    "payment_refund": "refund",
    "refund_failure": "refund_failure",
    "adjustment": "dispute",
}


def move(
    call: Call, kind: str, amount: int, source: dict[str, Any], *, description: str | None = None
) -> dict[str, Any]:
    """`amount` is negative where money leaves; `source` is the charge, refund or dispute."""
    return call.store.put(
        {
            "id": new_id("txn_"),
            "object": "balance_transaction",
            "amount": amount,
            "available_on": call.now,
            "balance_type": "payments",
            "created": call.now,
            "currency": source["currency"],
            "description": description,
            "exchange_rate": None,
            "fee": 0,
            "fee_details": [],
            "net": amount,
            "reporting_category": CATEGORIES[kind],
            "source": source["id"],
            "status": "available",
            "type": kind,
        }
    )


def retrieve(call: Call, object_id: str, params: dict[str, Any]) -> dict[str, Any]:
    found = call.store.get("balance_transaction", object_id)
    if not found:
        raise errors.no_such("balance_transaction", object_id)
    return found


def list_all(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    where = [
        lists.equals(f"$.{name}", params[name])
        for name in ("currency", "source", "type")
        if params.get(name)
    ]
    return lists.page(call, "balance_transaction", "/v1/balance_transactions", params, where)

"""Checkout Sessions: https://docs.stripe.com/api/checkout/sessions. One payment, hosted page."""

from typing import Any

from . import currencies, errors, expansion, lists, payment_intent_object, payment_intents
from .call import Call
from .events import emit
from .ids import new_id
from .line_items import items_of

HALF_AN_HOUR, A_DAY = 1800, 86400
SIMULATED = {
    "allowed_payment_method_types", "branding_settings", "cancel_url", "client_reference_id",
    "currency", "customer", "customer_creation", "customer_email", "expand", "expires_at",
    "excluded_payment_method_types", "integration_identifier", "line_items", "locale", "metadata",
    "mode", "origin_context", "payment_intent_data", "payment_method_options",
    "payment_method_types", "redirect_on_completion", "submit_type", "success_url", "ui_mode",
}  # fmt: skip


def create(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    _check_simulated(params)
    if not params.get("success_url"):
        raise errors.missing_parameter("success_url")
    items = items_of(call, params)
    currency = items[0]["currency"]
    total = sum(item["amount_total"] for item in items)
    currencies.check_smallest(total, currency, "line_items")
    session = _new(call, params, currency, total)
    call.store.put(session, line_items=items, intent=params.get("payment_intent_data") or {})
    call.store.set_timer(session["id"], session["expires_at"])
    return session


def _new(call: Call, params: dict[str, Any], currency: str, total: int) -> dict[str, Any]:
    session_id = new_id("cs_test_a1", 56)
    email = params.get("customer_email")
    types = payment_intent_object.method_types(currency, params)
    return {
        "id": session_id,
        "object": "checkout.session",
        "adaptive_pricing": None,
        "after_expiration": None,
        "allow_promotion_codes": None,
        "amount_subtotal": total,
        "amount_total": total,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "billing_address_collection": None,
        "branding_settings": _branding(call, params.get("branding_settings") or {}),
        "cancel_url": params.get("cancel_url"),
        "client_reference_id": params.get("client_reference_id"),
        "client_secret": None,
        "collected_information": {
            "business_name": None,
            "individual_name": None,
            "shipping_details": None,
        },
        "consent": None,
        "consent_collection": None,
        "created": call.now,
        "currency": currency,
        "currency_conversion": None,
        "custom_fields": [],
        "custom_text": dict.fromkeys(
            ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")
        ),
        "customer": params.get("customer"),
        "customer_account": None,
        "customer_creation": params.get("customer_creation") or "if_required",
        "customer_details": _customer_details(email, None) if email else None,
        "customer_email": email,
        "discounts": [],
        "expires_at": _expires_at(call, params.get("expires_at")),
        "integration_identifier": params.get("integration_identifier"),
        "invoice": None,
        "invoice_creation": _no_invoice(),
        "livemode": False,
        "locale": params.get("locale"),
        "managed_payments": {"enabled": False},
        "metadata": payment_intent_object.kept_metadata(params.get("metadata")),
        "mode": "payment",
        "origin_context": params.get("origin_context"),
        "payment_intent": None,
        "payment_link": None,
        "payment_method_collection": "if_required",
        "payment_method_configuration_details": None,
        "payment_method_options": _method_options(params.get("payment_method_options"), types),
        "payment_method_types": types,
        "payment_status": "unpaid",
        "permissions": None,
        "phone_number_collection": {"enabled": False},
        "recovered_from": None,
        "saved_payment_method_options": None,
        "setup_intent": None,
        "shipping_address_collection": None,
        "shipping_cost": None,
        "shipping_options": [],
        "status": "open",
        "submit_type": params.get("submit_type"),
        "subscription": None,
        "success_url": params["success_url"],
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
        "url": f"{call.settings.url}/c/pay/{session_id}",
        "wallet_options": None,
    }


def retrieve(call: Call, object_id: str, params: dict[str, Any]) -> dict[str, Any]:
    found = call.store.get("checkout.session", object_id)
    if not found:
        raise errors.no_such("checkout.session", object_id)
    return found


def line_items(call: Call, object_id: str, params: dict[str, Any]) -> dict[str, Any]:
    return expansion.line_items(call.store, retrieve(call, object_id, {})["id"])


def list_all(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    where = [
        lists.equals(f"$.{name}", params[name])
        for name in ("payment_intent", "customer", "status")
        if params.get(name)
    ]
    if details := params.get("customer_details"):
        where.append(lists.equals("$.customer_details.email", details["email"]))
    return lists.page(call, "checkout.session", "/v1/checkout/sessions", params, where)


def expire(call: Call, object_id: str, params: dict[str, Any]) -> dict[str, Any]:
    session = retrieve(call, object_id, {})
    if session["status"] != "open":
        raise errors.ApiError(
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout '
            f"Session has a status of {session['status']}.",
            replays=True,
        )
    session |= {"status": "expired", "url": None}
    call.store.put(session)
    call.store.drop_timer(object_id)
    if session["payment_intent"]:
        intent = payment_intents.retrieve(call, session["payment_intent"], {})
        payment_intents.canceled(call, intent, "automatic")
    emit(call, "checkout.session.expired", session)
    return session


def complete(call: Call, session: dict[str, Any], intent: dict[str, Any]) -> dict[str, Any]:
    """After a payment went through, or is on its way."""
    method = call.store.get("payment_method", intent["payment_method"])
    billing = method["billing_details"]
    email = session["customer_email"] or billing["email"]
    session |= {
        "status": "complete",
        "payment_status": "paid" if intent["status"] == "succeeded" else "unpaid",
        "customer_details": _customer_details(email, billing["name"]),
        "url": None,
    }
    call.store.put(session)
    call.store.drop_timer(session["id"])
    emit(call, "checkout.session.completed", session)
    return session


def settled(call: Call, intent: dict[str, Any]) -> None:
    """The delayed payment of a session came, or did not."""
    session_id = call.store.private(intent["id"]).get("session")
    if not session_id:
        return
    session = retrieve(call, session_id, {})
    if intent["status"] == "succeeded":
        session |= {"payment_status": "paid"}
        call.store.put(session)
        emit(call, "checkout.session.async_payment_succeeded", session)
    else:
        emit(call, "checkout.session.async_payment_failed", session)


def _check_simulated(params: dict[str, Any]) -> None:
    for name in params:
        if name not in SIMULATED:
            raise errors.not_simulated(name)
    if (mode := params.get("mode", "payment")) != "payment":
        raise errors.not_simulated(f"mode={mode}")
    if (ui_mode := params.get("ui_mode", "hosted_page")) != "hosted_page":
        raise errors.not_simulated(f"ui_mode={ui_mode}")


def _expires_at(call: Call, given: int | None) -> int:
    if given is None:
        return call.now + A_DAY
    # A few seconds pass between the shop's clock and here.
    if not call.now + HALF_AN_HOUR - 10 <= given <= call.now + A_DAY + 10:
        raise errors.invalid(
            "expires_at",
            "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout "
            "Session creation.",
        )
    return given


def _customer_details(email: str | None, name: str | None) -> dict[str, Any]:
    return {
        "address": None,
        "business_name": None,
        "email": email,
        "individual_name": None,
        "name": name,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": None,
    }


def _method_options(given: dict[str, Any] | None, types: list[str]) -> dict[str, Any]:
    defaults = {"card": {"request_three_d_secure": "automatic"}, "sepa_debit": {}}
    return {kind: {**defaults[kind], **((given or {}).get(kind) or {})} for kind in types}


def _branding(call: Call, given: dict[str, Any]) -> dict[str, Any]:
    return {
        "background_color": given.get("background_color") or "#ffffff",
        "border_style": given.get("border_style") or "rounded",
        "button_color": given.get("button_color") or "#0074d4",
        "display_name": given.get("display_name") or call.settings.shop,
        "font_family": given.get("font_family") or "default",
        "icon": None,
        "logo": None,
    }


def _no_invoice() -> dict[str, Any]:
    return {
        "enabled": False,
        "invoice_data": {
            "account_tax_ids": None,
            "custom_fields": None,
            "description": None,
            "footer": None,
            "issuer": None,
            "metadata": {},
            "rendering_options": None,
        },
    }

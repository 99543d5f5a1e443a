"""The HTTP API under /v1/: who asks, what for, and the answer in Stripe's form."""

import base64
import binascii
import dataclasses
from typing import Any

from . import decoding, errors, idempotency, misbehaviour, parameters, routes
from .call import Call, Settings
from .expansion import expand
from .ids import new_id
from .store import Store

# What a publishable key gets to see of a payment intent: no metadata, no customer.
SEEN_BY_BROWSERS = (
    "id", "object", "amount", "amount_details", "automatic_payment_methods", "canceled_at",
    "cancellation_reason", "capture_method", "client_secret", "confirmation_method", "created",
    "currency", "description", "excluded_payment_method_types", "last_payment_error", "livemode",
    "next_action", "payment_method", "payment_method_configuration_details",
    "payment_method_types", "processing", "receipt_email", "setup_future_usage", "shipping",
    "source", "status",
)  # fmt: skip


@dataclasses.dataclass
class Request:
    """`headers` have lower-case names; `form` is the body of a POST, else the query."""

    method: str
    path: str
    form: str
    headers: dict[str, str]


@dataclasses.dataclass
class Answer:
    status: int
    body: dict[str, Any]
    headers: dict[str, str]


def answer(store: Store, settings: Settings, request: Request, fails: str = "") -> Answer:
    """Never raises ApiError: errors are answers. `fails` is a way to misbehave."""
    request_id = new_id("req_", 14)
    headers = {
        "Request-Id": request_id,
        "Stripe-Version": parameters.API_VERSION,
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Expose-Headers": "Request-Id",
    }
    call = Call(store, settings, request_id, request.headers.get("idempotency-key") or None)
    call.fails = fails
    try:
        status, body = _answered(call, request, headers)
    except errors.ApiError as error:
        status, body = error.status, _error_body(call, error)
    return Answer(status, body, headers)


def _answered(call: Call, request: Request, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
    given = decoding.decode(request.form)
    call.in_browser = _is_browser(call.settings, request, given)
    call.version = _version(request)
    _check_account(call.settings, request)
    found = routes.find(request.method, request.path)
    if not found:
        raise errors.ApiError(
            f"Unrecognized request URL ({request.method}: {request.path}). Please see "
            "https://docs.stripe.com or we can help at https://support.stripe.com/.",
            status=404,
        )
    route, ids = found
    if call.in_browser and not route.in_browser:
        raise errors.unauthorized(
            "This API call cannot be made with a publishable API key. Please use a secret API "
            "key. You can find a list of your API keys at https://dashboard.stripe.com/apikeys.",
            "secret_key_required",
        )
    if request.method != "POST" or not call.idempotency_key:
        call.idempotency_key = None
        with call.store.transaction():
            return _performed(call, route, ids, given)[:2]
    with call.store.transaction():
        return _once(call, request, route, ids, given, headers)


def _once(
    call: Call,
    request: Request,
    route: routes.Route,
    ids: tuple[str, ...],
    given: dict[str, Any],
    headers: dict[str, str],
) -> tuple[int, dict[str, Any]]:
    key, path = call.idempotency_key, request.path
    headers["Idempotency-Key"] = key
    if earlier := idempotency.earlier_answer(call.store, key, path, given):
        status, body, original = earlier
        headers |= {"Idempotent-Replayed": "true", "Original-Request": original}
        return status, body
    status, body, replays = _performed(call, route, ids, given)
    if replays:
        idempotency.remember(call.store, key, path, given, status, body, call.request_id)
    return status, body


def _performed(
    call: Call, route: routes.Route, ids: tuple[str, ...], given: dict[str, Any]
) -> tuple[int, dict[str, Any], bool]:
    """Status, body, and whether an idempotency key answers so again."""
    try:
        with call.store.transaction():
            if error := misbehaviour.error_of(call.fails):
                raise error
            also = routes.browser_parameters(route.call) if call.in_browser else None
            params = parameters.check(route.call, given, version=call.version, also=also)
            try:
                thing = route.verb(call, *ids, params)
            except errors.ApiError as error:
                if not error.keeps:
                    raise
                return error.status, _error_body(call, error), error.replays
            return 200, _shown(call, expand(call.store, thing, params.get("expand") or [])), True
    except errors.ApiError as error:
        return error.status, _error_body(call, error), error.replays


def _shown(call: Call, thing: dict[str, Any]) -> dict[str, Any]:
    if call.in_browser and thing["object"] == "payment_intent":
        return {name: thing[name] for name in SEEN_BY_BROWSERS}
    return thing


def _error_body(call: Call, error: errors.ApiError) -> dict[str, Any]:
    fields = dict(error.fields)
    if intent := fields.get("payment_intent"):
        fields["payment_intent"] = _shown(call, intent)
    fields["request_log_url"] = (
        f"https://dashboard.stripe.com/{call.settings.account}/test/workbench/logs"
        f"?object={call.request_id}"
    )
    return {"error": fields}


def _is_browser(settings: Settings, request: Request, given: dict[str, Any]) -> bool:
    """Whether the key is the publishable one. Raises ApiError 401 on any that is neither."""
    key = _key(request) or given.get("key")
    if not key:
        raise errors.unauthorized(
            "You did not provide an API key. You need to provide your API key in the "
            "Authorization header, using Bearer auth (e.g. 'Authorization: Bearer "
            "YOUR_SECRET_KEY'). See https://docs.stripe.com/api#authentication for details."
        )
    if key not in (settings.secret_key, settings.publishable_key):
        raise errors.unauthorized(f"Invalid API Key provided: {_masked(str(key))}")
    return key == settings.publishable_key


def _key(request: Request) -> str | None:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(value, validate=True).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            return None
    return None


def _masked(key: str) -> str:
    if len(key) < 16:
        return "*" * len(key)
    return f"{key[:8]}{'*' * (len(key) - 12)}{key[-4:]}"


def _version(request: Request) -> str:
    version = request.headers.get("stripe-version") or parameters.API_VERSION
    if not parameters.VERSION.match(version):
        raise errors.ApiError(f"Invalid Stripe API version: {version}")
    return version


def _check_account(settings: Settings, request: Request) -> None:
    asked = request.headers.get("stripe-account")
    if asked and asked != settings.account:
        raise errors.ApiError(
            f"The provided key does not have access to account '{asked}' (or that account does "
            "not exist). Application access may have been revoked.",
            status=403,
            code="account_invalid",
        )

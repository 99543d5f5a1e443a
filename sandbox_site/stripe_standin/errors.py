"""Stripe's error answers: https://docs.stripe.com/api/errors and https://docs.stripe.com/error-codes."""

from typing import Any


class ApiError(Exception):
    """An answer of Stripe's that is an error.

    `keeps` says that what was written before stays written: a declined card leaves a failed charge.
    `replays` says that an idempotency key answers with this error again; Stripe does not store
    errors about the parameters themselves.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        keeps: bool = False,
        replays: bool = False,
        **more: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.keeps = keeps
        self.replays = replays
        fields = {"code": code, "message": message, "param": param, "type": kind, **more}
        self.fields = {name: value for name, value in fields.items() if value is not None}
        if code:
            self.fields["doc_url"] = doc_url(code)


def doc_url(code: str) -> str:
    return f"https://docs.stripe.com/error-codes/{code.replace('_', '-')}"


def unknown_parameters(names: list[str]) -> ApiError:
    plural = "s" if len(names) > 1 else ""
    return ApiError(
        f"Received unknown parameter{plural}: {', '.join(names)}",
        code="parameter_unknown",
        param=names[0],
    )


def removed_parameter(name: str) -> ApiError:
    """From API version 2026-09-30.endive on the payment methods are dynamic.

    https://docs.stripe.com/changelog/endive/2026-09-30/removes-the-payment-method-types-parameter-from-payment-intents-and-setup-intents
    """
    return ApiError(
        f"The parameter {name} is no longer supported in this API version. Use "
        "allowed_payment_method_types, excluded_payment_method_types or dynamic payment methods.",
        code=f"{name}_no_longer_supported",
        param=name,
    )


def missing_parameter(name: str) -> ApiError:
    return ApiError(f"Missing required param: {name}.", code="parameter_missing", param=name)


def empty_parameter(name: str) -> ApiError:
    return ApiError(
        f"You passed an empty string for '{name}'. We assume empty values are an attempt to unset "
        f"a parameter; however '{name}' cannot be unset. You should remove '{name}' from your "
        "request or supply a non-empty value.",
        code="parameter_invalid_empty",
        param=name,
    )


def invalid_integer(name: str, value: object) -> ApiError:
    return ApiError(f"Invalid integer: {value}", code="parameter_invalid_integer", param=name)


def invalid(name: str, message: str, code: str | None = None) -> ApiError:
    return ApiError(message, code=code, param=name)


def exclusive_parameters(first: str, second: str) -> ApiError:
    return ApiError(
        f"You may only specify one of these parameters: {first}, {second}.",
        code="parameters_exclusive",
        param=first,
    )


def not_simulated(name: str) -> ApiError:
    """Ours, not Stripe's: better no than an answer that Stripe would not give."""
    return ApiError(f"The stand-in does not do what {name} asks for.", param=name)


def no_such(kind: str, object_id: str, param: str | None = None) -> ApiError:
    """404 for an id in the address, 400 for one in a parameter."""
    in_address = {"payment_intent": "intent", "checkout.session": "session"}.get(kind, "id")
    return ApiError(
        f"No such {kind}: '{object_id}'",
        status=404 if param is None else 400,
        code="resource_missing",
        param=param or in_address,
        replays=True,
    )


def unexpected_state(message: str, intent: dict[str, Any]) -> ApiError:
    return ApiError(
        message, code="payment_intent_unexpected_state", replays=True, payment_intent=intent
    )


def unauthorized(message: str, code: str | None = None) -> ApiError:
    return ApiError(message, status=401, code=code)


def idempotency(message: str) -> ApiError:
    return ApiError(message, kind="idempotency_error")

"""Holds the parameters of a request against those that Stripe knows."""

import functools
import json
import pathlib
import re
from decimal import Decimal, InvalidOperation
from typing import Any

from . import errors

API_VERSION = "2026-10-28.endive"
VERSION = re.compile(r"^\d{4}-\d{2}-\d{2}(\.[a-z]+)?$")

# What older API versions still take: call → name → (kind, first version without it).
REMOVED: dict[str, dict[str, tuple[Any, str]]] = {
    call: {"payment_method_types": (["str"], "2026-09-30")}
    for call in (
        "payment_intent.create",
        "payment_intent.update",
        "payment_intent.confirm",
        "checkout.session.create",
    )
}
LIMITS = {"description": 1000, "statement_descriptor_suffix": 22, "client_reference_id": 200}


@functools.cache
def known_parameters() -> dict[str, dict[str, Any]]:
    return json.loads(pathlib.Path(__file__).with_name("known_parameters.json").read_text())


def check(
    call: str,
    given: dict[str, Any],
    *,
    version: str = API_VERSION,
    also: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """The parameters as Python values; what was emptied is None. Raises ApiError.

    `also` are further kinds that this caller may send: Stripe.js sends what servers must not.
    """
    kinds = {**known_parameters()[call], **(also or {})}
    for name, (kind, removed_in) in REMOVED.get(call, {}).items():
        if version < removed_in:
            kinds[name] = kind
        elif name in given:
            raise errors.removed_parameter(name)
    return _object(kinds, given, "")


def _object(kinds: dict[str, Any], given: dict[str, Any], path: str) -> dict[str, Any]:
    if "*" in kinds:
        return _free_keys(given, path)
    known = {key.rstrip("!?"): (key, kind) for key, kind in kinds.items()}
    unknown = [_join(path, name) for name in given if name not in known]
    if unknown:
        raise errors.unknown_parameters(unknown)
    for name, (key, _) in known.items():
        if key.endswith("!") and name not in given:
            raise errors.missing_parameter(_join(path, name))
    values = {}
    for name, raw in given.items():
        key, kind = known[name]
        emptied = raw == "" and key.endswith("?")
        values[name] = None if emptied else _value(kind, raw, _join(path, name))
    return values


def _join(path: str, name: str) -> str:
    return f"{path}[{name}]" if path else name


def _value(kind: Any, raw: Any, path: str) -> Any:
    if isinstance(kind, list):
        return _list(kind[0], raw, path)
    if isinstance(kind, dict) and "anyOf" in kind:
        return _any_of(kind["anyOf"], raw, path)
    if isinstance(kind, dict):
        if raw == "" and "*" in kind:
            return None
        if not isinstance(raw, dict):
            raise errors.invalid(path, "Invalid object")
        return _object(kind, raw, path)
    if not isinstance(raw, str):
        raise errors.invalid(path, f"Invalid string: {json.dumps(raw)}")
    if raw == "":
        raise errors.empty_parameter(path)
    return _plain(kind, raw, path)


def _list(kind: Any, raw: Any, path: str) -> list[Any]:
    if not isinstance(raw, dict) or not all(key.isdecimal() for key in raw):
        raise errors.invalid(path, "Invalid array")
    return [_value(kind, raw[key], f"{path}[{key}]") for key in sorted(raw, key=int)]


def _any_of(kinds: list[Any], raw: Any, path: str) -> Any:
    fitting = [kind for kind in kinds if isinstance(kind, dict) == isinstance(raw, dict)]
    for kind in fitting[:-1]:
        try:
            return _value(kind, raw, path)
        except errors.ApiError:
            continue
    return _value((fitting or kinds)[-1], raw, path)


def _free_keys(given: dict[str, Any], path: str) -> dict[str, str | None]:
    """Metadata: https://docs.stripe.com/metadata. An empty value takes the key away."""
    if len(given) > 50:
        raise errors.invalid(path, f"You can specify up to 50 keys, but you passed {len(given)}.")
    for key, value in given.items():
        if not isinstance(value, str):
            raise errors.invalid(f"{path}[{key}]", "Metadata values must be strings.")
        if len(key) > 40:
            raise errors.invalid(
                path, f"Metadata keys can have up to 40 characters, but you passed {len(key)}."
            )
        if len(value) > 500:
            raise errors.invalid(
                f"{path}[{key}]",
                f"Metadata values can have up to 500 characters, but you passed {len(value)}.",
            )
    return {key: value or None for key, value in given.items()}


def _plain(kind: str, raw: str, path: str) -> Any:
    if kind.startswith("enum:"):
        return _enum(kind.removeprefix("enum:").split("|"), raw, path)
    return {"str": _str, "int": _int, "bool": _bool, "float": _decimal, "decimal": _decimal}[kind](
        raw, path
    )


def _str(raw: str, path: str) -> str:
    name = path.rstrip("]").split("[")[-1]
    if len(raw) > LIMITS.get(name, 5000):
        raise errors.invalid(
            path, f"Invalid string: must be at most {LIMITS.get(name, 5000)} characters"
        )
    if name in ("receipt_email", "customer_email", "email") and not _is_email(raw):
        raise errors.invalid(path, f"Invalid email address: {raw}", "email_invalid")
    if name in ("return_url", "success_url", "cancel_url") and not _is_url(raw):
        raise errors.invalid(path, "Not a valid URL", "url_invalid")
    return raw


def _is_email(text: str) -> bool:
    return re.fullmatch(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+", text) is not None


def _is_url(text: str) -> bool:
    return re.fullmatch(r"[a-z][a-z0-9+.-]*://[^\s/]+\S*", text, re.IGNORECASE) is not None and (
        not text.lower().startswith(("javascript:", "data:"))
    )


def _int(raw: str, path: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,15}", raw):
        raise errors.invalid_integer(path, raw)
    return int(raw)


def _bool(raw: str, path: str) -> bool:
    if raw not in ("true", "false"):
        raise errors.invalid(path, f"Invalid boolean: {raw}")
    return raw == "true"


def _decimal(raw: str, path: str) -> Decimal:
    try:
        value = Decimal(raw)
    except InvalidOperation:
        raise errors.invalid(path, f"Invalid decimal: {raw}") from None
    if not value.is_finite():
        raise errors.invalid(path, f"Invalid decimal: {raw}")
    return value


def _enum(choices: list[str], raw: str, path: str) -> str:
    if raw not in choices:
        listed = ", ".join(choices[:-1]) + f", or {choices[-1]}" if len(choices) > 1 else choices[0]
        raise errors.invalid(path, f"Invalid {path}: must be one of {listed}")
    return raw

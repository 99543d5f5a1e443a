"""Stripe's form encoding: `metadata[a]=b`, `line_items[0][quantity]=1`, `expand[]=x`."""

import re
from typing import Any
from urllib.parse import parse_qsl

from . import errors

NAME = re.compile(r"^([^\[\]]+)((?:\[[^\[\]]*\])*)$")
DEEPEST = 10


def decode(text: str) -> dict[str, Any]:
    """The nested parameters. Lists stay objects with "0", "1"… as keys: only the known
    parameters say where a list is meant."""
    decoded: dict[str, Any] = {}
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=2000)
    except ValueError:
        raise errors.ApiError("Invalid request: the parameters could not be read.") from None
    for name, value in pairs:
        if "\x00" in name + value:
            raise errors.ApiError("Invalid request: null bytes are not allowed.")
        _put(decoded, name, value)
    return decoded


def _put(target: dict[str, Any], name: str, value: str) -> None:
    match = NAME.match(name)
    if not match:
        raise errors.unknown_parameters([name])
    steps = [match[1], *re.findall(r"\[([^\[\]]*)\]", match[2])]
    if len(steps) > DEEPEST:
        raise errors.unknown_parameters([name])
    for step in steps[:-1]:
        target = target.setdefault(step or str(len(target)), {})
        if not isinstance(target, dict):
            raise errors.invalid(match[1], "Invalid object")
    last = steps[-1] or str(len(target))
    if isinstance(target.get(last), dict):
        raise errors.invalid(match[1], "Invalid object")
    target[last] = value

"""What can go wrong between Stripe and a shop, on a tester's word.

An answer of the API: `late` (after `seconds`), `429`, `500` (and, as Stripe does, the same again
for the same idempotency key), `nonsense` (200, but no JSON), `strange` (200, and JSON of a form
that nobody knows yet), `silence` (none at all; the line is cut after `seconds`), `lost` (the work
is done, and then the line is cut).

A webhook: `delay` (by `seconds`), `repeat` (`copies` more of it), `reorder` (those that wait go out
newest first), `drop`, `falsify` (signed by somebody else), `lie` (signed rightly, but with another
amount in it).
"""

import copy
import dataclasses
import threading
from typing import Any

from . import errors

ANSWERS = ("late", "429", "500", "nonsense", "strange", "silence", "lost")
WEBHOOKS = ("delay", "repeat", "reorder", "drop", "falsify", "lie")


@dataclasses.dataclass
class Rule:
    """Holds for the next `times` requests to addresses (or types of webhook) that begin with
    `about`; with `method`, for those of it alone."""

    how: str
    about: str = ""
    method: str = ""
    times: int = 1
    seconds: float = 0
    copies: int = 1


class Misbehaviour:
    """The rules that are left, used up one by one; in memory alone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: list[Rule] = []

    def add(self, form: dict[str, Any]) -> Rule:
        """Raises ApiError for what is no rule."""
        if form.get("how") not in ANSWERS + WEBHOOKS:
            raise errors.invalid("how", f"One of {', '.join(ANSWERS + WEBHOOKS)}.")
        try:
            rule = Rule(
                how=form["how"],
                about=form.get("about", ""),
                method=form.get("method", "").upper(),
                times=int(form.get("times", 1)),
                seconds=float(form.get("seconds", 0)),
                copies=int(form.get("copies", 1)),
            )
        except (TypeError, ValueError) as error:
            raise errors.invalid("times", "times, seconds and copies are numbers.") from error
        with self._lock:
            self._rules.append(rule)
        return rule

    def clear(self) -> None:
        with self._lock:
            self._rules.clear()

    def listed(self) -> list[dict[str, Any]]:
        with self._lock:
            return [dataclasses.asdict(rule) for rule in self._rules]

    def for_answer(self, method: str, path: str) -> Rule | None:
        return self._next(ANSWERS, path, method)

    def for_webhook(self, kind: str) -> Rule | None:
        return self._next(WEBHOOKS, kind)

    def _next(self, hows: tuple[str, ...], about: str, method: str = "") -> Rule | None:
        with self._lock:
            for rule in self._rules:
                fits = rule.how in hows and about.startswith(rule.about)
                if fits and rule.method in ("", method):
                    rule.times -= 1
                    if rule.times < 1:
                        self._rules.remove(rule)
                    return rule
        return None


def error_of(how: str) -> errors.ApiError | None:
    """What is answered in place of doing anything."""
    if how == "429":
        return errors.ApiError(
            "Request rate limit exceeded. Learn more about rate limits here "
            "https://stripe.com/docs/rate-limits.",
            status=429,
            code="rate_limit",
        )
    if how == "500":
        return errors.ApiError(
            "An unknown error occurred.", status=500, kind="api_error", replays=True
        )
    return None


def lying(event: dict[str, Any]) -> dict[str, Any]:
    """The same event with amounts that are not true."""
    lie = copy.deepcopy(event)
    thing = lie["data"]["object"]
    for name in ("amount", "amount_received", "amount_refunded"):
        if isinstance(thing.get(name), int):
            thing[name] = thing[name] * 10 + 1
    return lie

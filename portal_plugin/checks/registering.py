"""How a check of ours is registered, and the one on which all others stand: the settings dict.

A check is a generator of messages without arguments (``databases`` for one that asks a database).
While the dict itself is wrong every other check is silent, so that none of them has to doubt it.
"""

from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from typing import Any, get_args, get_origin, get_type_hints

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from ..conf import Conf

TAG = "portal_plugin"
#: Texts that may not be empty, because nothing can stand for them.
NEEDED = {"BASE_TEMPLATE", "STRIPE_SCRIPT_URL"}
#: What a site's own entry in ``STRIPE_ACCOUNTS`` may say, as the dict itself does for all others.
OF_ACCOUNTS = {
    "STRIPE_SECRET_KEY",
    "STRIPE_PUBLISHABLE_KEY",
    "STRIPE_WEBHOOK_SECRETS",
    "STRIPE_API_BASE",
}


def portal_check(*, deploy: bool = False) -> Callable:
    """Register a generator function; ``deploy`` keeps it for ``check --deploy``."""

    def decorate(find: Callable[[], Iterable[CheckMessage]]) -> Callable:
        def check(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
            return list(find()) if is_readable() else []

        return register(TAG, deploy=deploy)(_named(check, find))

    return decorate


def database_check(find: Callable[[list[str]], Iterable[CheckMessage]]) -> Callable:
    """Register a generator function that may ask the databases whose aliases it is given."""

    def check(
        app_configs: Any = None, databases: list[str] | None = None, **kwargs: Any
    ) -> list[CheckMessage]:
        return list(find(databases)) if databases and is_readable() else []

    return register(TAG, Tags.database)(_named(check, find))


def _named(check: Callable, find: Callable) -> Callable:
    check.__name__, check.__doc__, check.__module__ = find.__name__, find.__doc__, find.__module__
    return check


def is_readable() -> bool:
    return not any(True for _problem in problems())


@register(TAG)
def dict_is_right(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """``PORTAL_PLUGIN`` is a dict, and what stands in it is of the right kind."""
    found = list(problems())
    return found or list(unknown_keys())


def problems() -> Iterator[CheckMessage]:
    values = getattr(settings, "PORTAL_PLUGIN", {})
    if not isinstance(values, dict):
        yield Error(
            f"PORTAL_PLUGIN is a {type(values).__name__}, not a dict.",
            hint="Write PORTAL_PLUGIN = {} in your settings; every key has a default.",
            id="portal_plugin.E006",
        )
        return
    for where, own, names in _dicts(values):
        for name, wanted in names.items():
            if name in own and (problem := _problem(where, name, own[name], wanted)):
                yield problem


def _dicts(values: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """The dict itself, and those of Stripe accounts inside it: where each is, and its keys."""
    yield "PORTAL_PLUGIN", values, kinds()
    accounts = values.get("STRIPE_ACCOUNTS")
    for host, own in accounts.items() if isinstance(accounts, dict) else ():
        if isinstance(own, dict):
            names = {name: kind for name, kind in kinds().items() if name in OF_ACCOUNTS}
            yield f"PORTAL_PLUGIN['STRIPE_ACCOUNTS'][{host!r}]", own, names


def kinds() -> dict[str, Any]:
    """Key to the type of its value, as ``conf`` declares it."""
    return {
        name.upper(): get_type_hints(value.fget)["return"]
        for name, value in vars(Conf).items()
        if isinstance(value, property)
    }


def _problem(where: str, name: str, value: Any, wanted: Any) -> CheckMessage | None:
    place = f"{where}[{name!r}]"
    if not _is_a(value, wanted) and not (name == "STRIPE_WEBHOOK_SECRETS" and _is_a(value, str)):
        cause = f"{place} is of type {type(value).__name__}, not {_say(wanted)}."
    elif name in NEEDED and not value:
        cause = f"{place} is empty."
    elif isinstance(value, int | float) and value < 0:
        cause = f"{place} is below zero."
    else:
        return None
    return Error(
        cause,
        hint="Correct the value, or leave the key out to have its default.",
        id="portal_plugin.E007",
    )


def _is_a(value: Any, wanted: Any) -> bool:
    if get_origin(wanted) is list:
        (inner,) = get_args(wanted)
        return isinstance(value, list | tuple) and all(_is_a(one, inner) for one in value)
    if get_origin(wanted) is dict:
        kinds = get_args(wanted)
        pairs = value.items() if isinstance(value, dict) else [None]
        return all(pair and all(map(_is_a, pair, kinds)) for pair in pairs)
    if wanted is float:
        wanted = int | float
    # True is an int to Python, and a mistake here.
    return isinstance(value, wanted) and (wanted is bool or not isinstance(value, bool))


def _say(wanted: Any) -> str:
    names = [inner.__name__ for inner in get_args(wanted)]
    if get_origin(wanted) is dict:
        return "a dict of {} by {}".format(*reversed(names))
    return f"a list of {names[0]}" if names else wanted.__name__


def unknown_keys() -> Iterator[CheckMessage]:
    for where, own, names in _dicts(getattr(settings, "PORTAL_PLUGIN", {})):
        for name in own:
            if name in names:
                continue
            close = get_close_matches(str(name).upper(), names, 1)
            yield Warning(
                f"{where} has a key {name!r} that means nothing.",
                hint=f"Did you mean {close[0]!r}?" if close else "Take it out.",
                id="portal_plugin.W003",
            )

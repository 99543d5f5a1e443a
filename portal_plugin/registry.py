"""Where higher floors leave what lower floors need, filled once in ``AppConfig.ready()``.

Three things live here: the customer actions, the presenter that turns a document into the context
of its page (a model's preview asks for it), and the wakers of work that waits after a commit.
"""

from collections.abc import Callable
from typing import Any

_actions: dict[str, Any] = {}
_presenters: dict[str, Callable] = {}
_workers: dict[str, Callable[[], Any]] = {}
_enqueuers: list[Callable[[str], bool]] = []


def register_action(action_class):
    """Class decorator. The action's ``name`` is its address, template, activity verb and email.

    A second class of the same name replaces the first, so that a site can change an action.
    """
    _actions[action_class.name] = action_class
    return action_class


def actions() -> list:
    """All action classes, in the order in which they were registered."""
    return list(_actions.values())


def action(name: str):
    """The action class of that name. Raises ``KeyError``."""
    return _actions[name]


def set_presenter(name: str, presenter: Callable) -> None:
    _presenters[name] = presenter


def present(name: str, *args, **kwargs):
    """Call the presenter that a higher floor left here under ``name``."""
    return _presenters[name](*args, **kwargs)


def register_worker(kind: str, drain: Callable[[], Any]) -> None:
    """``drain()`` does the waiting work of ``kind`` until none is left or its time is over."""
    _workers[kind] = drain


def workers() -> dict[str, Callable[[], Any]]:
    return dict(_workers)


def set_enqueuer(enqueue: Callable[[str], bool]) -> None:
    """``enqueue(kind)`` hands a kind of work to the site's task backend, and returns whether it
    did: an immediate backend would do the work inside the answer, so it declines."""
    _enqueuers[:] = [enqueue]


def enqueue(kind: str) -> bool:
    return any(enqueuer(kind) for enqueuer in _enqueuers)

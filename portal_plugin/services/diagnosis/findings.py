"""What an examination comes to: findings, worst first."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum

from django.core import checks
from django.template import VariableDoesNotExist


class Level(IntEnum):
    """FINE is only told to who asks for it."""

    FINE = 0
    INFO = 1
    WARNING = 2
    ERROR = 3


@dataclass(frozen=True)
class Finding:
    """``cause`` and ``fix`` are a sentence each; ``id`` is that of a system check."""

    level: Level
    cause: str
    fix: str = ""
    id: str = ""


def error(cause: str, fix: str) -> Finding:
    return Finding(Level.ERROR, cause, fix)


def warning(cause: str, fix: str) -> Finding:
    return Finding(Level.WARNING, cause, fix)


def info(cause: str, fix: str) -> Finding:
    return Finding(Level.INFO, cause, fix)


def fine(what: str) -> Finding:
    return Finding(Level.FINE, what)


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """In each level in the order of the examination, which follows the customer's way."""
    return sorted(findings, key=lambda finding: -finding.level)


def of_check(message: checks.CheckMessage) -> Finding:
    if message.level >= checks.ERROR:
        level = Level.ERROR
    else:
        level = Level.WARNING if message.level >= checks.WARNING else Level.INFO
    return Finding(level, str(message.msg), str(message.hint or ""), message.id or "")


def first_line(error: BaseException) -> str:
    """The error in one line, with its name where it says nothing else."""
    text = " ".join(str(error).split())
    if isinstance(error, VariableDoesNotExist):
        text = text.partition(" in [")[0]  # what follows is all that the template was given
    return f"{type(error).__name__}: {text}"[:300] if text else type(error).__name__


@contextmanager
def quiet() -> Iterator[None]:
    """What breaks while it is being tried is reported, and not logged as well."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)

"""SIGTERM: what a service manager, a deploy or ``kill`` says to a command that is at work."""

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ..services import work


@contextmanager
def softly() -> Iterator[None]:
    """The work ends behind the row that it is at, not within it: nothing is begun after the signal
    (``work.time_left``). A second one ends the process as ever."""

    def end() -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        work.end()

    with work.time_box(sys.maxsize), _on_sigterm(end):
        yield


@contextmanager
def cleanly() -> Iterator[None]:
    """The process ends at once, but what is half written is put away first."""

    def end() -> None:
        raise SystemExit(128 + signal.SIGTERM)

    with _on_sigterm(end):
        yield


@contextmanager
def _on_sigterm(end: Callable[[], None]) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread hears signals
        return
    before = signal.signal(signal.SIGTERM, lambda _number, _frame: end())
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before or signal.SIG_DFL)

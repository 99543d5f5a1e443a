"""Work after the answer: mails, PDFs and previews are rows first, and are worked off here.

A row is written in the transaction of what it tells about, and ``wake(kind)`` is called beside it.
After the commit the kind is handed to the site's task backend; where that is an immediate one, it
is worked off by the web process once the answer has gone out. ``portal_sweep`` is the guarantee for
whatever neither of them got to.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import close_old_connections, transaction

from .. import registry
from ..conf import conf

logger = logging.getLogger(__name__)

#: Kinds that may wait by the thousand: after an import, or when the mail server was away. They take
#: turns in a sweep, so that none of them keeps the others waiting, nor what is due by the day.
BACKLOGS = frozenset({"pdf", "mail", "upload", "scan", "preview"})
TURN_SECONDS = 10
#: No further round is begun after this: by then cron has begun the next sweep, and where one takes
#: long they would become more and more.
SWEEP_SECONDS = 45


class _Thread(threading.local):
    """What this thread has left to do, and the moments (monotonic seconds) when it must stop: one
    for each time box that it is in."""

    def __init__(self) -> None:
        self.kinds: set[str] = set()
        self.deadlines: list[float] = []
        self.has_broken_row = False


class _Turn:
    """One thread of a process works on a kind; whoever comes meanwhile asks it to look again."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.again = threading.Event()


_thread = _Thread()
_turns: dict[str, _Turn] = {}


def wake(kind: str) -> None:
    """Rows of ``kind`` wait. Nothing happens before the commit, and nothing on a rollback."""
    transaction.on_commit(lambda: _mark(kind), robust=True)


def _mark(kind: str) -> None:
    if not registry.enqueue(kind):
        _thread.kinds.add(kind)


def drain_after_answer(**signal: Any) -> None:
    """Receiver of ``request_finished``, which a server sends when the whole answer is out."""
    kinds, _thread.kinds = _thread.kinds, set()
    if not kinds:
        return
    with time_box(conf.drain_seconds):
        for kind in registry.workers():
            if kind in kinds:
                run(kind)
    # Django's own receiver ran before this one; what was opened since is ours to give back. Inside
    # a transaction, as in a test client's request, the connection is somebody's: leave it.
    if not transaction.get_connection().in_atomic_block:
        close_old_connections()


@contextmanager
def time_box(seconds: float) -> Iterator[None]:
    """``time_left()`` of this thread turns false after ``seconds``, or with the box around."""
    _thread.deadlines.append(time.monotonic() + seconds)
    try:
        yield
    finally:
        _thread.deadlines.pop()


def end() -> None:
    """The time of all of this thread's boxes is over: somebody told the process to end."""
    _thread.deadlines = [time.monotonic()] * len(_thread.deadlines)


def time_left() -> bool:
    """Asked by every worker between two rows. Without a time box there is always time."""
    return not _thread.deadlines or time.monotonic() < min(_thread.deadlines)


def run(kind: str) -> bool:
    """Let the worker of ``kind`` do what waits. Returns ``False`` when it broke down.

    In one process only one thread does it at a time, so that a slow mail server takes one thread
    and not all of them. Another process is kept off by the lease of each row.
    """
    drain = registry.workers()[kind]
    _thread.has_broken_row = False
    turn = _turns.setdefault(kind, _Turn())
    turn.again.set()
    is_sound = True
    while turn.again.is_set() and turn.lock.acquire(blocking=False):
        try:
            turn.again.clear()
            drain()
        except Exception:
            # A worker's outermost loop: rows keep their lease and are taken over by the sweep.
            logger.exception("Waiting work of kind %r broke down", kind)
            is_sound = False
        finally:
            turn.lock.release()
        if not time_left():
            break
    return is_sound and not _thread.has_broken_row


def each(what: str, rows: Iterable[Any], do: Callable[[Any], object], *, most: int) -> int:
    """``do`` one row after the other, as far as there is time, and returns for how many that was
    true; it ends after ``most`` of these.

    One that breaks down holds up no other: it is logged, as ``what`` with its ``pk``, and left as
    it was. The worker counts as broken down all the same (``run``).
    """
    done = 0
    for row in rows:
        if done >= most or not time_left():
            break
        try:
            done += bool(do(row))
        except Exception:
            # A worker's outermost loop.
            logger.exception("%s %s broke down", what, row.pk)
            one_broke_down()
    return done


def one_broke_down() -> None:
    """A row did, and its worker goes on with the next: the sweep says so all the same."""
    _thread.has_broken_row = True


def sweep() -> list[str]:
    """Work off every kind, whatever is left of others' broken-down work included. What there is too
    much of for one sweep is left to the next.

    Returns the kinds whose worker broke down.
    """
    began = time.monotonic()
    broken: dict[str, None] = {}
    kinds = list(registry.workers())
    while kinds:
        kinds = [kind for kind in kinds if time_left() and _has_more(kind, broken)]
        if time.monotonic() - began > SWEEP_SECONDS:
            break
    return list(broken)


def _has_more(kind: str, broken: dict[str, None]) -> bool:
    """Whether it was not done with in its turn."""
    with time_box(TURN_SECONDS if kind in BACKLOGS else float("inf")):
        if not run(kind):
            broken[kind] = None
        return not time_left()

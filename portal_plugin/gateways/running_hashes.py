"""Hashes of files that are on their way, as far as this process wrote them: so that a whole file
need not be read again once it is there.

In memory alone. Another process, or this one after a restart, reads what it lacks.
"""

import hashlib
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

#: Uploads at once; of more, those begun first are read at their end.
MOST = 256
#: Steps that are hashed in one go beside what comes next: fewer are not worth a thread.
TOGETHER = 4

_found: dict[str, tuple[int, Any]] = {}
_lock = threading.Lock()


def take(name: str, at: int) -> Any:
    """The SHA-256 of the first ``at`` bytes, for the one who goes on there; ``None`` where it is
    not known here. Nobody else has it until it is given back by ``keep``. What was known of bytes
    behind the end is forgotten: they are gone, and others may come."""
    with _lock:
        known, running = _found.get(name, (0, None))
        if known >= at:
            _found.pop(name, None)
    if at == 0:
        return hashlib.sha256()
    return running if known == at else None


def keep(name: str, at: int, running: Any) -> None:
    """It is that of the first ``at`` bytes now. Of two the one that is further stays."""
    if running is None:
        return
    with _lock:
        if _found.get(name, (0, None))[0] < at:
            _found[name] = at, running
        while len(_found) > MOST:
            del _found[next(iter(_found))]


def take_furthest(name: str, most: int) -> tuple[int, Any]:
    """As far as it is known here, of a file that has ``most`` bytes."""
    with _lock:
        known, running = _found.pop(name, (0, hashlib.sha256()))
    return (known, running) if known <= most else (0, hashlib.sha256())


def forget(name: str) -> None:
    with _lock:
        _found.pop(name, None)


class Beside:
    """Hashes steps while the next ones are received and written: a hash takes longer than the
    machine's memory takes to keep them, and another processor may be free.

    Holds ``2 * TOGETHER`` steps at most, and starts no thread for fewer than ``TOGETHER``. With
    ``running`` as ``None`` nothing is hashed.
    """

    def __init__(self, running: Any) -> None:
        self._running = running
        self._waiting: list[bytes] = []
        self._worker: ThreadPoolExecutor | None = None
        self._under_way: Future[None] | None = None

    def add(self, step: bytes) -> None:
        if self._running is None:
            return
        self._waiting.append(step)
        if len(self._waiting) >= TOGETHER:
            self._wait()
            self._worker = self._worker or ThreadPoolExecutor(1, "portal-hash")
            self._under_way = self._worker.submit(self._update, self._waiting)
            self._waiting = []

    def done(self) -> Any:
        """What ``running`` is now, with every step in it."""
        self._wait()
        if self._worker is not None:
            self._worker.shutdown()
        self._update(self._waiting)
        self._waiting = []
        return self._running

    def _wait(self) -> None:
        if self._under_way is not None:
            self._under_way.result()

    def _update(self, steps: list[bytes]) -> None:
        for step in steps:
            self._running.update(step)

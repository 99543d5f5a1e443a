"""Hashes of files that are on their way, as far as this process wrote them: so that a whole file
need not be read again once it is there.

In memory alone. Another process, or this one after a restart, reads what it lacks.
"""

import hashlib
import threading
from typing import Any

#: Uploads at once; of more, those begun first are read at their end.
MOST = 256

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

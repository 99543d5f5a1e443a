"""Several people at the same moment."""

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor

from django.db import connections

#: Seconds that one waits for the others.
PATIENCE = 20


def gate_for(number, patience=PATIENCE):
    return threading.Barrier(number, timeout=patience)


def meet(gate):
    """Wait for the others, and go on without them where they do not come: in a race whose lock was
    taken away, the database may refuse one before it is here."""
    with contextlib.suppress(threading.BrokenBarrierError):
        gate.wait()


def together(number, act):
    """Run ``act(0)``, ``act(1)`` … in threads that start at once; what each returned or raised."""
    gate = gate_for(number)

    def one(index):
        gate.wait()
        try:
            return act(index)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=number) as pool:
        return list(pool.map(one, range(number)))


def attempt(act, *refusals):
    """The result of ``act``, or the refusal it raised; anything else goes up."""
    try:
        return act()
    except refusals as refused:
        return refused

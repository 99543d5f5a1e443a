"""Several people at the same moment."""

import threading
from concurrent.futures import ThreadPoolExecutor

from django.db import connections


def together(number, act):
    """Run ``act(0)``, ``act(1)`` … in threads that start at once; what each returned or raised."""
    gate = threading.Barrier(number)

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

"""Several people at the same moment."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

from django.db import connection, connections, transaction

#: Seconds that one waits for the others.
PATIENCE = 20


def gate_for(number, patience=PATIENCE):
    return threading.Barrier(number, timeout=patience)


def meet(gate):
    """Wait for the others, and go on without them where they do not come: in a race whose lock was
    taken away, the database may refuse one before it is here."""
    with suppress(threading.BrokenBarrierError):
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


@contextmanager
def another():
    """Somebody else on PostgreSQL: ``begin(act)`` returns once they have done it or wait for a
    lock that somebody holds, however busy the machine is; with the future of what comes of it."""
    with ThreadPoolExecutor(1) as pool:
        pid = pool.submit(_backend).result()

        def begin(act):
            task = pool.submit(act)
            while not task.done() and not _waits(pid):
                time.sleep(0.01)
            return task

        try:
            yield begin
        finally:
            pool.submit(connections.close_all).result()


def _backend():
    connection.ensure_connection()
    return connection.connection.info.backend_pid


def _waits(pid):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE pid = %s AND NOT granted)", [pid]
        )
        return cursor.fetchone()[0]


def beside(write, act):
    """The result of ``act``, which begins while what ``write`` wrote is not committed yet: whoever
    takes the lock waits for the commit, and whoever does not has read what stood there before."""
    with another() as begin:
        with transaction.atomic():
            write()
            late = begin(act)
        return late.result()


def attempt(act, *refusals):
    """The result of ``act``, or the refusal it raised; anything else goes up."""
    try:
        return act()
    except refusals as refused:
        return refused

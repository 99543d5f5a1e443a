"""A power cut at a named point, or at any: the act runs in a process of its own, which ends itself
there."""

import os
import random
import select
import signal
import threading
import traceback

from django.db import DatabaseError, connection, connections

from portal_plugin import faults
from portal_plugin.gateways.stripe import client


def killed_at(point, act):
    """Whether the act came to the point; it is killed there and nothing of it goes on.

    The database has to be a file or a server, and no transaction open.
    """
    connections.close_all()
    status = ended(forked(lambda: _until(point, act)))
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(status) == 0, f"{point}: the act broke down"
    return False


def _until(point, act):
    die_at(point)
    act()


def die_at(point):
    """This process, once it comes there."""

    def reached(name):
        if name == point:
            os.kill(os.getpid(), signal.SIGKILL)

    faults.on_reach = reached


def die_within(seconds):
    """This process, at whatever it is then."""
    timer = threading.Timer(random.random() * seconds, os.kill, (os.getpid(), signal.SIGKILL))
    timer.start()


#: Seconds until a process can ask the database, on a busy machine.
PATIENCE = 10


def forked(act):
    """The id of a process of its own that runs ``act`` and ends.

    A lock inside SQLite that another thread held (the stand-in's have a database, too) is held in
    the new process for ever: one that cannot ask the database is ended, and another made.
    """
    for _time in range(20):
        listening, telling = os.pipe()
        child = os.fork()
        if not child:
            os.close(listening)
            _run(act, telling)
        os.close(telling)
        is_able = select.select([listening], [], [], PATIENCE)[0] and os.read(listening, 1)
        os.close(listening)
        if is_able:
            return child
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    raise AssertionError("No process came to ask the database")


def _run(act, telling):
    client._client.cache_clear()  # sockets and locks of the parent's threads are not ours
    status = 1
    try:
        connection.ensure_connection()
        connections.close_all()
        os.write(telling, b".")
        os.close(telling)
        act()
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def ended(child):
    """How the process ended. It does not live on where nobody waits for it any longer: it would
    hold the output of the tests open."""
    try:
        return os.waitpid(child, 0)[1]
    except BaseException:
        os.kill(child, signal.SIGKILL)
        raise


def insist(act):
    """Where so many wait for one file, some wait in vain, and press the button again."""
    for _time in range(50):
        try:
            return act()
        except DatabaseError as refused:
            trouble = refused
    raise trouble

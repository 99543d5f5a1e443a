"""A power cut at a named point, or at any: the act runs in a process of its own, which ends itself
there."""

import os
import random
import signal
import threading
import traceback

from django.db import DatabaseError, connections

from portal_plugin import faults
from portal_plugin.gateways.stripe import client


def killed_at(point, act):
    """Whether the act came to the point; it is killed there and nothing of it goes on.

    The database has to be a file or a server, and no transaction open.
    """
    connections.close_all()
    _pid, status = os.waitpid(forked(lambda: _until(point, act)), 0)
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


def forked(act):
    """The id of a process of its own that runs ``act`` and ends."""
    child = os.fork()
    if child:
        return child
    client._client.cache_clear()  # sockets and locks of the parent's threads are not ours
    status = 1
    try:
        act()
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def insist(act):
    """Where so many wait for one file, some wait in vain, and press the button again."""
    for _time in range(50):
        try:
            return act()
        except DatabaseError as refused:
            trouble = refused
    raise trouble

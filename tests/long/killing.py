"""A power cut at a named point: the act runs in a process of its own, which ends itself there."""

import os
import signal
import traceback

from django.db import DatabaseError, connections

from portal_plugin import faults
from portal_plugin.gateways.stripe import client


def killed_at(point, act):
    """Whether the act came to the point; it is killed there and nothing of it goes on.

    The database has to be a file or a server, and no transaction open.
    """
    connections.close_all()
    child = os.fork()
    if child == 0:
        _die(point, act)
    _pid, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(status) == 0, f"{point}: the act broke down"
    return False


def _die(point, act):
    # Sockets and locks of the parent's threads are not ours.
    client._client.cache_clear()

    def reached(name):
        if name == point:
            os.kill(os.getpid(), signal.SIGKILL)

    faults.on_reach = reached
    status = 1
    try:
        act()
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


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

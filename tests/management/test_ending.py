"""What a command does that is told to end."""

import os
import signal
import threading

import pytest

from portal_plugin.management import ending
from portal_plugin.services import work


def tell_to_end():
    os.kill(os.getpid(), signal.SIGTERM)


@pytest.fixture(autouse=True)
def _heard_again_by_whoever_heard_before():
    def somebody(_number, _frame):
        raise AssertionError("this was not meant for me")

    before = signal.signal(signal.SIGTERM, somebody)
    yield
    assert signal.signal(signal.SIGTERM, before) is somebody


def test_nothing_is_begun_after_it():
    with ending.softly():
        assert work.time_left()
        tell_to_end()
        assert not work.time_left()
    assert work.time_left()


def test_who_insists_ends_the_process():
    with ending.softly():
        tell_to_end()
        assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_what_is_half_written_is_put_away_first():
    with pytest.raises(SystemExit) as ended, ending.cleanly():
        tell_to_end()
    assert ended.value.code == 143


def test_a_thread_of_somebodys_process_hears_nothing():
    heard = []

    def act():
        with ending.softly():
            heard.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=act)
    thread.start()
    thread.join()
    assert heard == [signal.getsignal(signal.SIGTERM)]

import os
import signal
import stat

import pytest
from django.core.management.base import CommandError

from portal_plugin.management.handing_out import new_file


@pytest.fixture
def _everybody_reads():
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("_everybody_reads")
def test_it_is_read_by_its_owner_alone(tmp_path):
    path = tmp_path / "person.zip"
    with new_file(str(path), "--output") as file:
        file.write(b"names")
    assert path.read_bytes() == b"names"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_is_there_is_not_written_over(tmp_path):
    path = tmp_path / "person.zip"
    path.write_bytes(b"old")
    with pytest.raises(CommandError, match=r"already.*--output"), new_file(str(path), "--output"):
        pass
    assert path.read_bytes() == b"old"


def test_where_nothing_can_be_written_is_a_sentence(tmp_path):
    path = str(tmp_path / "nowhere" / "person.zip")
    with pytest.raises(CommandError, match="cannot be written"), new_file(path, "--output"):
        pass


def write_half(path, end):
    with new_file(str(path), "--output") as file:
        file.write(b"half")
        end()


def break_off(error):
    raise error


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        (lambda: break_off(RuntimeError), RuntimeError),
        (lambda: break_off(OSError("disk full")), CommandError),
        (lambda: os.kill(os.getpid(), signal.SIGTERM), SystemExit),
    ],
    ids=["a fault", "a full disk", "told to end"],
)
def test_what_was_not_written_to_its_end_is_not_there(tmp_path, end, expected):
    path = tmp_path / "person.zip"
    with pytest.raises(expected):
        write_half(path, end)
    assert not path.exists()

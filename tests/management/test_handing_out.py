import os
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

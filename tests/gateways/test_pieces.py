"""A staged file on a disk that fails, fills up or loses its power."""

import io
import os
import resource
import stat
import uuid
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import pytest
from django.core.files import locks

from portal_plugin.exceptions import StorageUnavailable, UploadConflict
from portal_plugin.gateways import pieces, running_hashes
from portal_plugin.gateways.pieces import STEP, Pieces

DATA = os.urandom(3 * STEP)


@pytest.fixture
def staged(settings, tmp_path):
    settings.PORTAL_PLUGIN = {"UPLOAD_STAGING_FOLDER": str(tmp_path)}
    return Pieces(uuid.uuid4())


@pytest.fixture
def synced(monkeypatch):
    """Inode and size of what was asked to reach the disk, in that order."""
    seen, really = [], os.fsync

    def fsync(descriptor):
        found = os.fstat(descriptor)
        seen.append((found.st_ino, found.st_size))
        really(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    return seen


class Line:
    """A body of which only so many bytes arrive before the connection breaks."""

    def __init__(self, data):
        self.rest = io.BytesIO(data)

    def read(self, size):
        if found := self.rest.read(size):
            return found
        raise ConnectionResetError


def test_a_piece_is_on_the_disk_before_it_is_acknowledged(staged, synced):
    assert staged.append(io.BytesIO(DATA), 0, len(DATA)) == len(DATA)
    assert synced == [(staged.path.stat().st_ino, len(DATA))]


def test_the_disk_begins_with_much_at_a_time_and_with_nothing_twice(staged, monkeypatch):
    begun, really = [], os.posix_fadvise

    def advise(descriptor, at, size, advice):
        begun.append((at, size))
        really(descriptor, at, size, advice)

    monkeypatch.setattr(os, "posix_fadvise", advise)
    monkeypatch.setattr(pieces, "AHEAD", 2 * STEP)
    staged.append(io.BytesIO(DATA[:STEP]), 0, STEP)
    assert begun == []
    staged.append(io.BytesIO(DATA * 2), STEP, 5 * STEP)
    assert begun == [(STEP, 2 * STEP), (3 * STEP, 2 * STEP)]


def test_a_system_that_cannot_begin_early_takes_it_all(staged, synced, monkeypatch):
    monkeypatch.delattr(os, "posix_fadvise", raising=False)
    monkeypatch.setattr(pieces, "AHEAD", STEP)
    assert staged.append(io.BytesIO(DATA), 0, len(DATA)) == len(DATA)
    assert len(synced) == 1


def test_what_came_before_the_line_was_cut_is_on_the_disk_too(staged, synced):
    with pytest.raises(ConnectionResetError):
        staged.append(Line(DATA[:100]), 0, len(DATA))
    assert synced == [(staged.path.stat().st_ino, 100)]


def test_what_does_not_reach_the_disk_is_not_acknowledged(staged, monkeypatch):
    def fsync(descriptor):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(StorageUnavailable):
        staged.append(io.BytesIO(DATA), 0, len(DATA))


def test_a_piece_goes_to_the_end_and_nowhere_else_even_an_empty_one(staged):
    staged.append(io.BytesIO(DATA), 0, STEP)
    for at in (0, STEP - 1, STEP + 1):
        with pytest.raises(UploadConflict):
            staged.append(io.BytesIO(b""), at, 0)
    assert staged.append(io.BytesIO(b""), STEP, 0) == STEP


def test_no_more_is_read_than_was_said(staged):
    body = io.BytesIO(DATA)
    assert staged.append(body, 0, STEP + 100) == STEP + 100
    assert (body.tell(), staged.received) == (STEP + 100, STEP + 100)


def test_the_folder_is_made_where_it_is_not_there(settings, tmp_path):
    settings.PORTAL_PLUGIN = {"UPLOAD_STAGING_FOLDER": str(tmp_path / "new" / "folder")}
    staged = Pieces(uuid.uuid4())
    assert (staged.received, staged.head(9)) == (0, b"")
    assert staged.append(io.BytesIO(b"abc"), 0, 3) == 3
    assert staged.head(2) == b"ab"
    assert stat.S_IMODE(staged.path.stat().st_mode) == 0o600


def test_where_there_can_be_no_folder_nothing_is_taken(settings, tmp_path):
    (tmp_path / "file").write_text("")
    settings.PORTAL_PLUGIN = {"UPLOAD_STAGING_FOLDER": str(tmp_path / "file")}
    with pytest.raises(StorageUnavailable):
        Pieces(uuid.uuid4()).append(io.BytesIO(b"abc"), 0, 3)


def test_what_is_given_up_leaves_nothing(staged):
    staged.append(io.BytesIO(DATA), 0, STEP)
    for _time in range(2):
        staged.discard()
    assert not staged.path.exists()
    assert running_hashes.take_furthest(staged.path.name, STEP)[0] == 0


def test_a_step_waits_while_another_process_writes_one(staged):
    staged.append(io.BytesIO(DATA), 0, STEP)
    with ThreadPoolExecutor(1) as pool, staged.path.open("ab") as other:
        locks.lock(other, locks.LOCK_EX)
        waiting = pool.submit(staged.append, io.BytesIO(DATA), STEP, STEP)
        with pytest.raises(TimeoutError):
            waiting.result(timeout=0.2)
        locks.unlock(other)
        assert waiting.result(timeout=5) == 2 * STEP


def test_whose_line_hangs_keeps_nobody_waiting(staged):
    class Hanging(io.BytesIO):
        def read(self, size):
            with staged.path.open("ab") as other:
                free.append(locks.lock(other, locks.LOCK_EX | locks.LOCK_NB))
            return super().read(size)

    free = []
    staged.append(Hanging(DATA), 0, len(DATA))
    assert free == [True] * 3


class Overtaken(io.BytesIO):
    """While a step is read, somebody else adds one to the same file."""

    def __init__(self, data, path):
        super().__init__(data)
        self.path = path

    def read(self, size=-1):
        with self.path.open("ab") as other:
            other.write(b"theirs")
        return super().read(size)


def test_whoever_is_overtaken_between_two_looks_hears_so_and_writes_nothing(staged):
    with pytest.raises(UploadConflict):
        staged.append(Overtaken(DATA, staged.path), 0, len(DATA))
    assert staged.path.read_bytes() == b"theirs"


@pytest.mark.parametrize("has_links", [True, False])
def test_a_whole_file_is_moved_where_the_disk_lets_it_have_two_names(
    staged, monkeypatch, has_links
):
    def refuse(*_names):
        raise OSError(95, "Operation not supported")

    if not has_links:
        monkeypatch.setattr(os, "link", refuse)
    staged.append(io.BytesIO(DATA), 0, len(DATA))
    with staged.arrived("a.psd") as file:
        assert hasattr(file, "temporary_file_path") is has_links
        assert file.read() == DATA
    assert list(staged.path.parent.iterdir()) == [staged.path]


def test_a_whole_file_is_at_its_beginning_once_it_is_hashed(staged):
    staged.append(io.BytesIO(DATA), 0, len(DATA))
    running_hashes.forget(staged.path.name)
    with staged.arrived("a.psd") as file:
        file.digest()
        assert file.read(9) == DATA[:9]


def test_of_a_whole_file_that_somebody_takes_meanwhile_nothing_is_left(staged, monkeypatch):
    really = os.link

    def taken_before(source, name):
        os.unlink(source)
        really(source, name)

    monkeypatch.setattr(os, "link", taken_before)
    staged.append(io.BytesIO(DATA), 0, len(DATA))
    with pytest.raises(FileNotFoundError), staged.arrived("a.psd"):
        pass


class Filling(io.BytesIO):
    """With its second step the disk has room for a part of that step only."""

    room = STEP + 100

    def read(self, size=-1):
        if self.tell():
            hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
            resource.setrlimit(resource.RLIMIT_FSIZE, (self.room, hard))
        return super().read(size)


def test_a_disk_that_fills_up_in_the_middle_keeps_what_fitted_and_goes_on_there(staged):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        with pytest.raises(StorageUnavailable):
            staged.append(Filling(DATA), 0, len(DATA))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert staged.received == Filling.room
    rest = DATA[staged.received :]
    assert staged.append(io.BytesIO(rest), staged.received, len(rest)) == len(DATA)
    assert staged.path.read_bytes() == DATA


def test_a_full_disk_takes_nothing(staged):
    os.symlink("/dev/full", staged.path)
    with pytest.raises(StorageUnavailable):
        staged.append(io.BytesIO(DATA), 0, len(DATA))


@pytest.fixture
def read_again(monkeypatch):
    """Bytes of the staged file that were read for its hash."""
    asked = []

    class Counting(io.FileIO):
        def read(self, size=-1):
            found = super().read(size)
            asked.append(len(found))
            return found

    monkeypatch.setattr(Path, "open", lambda path, mode: Counting(path, mode))
    return asked


def digest(staged):
    with staged.arrived("a.psd") as file:
        return file.digest()


def test_what_was_hashed_as_it_came_is_not_read_again(staged, read_again):
    staged.append(io.BytesIO(DATA[:STEP]), 0, STEP)
    staged.append(io.BytesIO(DATA[STEP:]), STEP, len(DATA) - STEP)
    assert digest(staged) == sha256(DATA).hexdigest()
    assert sum(read_again) == 0


def test_what_another_process_took_is_read(staged, read_again):
    staged.append(io.BytesIO(DATA[:STEP]), 0, STEP)
    with staged.path.open("ab") as other:
        other.write(DATA[STEP : 2 * STEP])
    staged.append(io.BytesIO(DATA[2 * STEP :]), 2 * STEP, STEP)
    assert digest(staged) == sha256(DATA).hexdigest()
    assert sum(read_again) == 2 * STEP


def test_after_a_restart_all_of_it_is_read(staged, read_again):
    staged.append(io.BytesIO(DATA), 0, len(DATA))
    running_hashes.forget(staged.path.name)
    assert digest(staged) == sha256(DATA).hexdigest()
    assert sum(read_again) == len(DATA)


def test_bytes_that_change_on_the_disk_do_not_get_the_hash_of_what_came(staged):
    """What is read later is held against what the customer sent, not against what the disk had."""
    staged.append(io.BytesIO(DATA), 0, len(DATA))
    staged.path.write_bytes(bytes(len(DATA)))
    assert digest(staged) == sha256(DATA).hexdigest()


@pytest.mark.parametrize("left", [None, STEP])
def test_a_file_that_was_lost_and_came_anew_has_the_hash_of_the_new_one(staged, left):
    """Somebody swept the folder, or it lost its tail, while this process knew what was there."""
    staged.append(io.BytesIO(DATA[: 2 * STEP]), 0, 2 * STEP)
    if left is None:
        staged.path.unlink()
    else:
        os.truncate(staged.path, left)
    at, other = staged.received, os.urandom(3 * STEP)
    staged.append(io.BytesIO(other[at:]), at, STEP)
    with staged.path.open("ab") as another_process:
        another_process.write(other[at + STEP :])
    assert digest(staged) == sha256(staged.path.read_bytes()).hexdigest()


def test_a_file_that_lost_its_tail_has_the_hash_of_what_is_left(staged):
    staged.append(io.BytesIO(DATA), 0, len(DATA))
    os.truncate(staged.path, STEP)
    assert digest(staged) == sha256(DATA[:STEP]).hexdigest()


def test_after_a_cut_line_it_goes_on_where_it_was(staged, read_again):
    with pytest.raises(ConnectionResetError):
        staged.append(Line(DATA[: STEP + 7]), 0, len(DATA))
    at = staged.received
    staged.append(io.BytesIO(DATA[at:]), at, len(DATA) - at)
    assert digest(staged) == sha256(DATA).hexdigest()
    assert sum(read_again) == 0


def test_two_who_go_on_at_the_same_place_do_not_share_a_hash():
    running = running_hashes.take("upload", 0)
    running_hashes.keep("upload", 7, running)
    assert running_hashes.take("upload", 7) is running
    assert running_hashes.take("upload", 7) is None


def test_of_two_hashes_of_an_upload_the_one_that_is_further_stays():
    far, near = sha256(b"as far as this"), sha256(b"as far")
    for at, running in ((14, far), (6, near)):
        running_hashes.keep("upload", at, running)
    assert running_hashes.take_furthest("upload", 14) == (14, far)


def test_hashes_of_many_uploads_hold_little_memory():
    for number in range(2 * running_hashes.MOST):
        running_hashes.keep(f"{number}", 1, running_hashes.take("", 0))
    assert len(running_hashes._found) == running_hashes.MOST


def test_a_whole_file_is_in_memory_a_step_at_a_time(staged):
    class Body:
        asked = []

        def read(self, size):
            self.asked.append(size)
            return bytes(size) if len(self.asked) <= 100 else b""

    body = Body()
    assert staged.append(body, 0, 100 * STEP) == 100 * STEP
    assert set(body.asked) == {pieces.STEP}

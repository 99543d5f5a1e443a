"""An upload under way, as a file in the staging folder that grows piece by piece.

How much came is the size of that file and nothing else: whatever is killed at whatever moment, the
next request goes on from there. A piece is read in small steps, and each step is written only where
it follows what is there, so that of two writers of one upload one goes on and the other hears so; a
writer whose line hangs keeps nobody waiting. While the disk writes what came, the next is received
and hashed.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO
from uuid import UUID

from django.core.files import locks
from django.core.files.uploadedfile import UploadedFile

from .. import faults
from ..exceptions import StorageUnavailable, UploadConflict
from ..models.storage import staging_folder
from . import running_hashes

logger = logging.getLogger(__name__)

#: Bytes that are in memory at a time, and that a line which is cut loses at most.
STEP = 256 * 1024
#: Bytes that the disk is given to write at a time, while more come: with less it takes twice as
#: long over a large file, and with all of it at the end whoever sends has to wait.
AHEAD = 8 * 1024 * 1024
#: A second name of a whole file, which a storage on the same disk may move away.
GOING = ".going"


class Arrived(UploadedFile):
    """A whole staged file, as Django's storages take it: moved where they can, else copied."""

    def __init__(self, file: IO[bytes], name: str, size: int, movable: Path | None) -> None:
        super().__init__(file, name, "application/octet-stream", size)
        self._bytes = file
        self.staged = Path(file.name).name
        if movable is not None:
            self.temporary_file_path = lambda: str(movable)

    def digest(self) -> str:
        """Hexadecimal SHA-256. Reads what was not hashed while it came in."""
        at, running = running_hashes.take_furthest(self.staged, self.size or 0)
        self._bytes.seek(at)
        while step := self._bytes.read(STEP):
            running.update(step)
        self._bytes.seek(0)
        return running.hexdigest()


class Pieces:
    """The staged file of the upload with this id."""

    def __init__(self, public_id: UUID) -> None:
        self.path = staging_folder() / public_id.hex

    @property
    def received(self) -> int:
        """How many bytes came so far."""
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    def append(self, stream: IO[bytes], at: int, most: int) -> int:
        """Add up to ``most`` bytes of ``stream``, of which the first is number ``at`` of the file.

        Returns how many bytes the file has now; they are on the disk then, because whoever sent
        them may forget them. What came before a line was cut is kept: whatever reading raises goes
        up. Raises ``UploadConflict`` where ``at`` is not the end, and ``StorageUnavailable`` on a
        full disk.
        """
        with self._opened() as file:
            _refuse_elsewhere(file, at)
            running, begun = running_hashes.take(self.path.name, at), at
            try:
                while most > 0 and (step := stream.read(min(STEP, most))):
                    _write(file, step, at)
                    faults.reach("upload.piece")
                    if running is not None:
                        running.update(step)
                    at += len(step)
                    most -= len(step)
                    if at - begun >= AHEAD:
                        _begin_to_secure(file, begun, at - begun)
                        begun = at
            finally:
                running_hashes.keep(self.path.name, at, running)
                _secure(file)
        return at

    def head(self, size: int) -> bytes:
        with suppress(FileNotFoundError), self.path.open("rb") as file:
            return file.read(size)
        return b""

    @contextmanager
    def arrived(self, name: str) -> Iterator[Arrived]:
        """The whole file. It stays here until ``discard``, also where a storage moves it: that
        takes a second name of the same bytes. Raises ``FileNotFoundError``."""
        with self.path.open("rb") as file:
            movable = self._second_name()
            try:
                yield Arrived(file, name, os.fstat(file.fileno()).st_size, movable)
            finally:
                if movable is not None:
                    movable.unlink(missing_ok=True)

    def discard(self) -> None:
        self.path.unlink(missing_ok=True)
        running_hashes.forget(self.path.name)

    def _second_name(self) -> Path | None:
        name = self.path.with_name(f"{self.path.name}-{os.urandom(4).hex()}{GOING}")
        try:
            os.link(self.path, name)
        except FileNotFoundError:
            raise
        except OSError:
            return None  # this disk has no hard links: the storage copies
        return name

    @contextmanager
    def _opened(self) -> Iterator[IO[bytes]]:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        except OSError as error:
            logger.exception("The staging folder cannot be written to")
            raise StorageUnavailable from error
        with os.fdopen(descriptor, "ab", buffering=0) as file:
            yield file


def _begin_to_secure(file: IO[bytes], at: int, size: int) -> None:
    """The disk begins to write, and nobody waits for it yet (posix_fadvise(2): on Linux this starts
    with what is to be written)."""
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(file.fileno(), at, size, os.POSIX_FADV_DONTNEED)


def _secure(file: IO[bytes]) -> None:
    """Past the machine's memory: a power cut takes nothing of it any more.

    A process that is killed would lose nothing without it, and tus promises no more than that. But
    a file system may keep a length whose bytes it has not, and after a restart what the disk has
    is all that is known of the file: the customer's file would have a gap that nobody can tell.
    """
    try:
        os.fsync(file.fileno())
    except OSError as error:
        logger.exception("A piece of an upload did not reach the disk")
        raise StorageUnavailable from error


def _refuse_elsewhere(file: IO[bytes], at: int) -> None:
    if os.fstat(file.fileno()).st_size != at:
        raise UploadConflict


def _write(file: IO[bytes], step: bytes, at: int) -> None:
    locks.lock(file, locks.LOCK_EX)
    try:
        _refuse_elsewhere(file, at)
        rest = memoryview(step)
        while rest:
            rest = rest[file.write(rest) :]
    except OSError as error:
        logger.exception("A piece of an upload could not be written")
        raise StorageUnavailable from error
    finally:
        locks.unlock(file)

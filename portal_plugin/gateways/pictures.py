"""Pictures of other people's files, drawn in a limited process that cannot take this one along."""

import json
import logging
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

from .filetypes import PDF, PICTURES
from .preview_child import OUTPUT_BYTES

logger = logging.getLogger(__name__)

# The child may use 5 seconds of CPU; the clock on the wall runs longer on a busy machine.
WALL_SECONDS = 30

#: An answer has a few hundred bytes. What a child that was led astray says besides stays on the
#: disk, where its limits hold, and comes into no memory of this process.
ANSWER_BYTES = 64 * 1024
COMPLAINT_BYTES = 500

#: Neither through a link to what is elsewhere nor waiting at a pipe.
OPENING = os.O_RDONLY | sum(
    getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY")
)

#: Longest side in pixels.
SIZES = {"thumb": 320, "screen": 1280, "large": 2400}

#: What ends a process from outside: a deploy tells the whole family of a worker to end.
TOLD_TO_END = {-signal.SIGTERM, -signal.SIGINT, -getattr(signal, "SIGHUP", signal.SIGTERM)}


class Interrupted(Exception):
    """Somebody ended the child; nothing is known against the file."""


class LedAstray(Exception):
    """The child did not do as it does; the reason is for the log."""


@dataclass(frozen=True)
class Picture:
    """One re-encoded picture: ``data`` is JPEG or WebP without any metadata."""

    content_type: str
    width: int
    height: int
    data: bytes


@dataclass(frozen=True)
class Drawing:
    """What came of one page. ``warnings`` may hold ``scripts`` and ``files``, for PDFs, and
    ``colours`` where printers' inks are named, which a screen can only imitate."""

    pages: int
    pictures: dict[str, Picture]
    warnings: list[str]


def can_draw(content_type: str) -> bool:
    """PDFs need the extra ``[previews]``."""
    if content_type == PDF:
        return find_spec("pypdfium2") is not None
    return content_type in PICTURES


def draw(
    source: IO[bytes], content_type: str, *, page: int = 1, sizes: dict[str, int] | None = None
) -> Drawing | None:
    """Pictures of one page of ``source``; ``None`` if it cannot be drawn within the limits.

    ``page`` counts from 1. ``sizes`` maps names to the longest side in pixels. Raises
    ``Interrupted``.
    """
    if not can_draw(content_type):
        return None
    try:
        return _drawn(source, content_type, page, sizes or SIZES)
    except LedAstray as error:
        logger.warning("No preview is taken from a child that was led astray: %s", error)
        return None


def _drawn(
    source: IO[bytes], content_type: str, page: int, sizes: dict[str, int]
) -> Drawing | None:
    with tempfile.TemporaryDirectory(prefix="portal-preview-") as folder:
        with as_real_file(source) as stdin:
            answer = _run(stdin, content_type, page, folder, sizes)
        if answer is None:
            return None
        return Drawing(
            pages=int(answer["pages"]),
            warnings=[str(word) for word in answer["warnings"]],
            pictures={
                name: Picture(**facts, data=_left(Path(folder, name)))
                for name, facts in answer["pictures"].items()
                if name in sizes
            },
        )


def _run(
    stdin: IO[bytes], content_type: str, page: int, folder: str, sizes: dict[str, int]
) -> dict[str, Any] | None:
    command = [interpreter(), "-m", "portal_plugin.gateways.preview_child"]
    command += [content_type, str(page), folder]
    command += [f"{name}:{side}" for name, side in sizes.items()]
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as complained:
        try:
            done = subprocess.run(
                command,
                stdin=stdin,
                stdout=said,
                stderr=complained,
                timeout=WALL_SECONDS,
                cwd=folder,
                env=_environment(),
                check=False,
            )
        except subprocess.TimeoutExpired:
            logger.warning("A preview took longer than %s seconds.", WALL_SECONDS)
            return None
        if done.returncode in TOLD_TO_END:
            raise Interrupted
        if done.returncode != 0:
            # Stopped at a limit: negative is the signal (-9 or -24: CPU).
            last = _end_of(complained)
            logger.warning("A preview was stopped with %s: %s", done.returncode, last)
            return None
        return _answer(said)


def _answer(said: IO[bytes]) -> dict[str, Any] | None:
    said.seek(0)
    try:
        answer: dict[str, Any] = json.loads(said.read(ANSWER_BYTES))
    except ValueError as error:
        raise LedAstray("no answer") from error
    if "error" in answer:
        logger.info("No preview: %s", answer["error"])
        return None
    return answer


def _end_of(complained: IO[bytes]) -> bytes:
    complained.seek(max(0, complained.seek(0, os.SEEK_END) - COMPLAINT_BYTES))
    return complained.read(COMPLAINT_BYTES)


def _left(path: Path) -> bytes:
    """A picture that the child wrote. Instead it could have left a link to a file of the site, or a
    pipe that never ends."""
    try:
        with open(os.open(path, OPENING), "rb") as file:
            facts = os.fstat(file.fileno())
            if stat.S_ISREG(facts.st_mode) and facts.st_size <= OUTPUT_BYTES:
                return file.read(facts.st_size)
    except OSError as error:
        raise LedAstray(str(error)) from error
    raise LedAstray(f"{path.name} is no picture")


def interpreter() -> str:
    """Python itself. Inside uWSGI or mod_wsgi ``sys.executable`` is the server."""
    if "python" in Path(sys.executable or "").name.lower():
        return sys.executable
    for name in (f"python3.{sys.version_info.minor}", "python3", "python"):
        candidate = Path(sys.prefix, "bin", name)
        if candidate.exists():
            return str(candidate)
    return shutil.which("python3") or "python3"


def _environment() -> dict[str, str]:
    """The same import path and nothing else: no keys and passwords of the site."""
    path = [entry or os.getcwd() for entry in sys.path]
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return {
        **kept,
        "PYTHONPATH": os.pathsep.join(path),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONIOENCODING": "utf-8",
    }


@contextmanager
def as_real_file(source: IO[bytes]) -> Iterator[IO[bytes]]:
    """Something with a descriptor: the local file itself, or a temporary copy of a remote one."""
    try:
        source.fileno()
    except (AttributeError, OSError):
        with tempfile.TemporaryFile() as copy:
            shutil.copyfileobj(source, copy, 1024 * 1024)
            copy.seek(0)
            yield copy
    else:
        # The child shares the position in the file.
        os.lseek(source.fileno(), 0, os.SEEK_SET)
        yield source

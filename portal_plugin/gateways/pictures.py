"""Pictures of other people's files, drawn in a limited process that cannot take this one along."""

import json
import logging
import os
import shutil
import signal
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

logger = logging.getLogger(__name__)

# The child may use 5 seconds of CPU; the clock on the wall runs longer on a busy machine.
WALL_SECONDS = 30

#: Longest side in pixels.
SIZES = {"thumb": 320, "screen": 1280, "large": 2400}

#: What ends a process from outside: a deploy tells the whole family of a worker to end.
TOLD_TO_END = {-signal.SIGTERM, -signal.SIGINT, -getattr(signal, "SIGHUP", signal.SIGTERM)}


class Interrupted(Exception):
    """Somebody ended the child; nothing is known against the file."""


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
    sizes = sizes or SIZES
    with tempfile.TemporaryDirectory(prefix="portal-preview-") as folder:
        with as_real_file(source) as stdin:
            answer = _run(stdin, content_type, page, folder, sizes)
        if answer is None:
            return None
        return Drawing(
            pages=int(answer["pages"]),
            warnings=[str(word) for word in answer["warnings"]],
            pictures={
                name: Picture(**facts, data=Path(folder, name).read_bytes())
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
    try:
        done = subprocess.run(
            command,
            stdin=stdin,
            capture_output=True,
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
        logger.warning("A preview was stopped with %s: %s", done.returncode, done.stderr[-500:])
        return None
    answer: dict[str, Any] = json.loads(done.stdout)
    if "error" in answer:
        logger.info("No preview: %s", answer["error"])
        return None
    return answer


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

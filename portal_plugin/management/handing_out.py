"""Files that a command writes for somebody to hand on."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from django.core.management.base import CommandError

from . import ending


@contextmanager
def new_file(path: str, option: str) -> Iterator[IO[bytes]]:
    """A new file that nobody else on this machine can read: names and prices are in it. ``option``
    is where its name is given. It is whole or not there. Raises ``CommandError`` where it is there
    already or cannot be written."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise CommandError(f"{path} is there already. Name another with {option}.") from error
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error}") from error
    try:
        with open(handle, "wb") as file, ending.cleanly():
            yield file
    except BaseException as error:
        os.unlink(path)
        if isinstance(error, OSError):
            raise CommandError(f"{path} cannot be written: {error}") from error
        raise

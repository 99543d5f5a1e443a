"""Files that a command writes for somebody to hand on."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from django.core.management.base import CommandError


@contextmanager
def new_file(path: str, option: str) -> Iterator[IO[bytes]]:
    """A new file that nobody else on this machine can read: names and prices are in it. ``option``
    is where its name is given. Raises ``CommandError`` where it is there already or cannot be
    written."""
    try:
        with open(path, "xb", opener=_for_the_owner) as file:
            yield file
    except FileExistsError as error:
        raise CommandError(f"{path} is there already. Name another with {option}.") from error
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error}") from error


def _for_the_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)

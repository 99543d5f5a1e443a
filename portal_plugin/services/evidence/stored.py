"""A file in the storage, held against its hash."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import SuspiciousFileOperation

from ...models.storage import troubles
from ..proof_files import digest_of
from .fault import Fault


def faults(place: str, stored: Any, expected: str) -> Iterator[Fault]:
    try:
        with stored.storage.open(stored.name, "rb") as file:
            if digest_of(file) != expected:
                yield Fault(place, "the file in the storage was changed")
    except FileNotFoundError:
        yield Fault(place, "the file is gone from the storage")
    except SuspiciousFileOperation:
        yield Fault(place, "the file cannot be read: its row leads out of the storage")
    except troubles() as error:
        yield Fault(place, f"the file cannot be read: {error}")

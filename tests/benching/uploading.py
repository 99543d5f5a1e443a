"""A large file in pieces, beside the same bytes saved by a view of Django's own.

A bare save takes no hash and leaves the file to the machine's memory. An upload that was
acknowledged has both, and is held against it all the same, beside a save that has them as well: of
a small file the machine's memory takes all of a bare save, so that the aim is for one of 1 GB. A
processor that cannot hash by itself (the flag ``sha_ni``) takes as long for that as for the rest.
"""

import os
import statistics
import uuid
from collections.abc import Callable
from functools import partial
from multiprocessing import get_context

from . import Figure
from .customers import ask, enter

MEGABYTE = 1024 * 1024
#: What the page's script sends at once where the line is fast.
PIECE = 32 * MEGABYTE
BLOCK = os.urandom(MEGABYTE)
BOUNDARY = b"x" * 30


class Body:
    """``size`` bytes between a head and a tail, as they come from a socket: nothing is kept."""

    def __init__(self, size: int, head: bytes = b"", tail: bytes = b"") -> None:
        self.size = len(head) + size + len(tail)
        self.parts = self._parts(size, head, tail)
        self.rest = memoryview(b"")

    def _parts(self, size, head, tail):
        yield head
        for _block in range(size // MEGABYTE):
            yield BLOCK
        yield tail

    def read(self, size=-1):
        while not self.rest:
            part = next(self.parts, None)
            if part is None:
                return b""
            self.rest = memoryview(part)
        given, self.rest = self.rest[:size], self.rest[size:]
        return bytes(given)

    readline = read


def measure(options) -> list[Figure]:
    size = options.megabytes * MEGABYTE
    acts = {"bare": partial(_saved, "save"), "kept": partial(_saved, "keep"), "pieces": _in_pieces}
    times: dict[str, list[float]] = {name: [] for name in acts}
    growths: dict[str, list[float]] = {name: [] for name in acts}
    for number in range(options.rounds):
        order = list(acts) if number % 2 else list(reversed(acts))
        for name in order:
            seconds, growth = _apart(acts[name], size)
            times[name].append(seconds)
            growths[name].append(growth)
    seconds = {name: f"{statistics.median(found):.2f} s" for name, found in times.items()}
    told = {name: f"{seconds['pieces']} to {seconds[name]}" for name in acts}
    name, growth = f"{options.megabytes} MB in pieces", max(growths["pieces"])
    kept, bare = _ratio(times, "kept"), _ratio(times, "bare")
    return [
        Figure(f"{name}, time of a Django save's with a hash", kept, "", 1.2, told["kept"]),
        Figure(f"{name}, time of a bare one's", bare, "", 1.2, told["bare"]),
        Figure(f"{name}, growth of the worker", growth, "MiB", 16),
    ]


def _ratio(times: dict[str, list[float]], name: str) -> float:
    pairs = zip(times["pieces"], times[name], strict=True)
    return statistics.median(ours / theirs for ours, theirs in pairs)


def _apart(act: Callable[[int], float], size: int) -> tuple[float, float]:
    """In a process that has done nothing else: seconds, and the most that it grew by, in MiB."""
    from django.db import connections

    connections.close_all()
    # What the one before has left to the disk is not for this one to wait for.
    os.sync()
    context = get_context("fork")
    ours, theirs = context.Pipe()
    child = context.Process(target=_in_child, args=(theirs, act, size))
    child.start()
    found = ours.recv()
    child.join()
    if child.exitcode or found is None:
        raise RuntimeError("An upload failed")
    return found


def _in_child(pipe, act, size):
    found = None
    try:
        act(MEGABYTE)  # what is loaded once is loaded
        before = _memory("VmRSS")
        _forget_the_peak()
        found = act(size), (_memory("VmHWM") - before) / 1024
    finally:
        pipe.send(found)


def _memory(name: str) -> int:
    """In KiB (proc(5))."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(name))


def _forget_the_peak() -> None:
    with open("/proc/self/clear_refs", "w") as control:
        control.write("5")


def _saved(view: str, size: int) -> float:
    head = b'--%s\r\nContent-Disposition: form-data; name="file"; filename="a.psd"\r\n\r\n'
    body = Body(size, head % BOUNDARY, b"\r\n--%s--\r\n" % BOUNDARY)
    kind = f"multipart/form-data; boundary={BOUNDARY.decode()}"
    answer = ask("POST", f"/bench/{view}/", body=body, length=body.size, kind=kind)
    answer.must_be(204)
    return answer.seconds


def _in_pieces(size: int) -> float:
    from django.conf import settings

    from portal_plugin.models import Attachment
    from tests import factories
    from tests.portal.tus import PIECE as KIND
    from tests.portal.tus import metadata

    limits = dict.fromkeys(("UPLOAD_MAX_BYTES", "UPLOAD_QUOTA_BYTES"), 4 * size)
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, **limits, "ARTWORK_EXTENSIONS": ["psd"]}
    customer = enter(factories.order_factory(items=1))
    always = {"cookies": customer.cookies, "x_csrftoken": customer.token, "tus_resumable": "1.0.0"}
    told = metadata(filename="a.psd", key=str(uuid.uuid4()))
    begun = ask(
        "POST",
        f"{customer.url}uploads/",
        upload_length=str(size),
        upload_metadata=told,
        **always,
    )
    begun.must_be(201)
    seconds = begun.seconds
    for at in range(0, size, PIECE):
        body = Body(min(PIECE, size - at))
        answer = ask(
            "PATCH",
            begun.headers["Location"],
            body=body,
            length=body.size,
            kind=KIND,
            upload_offset=str(at),
            **always,
        )
        answer.must_be(204)
        seconds += answer.seconds
    row = Attachment.objects.get(document=customer.document.pk)
    row.file.storage.delete(row.file.name)
    return seconds

"""A customer on a slow line sends a whole file at once, and another one opens a page meanwhile, on
gunicorn: as the documentation starts it, and with its sync workers."""

import contextlib
import http.client
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from . import Figure
from .customers import HOST, Customer, enter

ROOT = Path(__file__).resolve().parents[2]
#: As docs/deploying.md has it.
DOCUMENTED = "--worker-class gthread --workers 2 --threads 8 --timeout 120"
SYNC = "--worker-class sync --workers 2"
SIZE = 20 * 1024 * 1024
BYTES_PER_SECOND = 500 * 1024
STEP = 50 * 1024
#: Seconds between two requests of the other customer, and how long one of theirs waits at most.
PAUSE, PATIENCE = 0.5, 20


def measure(options) -> list[Figure]:
    if find_spec("gunicorn") is None:
        return [Figure("slow upload: gunicorn is not installed", 1, "", 0)]
    from tests import factories

    sender, other = (enter(factories.order_factory(items=10)) for _time in range(2))
    with _serving(DOCUMENTED) as port:
        is_taken, waits = _meanwhile(port, sender, other)
    with _serving(SYNC) as port:
        is_taken_by_sync = _send(port, sender)
    worst = sorted(waits)[int(len(waits) * 0.95)] * 1000
    told = f"median {statistics.median(waits) * 1000:.0f} ms of {len(waits)} requests"
    return [
        Figure("500 KB/s, 20 MB: refused by the documented server", int(not is_taken), "", 0),
        Figure("500 KB/s, 20 MB: another request (95 of 100)", worst, "ms", 100, told),
        Figure("500 KB/s, 20 MB: taken by sync workers", int(is_taken_by_sync), "", 0),
    ]


@contextlib.contextmanager
def _serving(options: str) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "sandbox_site.wsgi", *options.split()]
    command += ["--bind", f"127.0.0.1:{port}", "--log-level", "critical"]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ})
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int) -> None:
    for _time in range(300):
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        time.sleep(0.1)
    raise RuntimeError("gunicorn does not answer")


def _meanwhile(port: int, sender: Customer, other: Customer) -> tuple[bool, list[float]]:
    taken: list[bool] = []
    for _time in range(20):  # each worker has loaded everything once
        _open(port, other)
    thread = threading.Thread(target=lambda: taken.append(_send(port, sender)))
    thread.start()
    waits = []
    while thread.is_alive():
        waits.append(_open(port, other))
        time.sleep(PAUSE)
    return taken[0], waits


def _open(port: int, customer: Customer) -> float:
    """Seconds until the page is there."""
    begin = time.perf_counter()
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    with contextlib.closing(line):
        line.request("GET", customer.url, headers={"Host": HOST, "Cookie": customer.cookies})
        answer = line.getresponse()
        answer.read()
    if answer.status != 200:
        raise RuntimeError(f"The page answered {answer.status}")
    return time.perf_counter() - begin


def _send(port: int, customer: Customer) -> bool:
    """Whether the file was taken."""
    head = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in (
            ("csrfmiddlewaretoken", customer.token),
            ("client_key", str(uuid.uuid4())),
        )
    )
    head += '--x\r\nContent-Disposition: form-data; name="files"; filename="a.zip"\r\n\r\n'
    tail = b"\r\n--x--\r\n"
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    with contextlib.closing(line):
        line.putrequest("POST", f"{customer.url}a/upload/", skip_host=True)
        for name, value in (
            ("Host", HOST),
            ("Cookie", customer.cookies),
            ("Content-Type", "multipart/form-data; boundary=x"),
            ("Content-Length", str(len(head) + SIZE + len(tail))),
            ("Origin", f"http://{HOST}"),
        ):
            line.putheader(name, value)
        try:
            line.endheaders(head.encode())
            _drip(line)
            line.send(tail)
            return line.getresponse().status in (200, 303)
        except OSError:
            return False


def _drip(line: http.client.HTTPConnection) -> None:
    begin = time.monotonic()
    for sent in range(0, SIZE, STEP):
        line.send(bytes(min(STEP, SIZE - sent)))
        ahead = begin + (sent + STEP) / BYTES_PER_SECOND - time.monotonic()
        time.sleep(max(0.0, ahead))

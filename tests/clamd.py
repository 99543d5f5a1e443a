"""A small clamd: speaks INSTREAM over a real socket, finds EICAR, and misbehaves on request."""

import socket
import struct
import threading
import time
from contextlib import contextmanager

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@contextmanager
def running(mode="honest", path=None, limit=25_000_000):
    """Yields the address. ``mode``: honest, silent (hangs up without a word), stuck (never answers)
    strange (an answer that is neither), lingering (answers, and does not hang up), dying or broken
    (the machine is gone before the answer, or within it)."""
    family = socket.AF_UNIX if path else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as server:
        server.bind(str(path) if path else ("127.0.0.1", 0))
        server.listen()
        stop = threading.Event()
        thread = threading.Thread(target=_serve, args=(server, mode, limit, stop), daemon=True)
        thread.start()
        yield str(path) if path else f"127.0.0.1:{server.getsockname()[1]}"
        stop.set()
        server.shutdown(socket.SHUT_RDWR)


def _serve(server, mode, limit, stop):
    while not stop.is_set():
        try:
            connection, _ = server.accept()
        except OSError:
            return
        with connection:
            _talk(connection, mode, limit, stop)


def _talk(connection, mode, limit, stop):
    file = connection.makefile("rb")
    assert file.read(10) == b"zINSTREAM\0"
    if mode == "silent":
        return
    if mode == "stuck":
        stop.wait(20)
        return
    data = b""
    while size := struct.unpack(">I", file.read(4))[0]:
        data += file.read(size)
        if len(data) > limit:
            connection.sendall(b"INSTREAM size limit exceeded. ERROR\0")
            return
    if mode in ("dying", "broken"):
        connection.sendall(b"stream: O" if mode == "broken" else b"")
        time.sleep(0.2)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        file.detach()
        return
    answer = b"stream: Eicar-Signature FOUND\0" if EICAR in data else b"stream: OK\0"
    connection.sendall(b"who knows\0" if mode == "strange" else answer)
    if mode == "lingering":
        stop.wait(20)

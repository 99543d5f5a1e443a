"""The virus check: whatever ``FILE_SCANNER`` names, and a ready client for clamd.

Only a plain "clean" is clean. Trouble raises, and the file goes on waiting.
"""

import socket
import struct
from contextlib import suppress
from typing import IO

from django.utils.module_loading import import_string

from ..conf import conf

CHUNK = 256 * 1024
SECONDS = 30


class ScannerTrouble(OSError):
    """The scanner is away, or does not want to judge this file; the text is its own answer."""


def is_configured() -> bool:
    return bool(conf.file_scanner)


def is_clean(file: IO[bytes]) -> bool:
    """What the site's scanner says of an open file. Raises whatever the scanner raises."""
    verdict = import_string(conf.file_scanner)(file)
    # A scanner that forgets to return must not pass for one that found nothing.
    return verdict is True


def clamd(file: IO[bytes]) -> bool:
    """Ask clamd (``CLAMD_ADDRESS``) with INSTREAM, the command that needs no shared disk.

    clamd answers ``OK`` for what it did not look into when a file is larger than its own
    ``MaxScanSize``: set ``AlertExceedsMax yes`` in clamd.conf. A file above ``StreamMaxLength`` is
    an error. Protocol: clamd(8), "INSTREAM".
    """
    with _connect() as connection:
        answer = _stream(connection, file)
    if answer == "stream: OK":
        return True
    if answer.endswith(" FOUND"):
        return False
    raise ScannerTrouble(answer or "clamd closed the connection")


def _connect() -> socket.socket:
    address = conf.clamd_address
    host, _colon, port = address.rpartition(":")
    if port.isdigit():
        return socket.create_connection((host.strip("[]"), int(port)), timeout=SECONDS)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(SECONDS)
    try:
        connection.connect(address)
    except OSError:
        connection.close()
        raise
    return connection


def _stream(connection: socket.socket, file: IO[bytes]) -> str:
    try:
        connection.sendall(b"zINSTREAM\0")
        while chunk := file.read(CHUNK):
            connection.sendall(struct.pack(">I", len(chunk)) + chunk)
        connection.sendall(struct.pack(">I", 0))
    except (BrokenPipeError, ConnectionResetError):
        # clamd hangs up as soon as the file is too large, and has said so by then.
        return _answer(connection)
    return _answer(connection)


def _answer(connection: socket.socket) -> str:
    received = b""
    with suppress(ConnectionResetError):
        while not received.endswith(b"\0") and (part := connection.recv(4096)):
            received += part
    return received.rstrip(b"\0").decode("utf-8", "replace").strip()

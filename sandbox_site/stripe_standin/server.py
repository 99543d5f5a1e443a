"""HTTP on loopback: which part of the stand-in answers a request."""

import http
import json
import socket
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from . import api, control, decoding, errors, visits
from .call import Call, Settings
from .store import Store

LARGEST_BODY = 1_000_000


class Server(ThreadingHTTPServer):
    """Knows its open connections, so that a stopped stand-in stops answering on them."""

    daemon_threads = True
    request_queue_size = 128
    stopping = False

    def __init__(self, port: int, store: Store, settings: Settings, wake: Any) -> None:
        self.store, self.settings, self.wake = store, settings, wake
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        super().__init__(("127.0.0.1", port), Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._guard:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._guard:
            self._open.discard(request)
        super().shutdown_request(request)

    def drop_connections(self) -> None:
        self.stopping = True
        with self._guard:
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # gone already

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that went away is no news, nor is a request that comes at the very end."""
        if not self.stopping and not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "nginx"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1
    server: Server

    def do_GET(self) -> None:
        self._answer()

    do_HEAD = do_POST = do_DELETE = do_PUT = do_PATCH = do_OPTIONS = do_GET  # noqa: N815

    def _answer(self) -> None:
        stated = self.headers.get("Content-Length") or "0"
        length = int(stated) if stated.isdecimal() else LARGEST_BODY + 1
        if length > LARGEST_BODY:
            return self._turn_away()
        body = self.rfile.read(length).decode("utf-8", "replace")
        parts = urlsplit(self.path)
        if parts.path.startswith("/v1/"):
            self._api(parts.path, parts.query, body)
        elif parts.path == "/control" or parts.path.startswith("/control/"):
            self._control(parts.path, parts.query, body)
        else:
            self._page(parts.path, parts.query, body)
        self.server.wake()

    def _turn_away(self) -> None:
        """Reads on for a moment, because who is still sending does not see the answer."""
        self.close_connection = True
        self._send(413, b"", "text/plain", {"Connection": "close"})
        self.connection.settimeout(0.5)
        try:
            for _ in range(100):
                if not self.rfile.read1(LARGEST_BODY):
                    return
        except OSError:
            return

    def _api(self, path: str, query: str, body: str) -> None:
        if self.command == "OPTIONS":
            return self._send(204, b"", "text/plain", preflight())
        headers = {name.lower(): value for name, value in self.headers.items()}
        form = body if self.command == "POST" else query
        request = api.Request(self.command, path, form, headers)
        settings = self.server.settings
        rule = settings.misbehaviour.for_answer(self.command, path)
        if rule is not None:
            time.sleep(rule.seconds)
        how = rule.how if rule is not None else ""
        if how == "silence":
            return self._cut()
        answer = api.answer(self.server.store, settings, request, fails=how)
        if how == "lost":
            return self._cut()
        if how == "nonsense":
            return self._send(200, b"<html>Bad gateway</html>", "text/html", {})
        if how == "strange":
            known = {name: answer.body[name] for name in ("id", "object") if name in answer.body}
            return self._json(200, {**known, "lifecycle": {"phase": 3}}, answer.headers)
        self._json(answer.status, answer.body, answer.headers)

    def _cut(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _control(self, path: str, query: str, body: str) -> None:
        """For tests and the command line; web pages are turned away."""
        call = Call(self.server.store, self.server.settings)
        try:
            if self.headers.get("Origin"):
                raise errors.ApiError("Not from a web page.", status=403)
            form = decoding.decode(body if self.command == "POST" else query)
            self._json(200, control.answer(call, self.command, path, form), {})
        except errors.ApiError as error:
            self._json(error.status, {"error": error.fields}, {})

    def _page(self, path: str, query: str, body: str) -> None:
        call = Call(self.server.store, self.server.settings)
        language = self.headers.get("Accept-Language", "")
        try:
            visit = visits.visit_of(self.command, path, query, body, language)
        except ValueError:
            return self._send(400, b"", "text/plain", {})
        page = visits.answer(call, visit)
        self._send(page.status, page.body.encode(), page.kind, page.headers)

    def _json(self, status: int, body: dict[str, Any], headers: dict[str, str]) -> None:
        self._send(status, json.dumps(body, indent=2).encode(), "application/json", headers)

    def _send(self, status: int, body: bytes, kind: str, headers: dict[str, str]) -> None:
        self.send_response(status, http.HTTPStatus(status).phrase)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-cache, no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *args: Any) -> None:
        """Silent: addresses hold client secrets."""


def preflight() -> dict[str, str]:
    return {
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Allow-Methods": "GET, HEAD, PUT, PATCH, POST, DELETE",
        "Access-Control-Allow-Headers": (
            "Authorization, Content-Type, Idempotency-Key, Stripe-Account, Stripe-Version"
        ),
        "Access-Control-Max-Age": "300",
    }

"""The site under an ASGI server: what a browser sends and gets, without a socket between."""

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator
from django.core.asgi import get_asgi_application
from django.db import connections
from django.http import SimpleCookie


def awaited(function, *args):
    """What the coroutine returns. In a thread of its own: the loop of a browser that another test
    has opened runs in this one."""

    def call():
        try:
            return async_to_sync(function)(*args)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as threads:
        return threads.submit(call).result()


class Answer:
    def __init__(self, status, headers):
        self.status_code = status
        self.headers = {name.decode().lower(): value.decode() for name, value in headers}
        self.cookies = SimpleCookie()
        for name, value in headers:
            if name.decode().lower() == "set-cookie":
                self.cookies.load(value.decode())
        self.pieces = []

    def __getitem__(self, name):
        return self.headers[name.lower()]

    @property
    def content(self):
        return b"".join(self.pieces)


class AsgiClient:
    """Keeps cookies, as far as a visit needs them; ``scope`` is that of the last request."""

    def __init__(self, host="localhost"):
        self.host = host
        self.cookies = {}
        self.app = get_asgi_application()

    def get(self, url, **headers):
        return self.send("GET", url, headers=headers)

    def post(self, url, body, content_type, **headers):
        told = {"content-type": content_type, "content-length": str(len(body))}
        return self.send("POST", url, [body], headers | told)

    def send(self, method, url, pieces=(b"",), headers=None):
        answer = awaited(self._send, method, url, list(pieces), headers or {})
        self.cookies |= {name: one.value for name, one in answer.cookies.items()}
        return answer

    async def _send(self, method, url, pieces, headers):
        parts = urlsplit(url)
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = {"host": self.host, "cookie": cookies} | headers
        self.scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "path": parts.path,
            "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(),
            "scheme": "http",
            "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
            "client": ("127.0.0.1", 50000),
            "server": (self.host, 80),
        }
        server = ApplicationCommunicator(self.app, self.scope)
        for number, piece in enumerate(pieces, 1):
            await server.send_input(
                {"type": "http.request", "body": piece, "more_body": number < len(pieces)}
            )
        begun = await server.receive_output(30)
        answer = Answer(begun["status"], begun["headers"])
        while True:
            message = await server.receive_output(30)
            answer.pieces.append(message.get("body", b""))
            if not message.get("more_body"):
                break
        await server.wait(30)
        return answer

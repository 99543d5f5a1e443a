"""A customer with an open document, whose requests go through the whole site or over a line."""

import sys
import time
from dataclasses import dataclass
from io import BytesIO
from typing import Any

HOST = "localhost"
#: Seconds of the wall, or of this process alone on a machine that is busy.
clock = time.perf_counter


@dataclass(frozen=True)
class Answer:
    """``seconds`` until all of it was out; what the worker did afterwards nobody waits for."""

    status: int
    headers: dict[str, str]
    seconds: float

    def must_be(self, *statuses: int) -> None:
        if self.status not in statuses:
            raise RuntimeError(f"It answered {self.status}")


@dataclass(frozen=True)
class Customer:
    document: Any
    link: Any
    cookies: str
    token: str

    @property
    def url(self) -> str:
        return f"/portal/d/{self.document.public_id}/"


def enter(document) -> Customer:
    """Open the link, and one form for its token."""
    from django.test import Client

    from portal_plugin.services import links
    from tests import factories

    link = factories.link_factory(document)
    client = Client(SERVER_NAME=HOST)
    client.get(links.link_url(link, links.make_token(link)).removeprefix(document.site.root_url))
    client.get(f"/portal/d/{document.public_id}/a/upload/")
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    return Customer(document, link, cookies, client.cookies["csrftoken"].value)


def ask(
    method: str, path: str, *, body=None, length=0, kind="", cookies="", **headers: str
) -> Answer:
    """One request as a WSGI server makes it."""
    from django.core.handlers.wsgi import WSGIHandler

    told: list[Any] = []
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": HOST,
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": HOST,
        "HTTP_COOKIE": cookies,
        "CONTENT_LENGTH": str(length),
        "CONTENT_TYPE": kind,
        "wsgi.url_scheme": "http",
        "wsgi.input": body or BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.version": (1, 0),
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        **{f"HTTP_{name.upper()}": value for name, value in headers.items()},
    }
    begin = clock()
    response = WSGIHandler()(environ, lambda *start: told.extend(start))
    for _part in response:
        pass
    seconds = clock() - begin
    response.close()
    return Answer(int(told[0].split()[0]), dict(told[1]), seconds)

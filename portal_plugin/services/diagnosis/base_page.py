"""Open pages of the portal through the whole site, as a visitor's browser would.

The site's middleware, context processors and base template take part, and are what is examined.
"""

from collections.abc import Iterator
from traceback import walk_tb
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.template import TemplateSyntaxError
from django.template.base import Node
from django.urls import reverse

from .findings import first_line, quiet

#: Every page of ours has this element around it.
ROOT = 'id="portal"'


def open_page(site: Any, language: str = "") -> Any:
    """The answer to a visitor of the page "How this works", which needs no link and no document.

    Its ``wsgi_request`` has been through the site's middleware.
    """
    # Brings half of the test framework along, which no server needs.
    from django.test import Client

    path = reverse(
        "portal_plugin:how_it_works", kwargs={"language": language or settings.LANGUAGE_CODE}
    )
    client = Client(raise_request_exception=False, SERVER_PORT=str(site.port))
    # Under FORCE_SCRIPT_NAME the web server takes the prefix off before Django sees the address.
    path = path.removeprefix((settings.FORCE_SCRIPT_NAME or "").rstrip("/"))
    with quiet():
        return client.get(
            path, secure=settings.SECURE_SSL_REDIRECT or site.port == 443, headers=_host(site)
        )


def _host(site: Any) -> dict[str, str]:
    port = "" if site.port in (80, 443) else f":{site.port}"
    return {"host": site.hostname + port}


def trouble(site: Any) -> str:
    """What the site's base template fails with; empty where it holds, or where the database is not
    ready to tell."""
    error = getattr(open_page(site), "base_error", None)
    return "" if error is None or isinstance(error, DatabaseError) else describe(error)


def describe(error: BaseException) -> str:
    """``{% navigation %} in header.html, line 12: KeyError: 'menu'``."""
    node = next(reversed(list(_nodes(error))), None)
    if node is None or node.token is None:
        return _syntax(error) + first_line(error)
    return f"{_written(node)} in {_template_of(node)}, line {node.token.lineno}: " + first_line(
        error
    )


def _syntax(error: BaseException) -> str:
    """Where DEBUG is on, Django notes the place of a tag that it cannot read."""
    noted = getattr(error, "template_debug", None)
    if not isinstance(error, TemplateSyntaxError) or not noted:
        return ""
    return f"{noted['during']} in {noted['name']}, line {noted['line']}: "


def _nodes(error: BaseException) -> Iterator[Node]:
    """The template nodes that were being rendered, outermost first.

    Read from the frames: Django itself notes them with DEBUG on alone. It raises a missing template
    anew, so that the frames are those of the cause.
    """
    raised: BaseException | None = error
    while raised is not None:
        for frame, _line in walk_tb(raised.__traceback__):
            if frame.f_code is Node.render_annotated.__code__:
                yield frame.f_locals["self"]
        raised = raised.__cause__


def _written(node: Any) -> str:
    contents = node.token.contents
    is_tag = node.token.token_type.name == "BLOCK"
    return f"{{% {contents} %}}" if is_tag else f"{{{{ {contents} }}}}"


def _template_of(node: Any) -> str:
    origin = node.origin
    return getattr(origin, "template_name", None) or str(origin)

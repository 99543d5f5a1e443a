"""The secret of a direct link stands in an address, and addresses are written down everywhere.

The server writes them into its access log, Django into warnings and into the mail about an error,
a crash reporter into its report, and the site's own base template perhaps into the page. So the
secret is taken out of the request as soon as it was read.
"""

import re
from typing import Any

#: Stands in addresses in place of the secret.
MASK = "hidden"
#: What may be a secret, or most of one: programs that read mail take the dot behind an address for
#: a part of it, or lose its last letter, and who reads a log finds the right one at the first try.
#: What is shorter opens nothing, and may be a word that stands elsewhere, too.
_LIKE_ONE = re.compile(r"[A-Za-z0-9_-]{32,}")


class Secret:
    """A secret that nobody writes down by accident: whoever prints it prints a mask."""

    __slots__ = ("_raw",)

    def __init__(self, raw: str) -> None:
        self._raw = raw

    def reveal(self) -> str:
        return self._raw

    def __repr__(self) -> str:
        return f"<{MASK}>"


class SecretConverter:
    """``<secret:name>`` in a path: any one part of it, as a ``Secret``."""

    regex = "[^/]+"

    def to_python(self, value: str) -> Secret:
        return Secret(value)

    def to_url(self, value: str) -> str:
        return value


def hide(request: Any, secret: Secret) -> None:
    """Take the secret out of the request's address, however the server hands it on.

    Servers that write their log after the answer (gunicorn, uvicorn) find the mask there, too.
    """
    for raw in _LIKE_ONE.findall(secret.reveal()):
        _replace(request, raw)


def _replace(request: Any, raw: str) -> None:
    for name in ("path", "path_info"):
        setattr(request, name, getattr(request, name).replace(raw, MASK))
    for facts in (request.META, getattr(request, "scope", {})):
        for name, value in facts.items():
            if isinstance(value, str):
                facts[name] = value.replace(raw, MASK)
            elif isinstance(value, bytes):
                facts[name] = value.replace(raw.encode(), MASK.encode())

"""The signed cookie that says: this browser opened that direct link.

One cookie per document, with the document's own path, so that three documents in three tabs never
mix, and the site's session is never written. It holds the ids of the link and of the secret that
opened it, and two times. The rows of both are read at every request: revoking works at once, and
with the secret what it opened is gone.
"""

import time

from django.core import signing
from django.urls import reverse

SALT = "portal_plugin.grant"
IDLE_SECONDS = 24 * 3600
LONGEST_SECONDS = 30 * 24 * 3600
#: An upload under way may go on so long after its grant has ended. The browser keeps the cookie
#: until then; everything else looks at the time in it.
LEEWAY_SECONDS = 24 * 3600
#: The database's whole numbers end there.
MOST = 2**63
#: A cookie younger than this is not written again.
FRESH_SECONDS = 300


def cookie_name(document) -> str:
    """Django leaves whatever is called a key out of its reports about errors."""
    return f"portal_key_{document.public_id}"


def give(response, request, document, link, *, since=None) -> None:
    """Set the grant of ``document`` for ``link``, which knows by which secret it was opened
    (``secret_id``). ``since`` is when that was (epoch)."""
    now = int(time.time())
    value = signing.dumps(
        {
            "link": link.pk,
            "secret": link.secret_id,
            "document": document.public_id,
            "site": document.site_id,
            "since": since or now,
            "at": now,
        },
        salt=SALT,
        compress=False,
    )
    response.set_cookie(
        cookie_name(document),
        value,
        max_age=IDLE_SECONDS + LEEWAY_SECONDS,
        path=reverse("portal_plugin:document", kwargs={"public_id": document.public_id}),
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )


def read(request, document, leeway=0) -> dict | None:
    """The grant that this browser sent for ``document``, if it is ours and young enough, or ended
    not longer than ``leeway`` seconds ago."""
    raw = request.COOKIES.get(cookie_name(document), "")
    try:
        grant = signing.loads(raw, salt=SALT, max_age=IDLE_SECONDS + leeway)
    except signing.BadSignature:
        return None
    if not isinstance(grant, dict) or grant.get("document") != document.public_id:
        return None
    if grant.get("site") != document.site_id:
        return None
    numbers = [grant.get(name) for name in ("link", "secret", "since", "at")]
    if not all(type(number) is int and 0 <= number < MOST for number in numbers):
        return None
    return None if time.time() - grant["since"] > LONGEST_SECONDS + leeway else grant


def needs_renewal(grant) -> bool:
    """Not one that has ended: what is finished in its leeway makes it no younger."""
    age, since = time.time() - grant["at"], time.time() - grant["since"]
    return FRESH_SECONDS < age <= IDLE_SECONDS and since <= LONGEST_SECONDS


def covers(link, document) -> bool:
    """A link's grant covers its document, and the order that was made from it."""
    if link.document_id == document.pk:
        return True
    return document.is_order and document.source_estimate_id == link.document_id

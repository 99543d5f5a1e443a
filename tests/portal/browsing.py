"""What a customer's browser asks for and sends, without a browser."""

import re
import uuid

from portal_plugin.services import links, terms


def page(document, tail=""):
    return f"/portal/d/{document.public_id}/{tail}"


def path_of(link):
    """The address of a direct link with a new secret, and that secret."""
    token = links.make_token(link)
    return f"/portal/l/{token}/", token


def without_secrets(content):
    """The page without what is random in every answer: the nonce and the form's token."""
    content = re.sub(rb'nonce="[^"]+"', b"", content)
    return re.sub(rb'(value|content)="[\w-]{64}"', b"", content)


def send(client, document, action, item=None, **data):
    """POST an action's form as its page would, with a key of its own where none is given."""
    tail = f"a/{action}/{item.key}/" if item else f"a/{action}/"
    return client.post(page(document, tail), {"client_key": str(uuid.uuid4()), **data})


def approval(document, *items):
    """The fields of an approval of these items, as the page shows them now."""
    fresh = type(document).objects.get(pk=document.pk)
    shown = " ".join(f"{i.key}:{fresh.standing.items[i.key].item_hash}" for i in items)
    accepted = terms.current(fresh).pk
    return {"shown": shown, "terms_id": accepted, "accept_terms": "on"}


def approve(client, document, item):
    return send(client, document, "approve", item, **approval(document, item))

"""What a customer's browser asks for and sends, without a browser."""

import uuid

from portal_plugin.services import terms


def page(document, tail=""):
    return f"/portal/d/{document.public_id}/{tail}"


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

"""A proof that was sent, and what a customer posts about it."""

import uuid

from portal_plugin.services import previews, proofs
from tests import factories, samples


def sent(document=None, *, size=(400, 300), file=None, drawn=True, user=None, item=0, **values):
    """A new version of the item's proof, as the customer has it."""
    document = document or factories.estimate_factory(items=2)
    upload = file or samples.upload("front.png", samples.png(size))
    key = document.lines[item].key
    version = proofs.add_proof_version(document, key, upload, **values)
    proofs.send_now(document, user)
    if drawn:
        previews.drain()
    version.refresh_from_db()
    return version


def url(version, tail=""):
    document = version.proof.document
    return f"/portal/d/{document.public_id}/proof/{version.public_id}/{tail}"


def action_url(version):
    document = version.proof.document
    return f"/portal/d/{document.public_id}/a/proof_points/{version.proof.item_key}/"


def marked(version, *points, **more):
    """The fields of the form: each point a dict of its own fields."""
    data = {
        "client_key": str(uuid.uuid4()),
        "proof": str(version.public_id),
        "point-TOTAL_FORMS": str(max(len(points), 1)),
        "point-INITIAL_FORMS": "0",
    }
    for number, point in enumerate(points):
        data |= {f"point-{number}-{name}": value for name, value in point.items()}
    return data | more

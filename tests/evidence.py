"""A document whose history is verified, here and by a stranger."""

import subprocess
import sys
from copy import copy
from pathlib import Path
from uuid import uuid4

import pytest
from django.test import Client

from portal_plugin.canonical import canonical_bytes
from portal_plugin.models import (
    ChangeRequest,
    DirectLink,
    Estimate,
    ProofVersion,
    Recipient,
    SubmissionSalt,
)
from portal_plugin.services import activity, answering, on_behalf, proofs
from portal_plugin.services.evidence import verifying
from tests import factories, samples
from tests.entering import enter
from tests.filling import filled, url_of

PROOF = samples.png((40, 30))
CHECKER = Path(__file__).resolve().parents[1] / "docs" / "verify_evidence.py"


@pytest.fixture(scope="module")
def made(make_once):
    """The estimate, the member of staff and the browser of the customer."""
    return make_once(make)


@pytest.fixture
def user(made):
    return made[1]


@pytest.fixture
def estimate(client, made):
    """With a proof, an approval, a choice and a change request by the customer, a decline and an
    undo by staff."""
    client.cookies = copy(made[2].cookies)
    _put_back(Path(ProofVersion.objects.get().file.path))
    return Estimate.objects.get()


def _put_back(path):
    """Another test may have changed the file, taken it or put a folder in its place."""
    if path.is_dir():
        path.rmdir()
    path.write_bytes(PROOF)


def make():
    client, user = Client(), factories.user_factory()
    option = factories.line_item(4, is_optional=True, is_selected=False)
    items = [*(factories.line_item(number) for number in (1, 2, 3)), option]
    estimate = factories.estimate_factory(items)
    first, second, third, option = estimate.lines
    file = samples.upload("front.png", PROOF)
    proofs.add_proof_version(estimate, first.key, file, wording="Café")
    proofs.send_now(estimate, user)
    enter(client, estimate)
    url = url_of(estimate, "approve", first.key)
    assert client.post(url, filled(client, url, accept_terms="on")).status_code == 303
    post(client, estimate, "choose", **{f"option_{option.key}": "on"})
    post(client, estimate, "change_request", third.key, text="Larger")
    answering.close_change_request(ChangeRequest.objects.get(), "It is larger now.", user)
    on_behalf.record(estimate, [second.key], "decline", "Phone", user)
    on_behalf.take_back(estimate, second.key, "A misunderstanding", user)
    return estimate, user, client


def post(client, document, name, key="", **typed):
    url = url_of(document, name, key)
    data = {"client_key": str(uuid4())} | typed
    assert client.post(url, data).status_code == 303


def change_first(model, **values):
    """Behind the back of the history."""
    model.objects.filter(pk=model.objects.earliest("pk").pk).update(**values)


def fault(document):
    return str(next(verifying.faults(document), ""))


def check(path, memory=None):
    """As a stranger does; ``memory`` is how many bytes there are for it."""
    command = [sys.executable, "-I", str(CHECKER), str(path)]
    if memory:
        command = ["prlimit", f"--as={memory}", *command]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def other_link():
    mine = DirectLink.objects.get()
    customer = mine.recipient.customer
    other = Recipient.objects.create(site=mine.recipient.site, customer=customer, name="Mallory")
    return DirectLink.objects.create(
        document=mine.document, recipient=other, expires_at=mine.expires_at
    )


#: What the entries of each scheme do not have yet.
NOT_YET = {
    1: ("said", "note", "chose", "asked", "sent", "since", "internal", "shown_files"),
    2: ("sent", "since", "submissions", "internal", "shown_files"),
    3: ("internal", "shown_files"),
    4: (),
}


def written_before(document, scheme):
    """The whole history as the scheme wrote it, with its hashes and without gaps."""
    previous = ""
    for number, entry in enumerate(document.activities.order_by("sequence"), 1):
        kept = activity.facts(entry)
        for name in NOT_YET[scheme]:
            kept.pop(name, None)
        if "decided" in kept and scheme < 3:
            kept["decided"] = [row[:4] for row in kept["decided"]]
        entry.sequence = number
        entry.data, entry.scheme = canonical_bytes(kept).decode(), scheme
        entry.previous_hash, entry.hash = previous, ""
        previous = entry.hash = activity.entry_hash(entry, document.public_id)
        entry.save()
    if scheme == 1:
        SubmissionSalt.objects.all().delete()

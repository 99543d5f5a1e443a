"""A document whose history is verified, here and by a stranger."""

import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest

from portal_plugin.models import ChangeRequest, Estimate
from portal_plugin.services import answering, on_behalf, proofs
from portal_plugin.services.evidence import verifying
from tests import factories, samples

PROOF = samples.png((40, 30))
CHECKER = Path(__file__).resolve().parents[1] / "docs" / "verify_evidence.py"


@pytest.fixture
def user():
    return factories.user_factory()


def post(client, document, name, key="", **typed):
    url = f"/portal/d/{document.public_id}/a/{name}/" + (f"{key}/" if key else "")
    data = {"client_key": str(uuid4())} | typed
    assert client.post(url, data).status_code == 303


@pytest.fixture
def estimate(client, enter, user):
    """With a proof, an approval, a choice and a change request by the customer, a decline and an
    undo by staff."""
    option = factories.line_item(4, is_optional=True, is_selected=False)
    items = [*(factories.line_item(number) for number in (1, 2, 3)), option]
    estimate = factories.estimate_factory(items)
    first, second, third, option = estimate.lines
    file = samples.upload("front.png", PROOF)
    proofs.add_proof_version(estimate, first.key, file, wording="Café")
    proofs.send_now(estimate, user)
    enter(estimate)
    url = f"/portal/d/{estimate.public_id}/a/approve/{first.key}/"
    hidden = client.get(url).context["form"].hidden_fields()
    data = {field.name: field.value() or "" for field in hidden} | {"accept_terms": "on"}
    assert client.post(url, data).status_code == 303
    post(client, estimate, "choose", **{f"option_{option.key}": "on"})
    post(client, estimate, "change_request", third.key, text="Larger")
    answering.close_change_request(ChangeRequest.objects.get(), "It is larger now.", user)
    on_behalf.record(estimate, [second.key], "decline", "Phone", user)
    on_behalf.take_back(estimate, second.key, "A misunderstanding", user)
    return Estimate.objects.get()


def fault(document):
    return str(next(verifying.faults(document), ""))


def check(path):
    return subprocess.run(
        [sys.executable, "-I", str(CHECKER), str(path)], capture_output=True, text=True, check=False
    )

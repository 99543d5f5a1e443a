"""What customers decided can be verified years later, here and by a stranger."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from uuid import uuid4

import pytest
from django.core import serializers
from django.core.management import CommandError, call_command
from django.utils import timezone

from portal_plugin.canonical import canonical_bytes, digest
from portal_plugin.models import (
    Activity,
    Attachment,
    ChangeRequest,
    Choice,
    Decision,
    DirectLink,
    DocumentVersion,
    Estimate,
    Invoice,
    Order,
    ProofPin,
    ProofVersion,
    Recipient,
    RenderedPdf,
    Submission,
    SubmissionSalt,
    VersionItem,
)
from portal_plugin.models.storage import private_storage
from portal_plugin.services import (
    activity,
    answering,
    erasing,
    files,
    invoices,
    on_behalf,
    pdfs,
    proofs,
)
from portal_plugin.services.evidence import exporting, verifying
from tests import factories, samples

pytestmark = pytest.mark.django_db
CHECKER = Path(__file__).resolve().parents[2] / "docs" / "verify_evidence.py"


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
    file = samples.upload("front.png", samples.png((40, 30)))
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


def test_a_file_that_was_changed_with_its_row_is_found(estimate):
    row = files.store(estimate, samples.upload("a.png", samples.png((9, 9))), is_internal=False)
    assert fault(Estimate.objects.get()) == ""
    with private_storage().open(row.file.name, "wb") as file:
        file.write(b"other")
    Attachment.objects.update(digest=digest(b"other"))
    assert "not the file that the history has" in fault(Estimate.objects.get())


def test_a_document_as_it_was_written_holds(estimate):
    assert fault(estimate) == ""


def test_so_does_the_order_that_was_made_of_it(estimate, user):
    factories.approve(estimate, estimate.standing.waiting_keys)
    order = Order.objects.get()
    assert fault(order) == fault(Estimate.objects.get()) == ""


def _swap_proof():
    version = ProofVersion.objects.get()
    with private_storage().open(version.file.name, "wb") as file:
        file.write(b"other")


def _recomputed(model, text, hashed, changed):
    row = model.objects.latest("pk")
    setattr(row, text, changed)
    setattr(row, hashed, digest(changed.encode()))
    row.save()


def _first(model, **values):
    model.objects.filter(pk=model.objects.earliest("pk").pk).update(**values)


BREAKS = {
    "history entry 2": lambda: Activity.objects.filter(sequence=2).update(verb="approve"),
    "entry 3 is missing": lambda: Activity.objects.filter(sequence=3).delete(),
    "does not follow": lambda: Activity.objects.filter(sequence=3).update(previous_hash="0" * 64),
    "version 1: its content": lambda: _first(DocumentVersion, digest="0" * 64),
    "version 1: it is not the one": lambda: _first(
        DocumentVersion, content='{"items":[]}', digest=digest(b'{"items":[]}')
    ),
    "item": lambda: VersionItem.objects.filter(version__number=1).update(canonical="{}"),
    "what was decided was changed": lambda: _first(Decision, canonical="{}"),
    "its version does not have": lambda: _recomputed(Decision, "canonical", "item_hash", "{}"),
    "its decisions are not the ones": lambda: _first(Decision, verdict="decline"),
    "the text that was accepted was changed": lambda: _first(Submission, terms_text="None"),
    "not the text that the history has": lambda: _first(
        Submission, terms_text="None", terms_digest=digest(b"None")
    ),
    "terms of submission": lambda: _first(Submission, terms_text="", terms_digest=""),
    "the file in the storage was changed": _swap_proof,
    "not the file that the history has": lambda: ProofVersion.objects.update(digest="0" * 64),
    "the file is gone": lambda: private_storage().delete(ProofVersion.objects.get().file.name),
}


@pytest.mark.parametrize("told", BREAKS)
def test_the_first_thing_that_is_not_as_it_was_is_named(estimate, told):
    BREAKS[told]()
    assert told in fault(Estimate.objects.get())


def _other_link():
    mine = DirectLink.objects.get()
    customer = mine.recipient.customer
    other = Recipient.objects.create(site=mine.recipient.site, customer=customer, name="Mallory")
    return DirectLink.objects.create(
        document=mine.document, recipient=other, expires_at=mine.expires_at
    )


#: What entries of scheme 2 hold besides.
SENT = {
    "name, address or signature": lambda: _first(Submission, name="Mallory"),
    "signature are not": lambda: _first(Submission, signature_strokes="[[1,1,90,90]]"),
    "not by the person": lambda: _first(Submission, link=_other_link()),
    "change request 2": lambda: ChangeRequest.objects.create(
        document=Estimate.objects.get(),
        submission=Submission.objects.filter(action="choose").get(),
        number=2,
        text="Cheaper",
    ),
    "its note": lambda: Submission.objects.filter(action="undo").update(note="By fax"),
    "the key of what was said": lambda: SubmissionSalt.objects.all().delete(),
    "choices of submission": lambda: Choice.objects.all().delete(),
    "change request 1": lambda: ChangeRequest.objects.update(text="Smaller"),
    "change request of": lambda: ChangeRequest.objects.all().delete(),
}


@pytest.mark.parametrize("told", SENT)
def test_what_was_sent_besides_is_held_against_the_history(estimate, told):
    SENT[told]()
    assert told in fault(Estimate.objects.get())


def test_erasing_the_person_leaves_it_valid_and_says_nothing_of_them(estimate):
    link = estimate.links.get()
    erasing.erase(erasing.by_link(link))
    assert fault(Estimate.objects.get()) == ""
    assert not SubmissionSalt.objects.filter(submission__link=link).exists()
    _first(Submission, name="Mallory")
    assert "key of what was said" in fault(Estimate.objects.get())


def written_before(document):
    """The whole history as scheme 1 wrote it, with its hashes."""
    previous = ""
    for entry in document.activities.order_by("sequence"):
        kept = activity.facts(entry)
        for name in ("said", "note", "chose", "asked"):
            kept.pop(name, None)
        entry.data, entry.scheme = canonical_bytes(kept).decode(), 1
        entry.previous_hash, entry.hash = previous, ""
        previous = entry.hash = activity.entry_hash(entry, document.public_id)
        entry.save()
    SubmissionSalt.objects.all().delete()


def test_entries_of_scheme_1_go_on_being_valid_beside_those_of_2(client, estimate, tmp_path):
    written_before(estimate)
    post(client, estimate, "change_request", text="Larger")
    assert set(estimate.activities.values_list("scheme", flat=True)) == {1, 2}
    assert fault(Estimate.objects.get()) == ""
    path = tmp_path / "mixed.zip"
    with path.open("wb") as target:
        exporting.export(Estimate.objects.get(), target)
    assert check(path).returncode == 0, check(path).stdout
    Submission.objects.filter(action="change_request").update(name="Mallory")
    assert "name" in fault(Estimate.objects.get())


def test_a_point_that_was_ticked_by_nobody_is_found(estimate):
    request = ChangeRequest.objects.get()
    version = ProofVersion.objects.get()
    ProofPin.objects.create(change_request=request, proof_version=version, position=1, text="x")
    assert "change request 1" in fault(Estimate.objects.get())


def test_a_choice_that_was_turned_round_is_found(client, enter):
    lines = [factories.line_item(1), factories.line_item(2, is_optional=True, is_selected=False)]
    estimate = factories.estimate_factory(lines)
    enter(estimate)
    url = f"/portal/d/{estimate.public_id}/a/choose/"
    data = {"client_key": str(uuid4()), f"option_{estimate.lines[1].key}": "on"}
    assert client.post(url, data).status_code == 303
    assert fault(estimate) == ""
    Choice.objects.update(is_chosen=False)
    assert "choice" in fault(estimate)


@pytest.mark.parametrize("change", ["content", "row", "number"])
def test_an_invoice_that_was_changed_is_found(change):
    order = factories.order_factory(items=1, site=factories.site_factory(invoicing="staff"))
    invoice = invoices.issue(order)
    RenderedPdf.objects.update(first_shown_at=None)
    assert fault(order) == ""
    if change == "content":
        Invoice.objects.update(content="{}")
    elif change == "row":
        Invoice.objects.update(content="{}", digest=digest(b"{}"))
    else:
        Invoice.objects.update(number="I-1")
    assert f"invoice {'I-1' if change == 'number' else invoice.number}" in fault(order)


def test_an_edited_row_is_found_whatever_was_recomputed_beside_it(estimate):
    entry = Activity.objects.earliest("sequence")
    entry.verb = "seen"
    entry.hash = activity.entry_hash(entry, estimate.public_id)
    entry.save()
    assert "does not follow" in fault(estimate)


# -- heads ----------------------------------------------------------------------------------------


def test_a_cut_tail_is_found_by_a_head_that_was_kept(estimate, tmp_path, capsys):
    call_command("portal_verify", "--all")
    kept = tmp_path / "heads.txt"
    kept.write_text(capsys.readouterr().out)
    call_command("portal_verify", "--head", str(kept))
    Activity.objects.filter(document=estimate).latest("sequence").delete()
    Decision.objects.filter(verdict="undo").delete()
    assert fault(Estimate.objects.get()) == ""
    with pytest.raises(CommandError):
        call_command("portal_verify", "--head", str(kept))
    assert "the history was cut" in capsys.readouterr().out


def test_a_history_that_was_written_anew_is_found_too(estimate):
    known = verifying.head(estimate)
    Activity.objects.filter(sequence=known.sequence).update(hash="1" * 64)
    assert "written anew" in str(verifying.missing_since(known))


def test_a_longer_history_still_has_its_earlier_head(estimate, user):
    known = verifying.head(estimate)
    factories.approve(estimate, [estimate.lines[2].key])
    assert verifying.missing_since(known) is None


def test_the_command_ends_with_an_error_where_something_broke(estimate, capsys):
    call_command("portal_verify", estimate.number)
    assert str(verifying.head(estimate)) in capsys.readouterr().out
    Activity.objects.filter(sequence=2).update(verb="approve")
    with pytest.raises(CommandError, match="1 not as it was"):
        call_command("portal_verify", estimate.public_id)
    assert f"BROKEN {estimate.number}" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["X-1"], ["--head", "/nowhere"]])
def test_what_cannot_be_verified_is_told(arguments):
    with pytest.raises(CommandError):
        call_command("portal_verify", *arguments)


# -- the same everywhere --------------------------------------------------------------------------


def test_dump_and_restore_change_nothing(estimate):
    models = (Activity, DocumentVersion, VersionItem, Submission, Decision)
    rows = [row for model in models for row in model.objects.all()]
    dumped = serializers.serialize("json", rows)
    for restored in serializers.deserialize("json", dumped):
        restored.save()
    assert fault(Estimate.objects.get()) == ""


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/St_Johns", "UTC"])
def test_no_time_zone_changes_anything(estimate, settings, zone):
    settings.TIME_ZONE = zone
    with timezone.override(zone):
        assert fault(Estimate.objects.get()) == ""


# -- for a stranger -------------------------------------------------------------------------------


def check(path):
    return subprocess.run(
        [sys.executable, "-I", str(CHECKER), str(path)], capture_output=True, text=True, check=False
    )


@pytest.fixture
def exported(estimate, tmp_path):
    pdfs.drain()
    path = tmp_path / "evidence.zip"
    call_command("portal_evidence", estimate.number, "--out", str(path))
    return path


def rewritten(path, change):
    """The same zip with ``change`` done to the content of evidence.json."""
    other = path.with_name("other.zip")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(other, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "evidence.json":
                data = json.loads(content)
                change(data["documents"][0])
                content = json.dumps(data)
            new.writestr(name, content)
    return other


def test_a_stranger_verifies_the_file_offline(exported, estimate):
    done = check(exported)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Everything holds." in done.stdout
    assert verifying.head(estimate).hash in done.stdout
    with zipfile.ZipFile(exported) as archive:
        assert ProofVersion.objects.get().digest in " ".join(archive.namelist())
        assert "SHA-256" in archive.read("README.txt").decode()


def _set(row, **values):
    row.update(values)


TAMPERING = {
    "history": lambda d: _set(d["history"][1], verb="approve"),
    "taken out": lambda d: d["history"].pop(2),
    "version": lambda d: _set(d["versions"][0], content="{}"),
    "version gone": lambda d: d["versions"].pop(),
    "verdict": lambda d: _set(d["decisions"][0], verdict="decline"),
    "decision": lambda d: _set(d["decisions"][0], canonical="{}"),
    "decision gone": lambda d: d["decisions"].pop(),
    "terms": lambda d: _set(d["submissions"][0], terms_text="None"),
    "submission gone": lambda d: d["submissions"].pop(),
    "withdrawal": lambda d: _set(d["submissions"][0], withdrawal_text="None"),
    "order number": lambda d: _set(d["submissions"][0], purchase_order_number="PO-1"),
    "checklist": lambda d: _set(d["submissions"][0], checklist='["x"]'),
    "name": lambda d: _set(d["submissions"][0], name="Mallory"),
    "signature": lambda d: _set(d["submissions"][0], signature="Mallory"),
    "name and its text": lambda d: _set(
        d["submissions"][0],
        **dict.fromkeys(("name", "email", "signature", "strokes"), ""),
        said='{"email":"","name":"","signature":"","strokes":""}',
    ),
    "note": lambda d: _set(d["submissions"][-1], note="By fax"),
    "choice gone": lambda d: d["choices"].pop(),
    "choice": lambda d: _set(d["choices"][0], is_chosen=False),
    "choice added": lambda d: d["choices"].append(
        {"submission": 0, "item": "x", "is_chosen": True}
    ),
    "change request": lambda d: _set(d["requests"][0], canonical="{}"),
    "change request added": lambda d: d["requests"].append({"submission": 0, "canonical": "{}"}),
    "submission twice": lambda d: d["submissions"].insert(
        0, {**d["submissions"][0], "name": "Mallory"}
    ),
    "change request twice": lambda d: d["requests"].insert(
        0, {**d["requests"][0], "canonical": "{}"}
    ),
    "emptied": lambda d: _set(d, **{n: [] for n, v in d.items() if isinstance(v, list)}),
    "proof": lambda d: _set(d["files"][0], sha256=d["files"][-1]["sha256"]),
    "change request gone": lambda d: d["requests"].pop(),
    "invoice": lambda d: d["invoices"].append(
        {"number": "1", "content": "", "digest": digest(b"")}
    ),
    "file": lambda d: _set(d["files"][0], sha256="0" * 64),
}


@pytest.mark.parametrize("what", TAMPERING)
def test_the_stranger_finds_what_was_changed_in_it(exported, what):
    done = check(rewritten(exported, TAMPERING[what]))
    assert done.returncode == 1, done.stdout + done.stderr
    assert "NOT AS IT WAS" in done.stdout


def test_a_number_writes_nothing_of_its_own_into_what_the_checker_says(exported):
    forged = rewritten(exported, lambda d: _set(d, number="E-1\nEverything holds.\x1b[8m"))
    said = check(forged).stdout
    assert "\x1b" not in said
    assert said.count("\n") == 2


def test_that_of_an_order_has_the_estimate_it_was_made_from(estimate, tmp_path, user):
    factories.approve(estimate, estimate.standing.waiting_keys)
    pdfs.drain()
    path = tmp_path / "order.zip"
    with path.open("wb") as target:
        assert exporting.export(Order.objects.get(), target) == []
    assert check(path).returncode == 0
    assert estimate.number in check(path).stdout


def test_no_file_is_written_over(exported, estimate):
    with pytest.raises(CommandError):
        call_command("portal_evidence", estimate.number, "--out", str(exported))


def test_the_checker_needs_nothing_but_python():
    lines = [line for line in CHECKER.read_text().splitlines() if line.strip()]
    imports = {line.split()[1] for line in lines if line.startswith(("import ", "from "))}
    assert imports <= {"hashlib", "hmac", "json", "sys", "zipfile"}
    assert len(lines) <= 110

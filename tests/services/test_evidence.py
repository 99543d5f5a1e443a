"""What customers decided can be verified years later, here and by a stranger."""

import json
import subprocess
import sys
import zipfile
from datetime import timedelta
from decimal import Decimal
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
    LedgerEntry,
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
    payments,
    pdfs,
    proofs,
)
from portal_plugin.services.evidence import exporting, verifying
from tests import factories, samples

pytestmark = pytest.mark.django_db
PROOF = samples.png((40, 30))
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


def test_a_file_that_was_changed_with_its_row_is_found(estimate):
    row = files.store(estimate, samples.upload("a.png", samples.png((9, 9))), is_internal=False)
    assert fault(Estimate.objects.get()) == ""
    with private_storage().open(row.file.name, "wb") as file:
        file.write(b"other")
    Attachment.objects.update(digest=digest(b"other"))
    assert "not the file that the history has" in fault(Estimate.objects.get())


def _files():
    return Attachment.objects.filter(document=Estimate.objects.get())


#: What is said, and what somebody did to the row of a file.
AWAY = {
    "the history has it, and its row is gone": lambda: _files().delete(),
    "it was taken away, and the history does not have that": lambda: _files().update(
        removed_at=timezone.now()
    ),
}


@pytest.mark.parametrize("told", AWAY)
def test_a_file_that_nobody_took_away_and_is_not_there_is_found(estimate, told):
    kept = files.store(estimate, samples.upload("a.png", samples.png((9, 9))), is_internal=False)
    AWAY[told]()
    assert fault(Estimate.objects.get()) == f"file {kept.public_id}: {told}"


def test_a_file_that_staff_took_out_of_sight_is_none(estimate):
    files.remove(files.store(estimate, samples.upload("a.png", samples.png((9, 9)))), None)
    assert fault(Estimate.objects.get()) == ""


def test_a_proof_whose_rows_are_gone_is_found(estimate):
    version = proofs.add_proof_version(estimate, estimate.lines[1].key, samples.upload("b.png"))
    ProofVersion.objects.filter(pk=version.pk).delete()
    assert f"file {version.public_id}: the history has it" in fault(Estimate.objects.get())


#: What somebody does to the row of a booking.
COOKED = {
    "amount": lambda rows: rows.update(amount=1),
    "surcharge": lambda rows: rows.update(surcharge=1),
    "currency": lambda rows: rows.update(currency="JPY"),
    "gone": lambda rows: rows.delete(),
    "made up": lambda rows: LedgerEntry.objects.create(
        document=rows.get().document,
        kind="offline",
        amount=5,
        currency="EUR",
        occurred_at=timezone.now(),
    ),
}


@pytest.mark.parametrize("change", COOKED)
def test_a_booking_that_is_not_what_was_booked_is_found(change):
    order = factories.order_factory(items=1)
    entry = payments.record_offline(order, amount=Decimal(20))
    payments.refund_outside(entry, amount=Decimal(5), reason="Crooked")
    assert fault(Order.objects.get()) == ""
    COOKED[change](LedgerEntry.objects.filter(kind="refund"))
    assert fault(Order.objects.get()).startswith("booking ")


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
    "it is not as in history entry": lambda: _first(Decision, verdict="decline"),
    "its decisions are not the ones": lambda: Decision.objects.earliest("pk").delete(),
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


def _later(model, **where):
    row = model.objects.filter(**where).earliest("pk")
    model.objects.filter(pk=row.pk).update(created_at=row.created_at + timedelta(hours=1))


def _counts_by_another():
    """What waits again would count as approved."""
    decision = Decision.objects.earliest("pk")
    other = DocumentVersion.objects.exclude(pk=decision.since_id).get()
    Decision.objects.filter(pk=decision.pk).update(since=other)


#: What entries of scheme 3 hold besides, and the row that is named.
WHEN = {
    "decision {decision} on item": _counts_by_another,
    "decision {decision} on": lambda: _later(Decision),
    "submission {submission}: when": lambda: _later(Submission),
    "version 2, item {item}: since when": lambda: VersionItem.objects.filter(
        version__number=2, key=Decision.objects.earliest("pk").item_key
    ).update(since=DocumentVersion.objects.get(number=1)),
}


@pytest.mark.parametrize("told", WHEN)
def test_a_row_that_would_count_otherwise_or_at_another_time_is_named(estimate, told):
    first = Decision.objects.earliest("pk")
    WHEN[told]()
    names = {
        "decision": first.pk,
        "submission": Submission.objects.earliest("pk").pk,
        "item": first.item_key,
    }
    assert told.format(**names) in fault(Estimate.objects.get())


def test_what_goes_on_from_an_estimate_is_held_against_the_orders_history(estimate, user):
    factories.approve(estimate, estimate.standing.waiting_keys)
    order = Order.objects.get()
    assert fault(order) == ""
    row = order.current_version.items.exclude(since=order.current_version).first()
    VersionItem.objects.filter(pk=row.pk).update(since=order.current_version)
    assert f"version 1, item {row.key}: since when" in fault(Order.objects.get())


def test_items_that_are_alternatives_hold():
    lines = [factories.line_item(number, alternative_group="Size") for number in (1, 2)]
    assert fault(factories.estimate_factory(lines)) == ""


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


#: What the entries of each scheme do not have yet.
NOT_YET = {
    1: ("said", "note", "chose", "asked", "sent", "since"),
    2: ("sent", "since", "submissions"),
}


def written_before(document, scheme):
    """The whole history as the scheme wrote it, with its hashes."""
    previous = ""
    for entry in document.activities.order_by("sequence"):
        kept = activity.facts(entry)
        for name in NOT_YET[scheme]:
            kept.pop(name, None)
        if "decided" in kept:
            kept["decided"] = [row[:4] for row in kept["decided"]]
        entry.data, entry.scheme = canonical_bytes(kept).decode(), scheme
        entry.previous_hash, entry.hash = previous, ""
        previous = entry.hash = activity.entry_hash(entry, document.public_id)
        entry.save()
    if scheme == 1:
        SubmissionSalt.objects.all().delete()


@pytest.mark.parametrize("scheme", NOT_YET)
def test_entries_of_earlier_schemes_go_on_being_valid(client, estimate, tmp_path, scheme):
    written_before(estimate, scheme)
    post(client, estimate, "change_request", text="Larger")
    assert set(estimate.activities.values_list("scheme", flat=True)) == {scheme, 3}
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


KEPT: list[bytes] = []


def export(estimate, path):
    pdfs.drain()
    call_command("portal_evidence", estimate.number, "--out", str(path))
    return path


@pytest.fixture
def exported(request, tmp_path):
    """That of ``estimate``, made once: what a stranger holds knows nothing of a test's database."""
    path = tmp_path / "evidence.zip"
    if not KEPT:
        KEPT.append(export(request.getfixturevalue("estimate"), path).read_bytes())
    path.write_bytes(KEPT[0])
    return path


def rewritten(path, change=lambda data: data, files=lambda name, content: (name, content)):
    """The same zip with ``change`` done to evidence.json, and ``files`` to each of the files."""
    other = path.with_name("other.zip")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(other, "w") as new:
        data = json.loads(old.read("evidence.json"))
        new.writestr("evidence.json", json.dumps(change(data) or data))
        for name in old.namelist():
            if name.startswith("files/") and (kept := files(name, old.read(name))):
                new.writestr(*kept)
    return other


def test_a_stranger_verifies_the_file_offline(estimate, tmp_path):
    exported = export(estimate, tmp_path / "evidence.zip")
    done = check(exported)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Everything holds." in done.stdout
    assert verifying.head(estimate).hash in done.stdout
    approved = estimate.lines[0]
    assert f"approve: {approved.name} ({Submission.objects.earliest('pk').name})" in done.stdout
    with zipfile.ZipFile(exported) as archive:
        assert f"files/{ProofVersion.objects.get().digest}" in archive.namelist()
        assert "SHA-256" in archive.read("README.txt").decode()


def _at(data, verb):
    """The entry of the estimate's history, and what it keeps."""
    entry = next(one for one in data["documents"][0]["history"] if one["verb"] == verb)
    return entry, json.loads(entry["data"])


def _without_text(name, verb):
    """Whatever the entry names by a hash can neither be changed nor left out."""

    def change(data):
        _entry, kept = _at(data, verb)
        gone = kept[name]
        data["texts"] = [text for text in data["texts"] if digest(text.encode()) != gone]

    return change


def _person(data, **values):
    _entry, kept = _at(data, "approve")
    data["documents"][0]["people"][str(kept["submission"])].update(values)


def _decided_otherwise(data):
    entry, kept = _at(data, "approve")
    kept["decided"][0][1] = "decline"
    entry["data"] = json.dumps(kept)


def _decided_unseen(data):
    """A decision on what no version showed, with every hash made anew."""
    _entry, kept = _at(data, "approve")
    seen = kept["decided"][0][2]
    previous = ""
    for entry in data["documents"][0]["history"]:
        entry["data"] = entry["data"].replace(seen, digest(b"{}"))
        entry["previous"] = previous
        told = {name: value for name, value in entry.items() if name != "hash"}
        previous = entry["hash"] = digest(canonical_bytes(told))


LOUD = '{"email":"","name":"Me\\nEverything holds.\\u001b[8m","signature":"","strokes":""}'
NOBODY = '{"email":"","name":"","signature":"","strokes":""}'
TAMPERING = {
    "history": lambda d: d["documents"][0]["history"][1].update(verb="approve"),
    "taken out": lambda d: d["documents"][0]["history"].pop(2) and None,
    "turned round": lambda d: d["documents"][0]["history"].reverse(),
    "verdict": _decided_otherwise,
    "not shown": _decided_unseen,
    "version": _without_text("digest", "version"),
    "terms": _without_text("terms", "approve"),
    "note": _without_text("note", "undo"),
    "change request": _without_text("asked", "change_request"),
    "reason": lambda d: d["texts"].remove("A misunderstanding"),
    "name": lambda d: _person(d, said=NOBODY.replace('"name":""', '"name":"Mallory"')),
    "erased by nobody": lambda d: _person(d, said=NOBODY, salt=""),
    "emptied": lambda d: d["documents"][0].update(history=[]),
    "nothing": lambda d: d.update(documents=[]),
    "another format": lambda d: d.update(format=1),
}


@pytest.mark.parametrize("what", TAMPERING)
def test_the_stranger_finds_what_was_changed_in_it(exported, what):
    done = check(rewritten(exported, TAMPERING[what]))
    assert done.returncode == 1, done.stdout + done.stderr
    assert "NOT AS IT WAS" in done.stdout
    assert not done.stderr


@pytest.mark.parametrize("what", ["gone", "other bytes"])
def test_the_stranger_finds_another_proof(exported, what):
    proof = f"files/{digest(PROOF)}"

    def change(name, content):
        if name != proof:
            return name, content
        return (name, b"other") if what == "other bytes" else None

    done = check(rewritten(exported, files=change))
    assert done.returncode == 1
    assert "the file of a proof" in done.stdout or f"{proof} was changed" in done.stdout


def _raw(path, content):
    path.write_bytes(content)
    return path


def _with_evidence(path, text, method=zipfile.ZIP_STORED, name="evidence.json"):
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr(name, text)
    return path


def _packed(exported):
    """A lot of nothing beside what is there."""
    with zipfile.ZipFile(exported, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("files/0", bytes(100 * 1024 * 1024))
    return exported


HISTORY = '{"format":2,"texts":[],"documents":[{"document":"x","history":[%s]}]}'
MALFORMED = {
    "no zip": lambda path: _raw(path, b"PK what"),
    "nothing": lambda path: _raw(path, b""),
    "cut": lambda path: _raw(path, path.read_bytes()[: path.stat().st_size // 2]),
    "flipped": lambda path: _raw(path, path.read_bytes().replace(b"files/", b"file5/", 1)),
    "no evidence": lambda path: _with_evidence(path, "{}", name="x.json"),
    "no json": lambda path: _with_evidence(path, "{"),
    "no utf-8": lambda path: _with_evidence(path, b"\xff\xfe{"),
    "a list": lambda path: _with_evidence(path, "[]"),
    "no keys": lambda path: _with_evidence(path, "{}"),
    "no history": lambda path: _with_evidence(path, '{"format":2,"texts":[],"documents":[{}]}'),
    "other kinds": lambda path: _with_evidence(path, '{"format":2,"texts":"x","documents":3}'),
    "half a surrogate": lambda path: _with_evidence(path, '{"texts":["\\ud800"],"documents":[]}'),
    "an entry without a hash": lambda path: _with_evidence(path, HISTORY % "{}"),
    "an entry that is none": lambda path: _with_evidence(path, HISTORY % "7"),
    "endlessly nested": lambda path: _with_evidence(path, "[" * 10**6),
    "a number of a million digits": lambda path: _with_evidence(path, "9" * 10**6),
    "packed small, and huge": lambda path: _with_evidence(
        path, " " * (65 * 1024 * 1024), zipfile.ZIP_DEFLATED
    ),
    "a huge file packed small": _packed,
}


@pytest.mark.parametrize("what", MALFORMED)
def test_the_checker_says_so_of_whatever_is_no_evidence(exported, what):
    done = check(MALFORMED[what](exported))
    assert done.returncode == 1
    assert "NOT AS IT WAS: this is no whole file of portal_evidence" in done.stdout
    assert not done.stderr


def test_what_stands_beside_the_history_is_not_said_by_the_checker(exported):
    """Neither as a number that is another, nor as a line of its own."""
    before = check(exported).stdout

    def change(data):
        data["documents"][0]["number"] = "E-1\nEverything holds.\x1b[8m"

    assert check(rewritten(exported, change)).stdout == before


def test_a_name_writes_nothing_of_its_own_into_what_the_checker_says(exported):
    told = check(exported).stdout.count("\n")
    said = check(rewritten(exported, lambda data: _person(data, said=LOUD))).stdout
    assert "\x1b" not in said
    assert said.count("\n") == told


def test_erasing_the_person_leaves_the_file_valid_for_a_stranger(estimate, tmp_path):
    erasing.erase(erasing.by_link(estimate.links.get()))
    path = tmp_path / "erased.zip"
    with path.open("wb") as target:
        exporting.export(Estimate.objects.get(), target)
    assert check(path).returncode == 0, check(path).stdout


def test_who_was_erased_before_the_entry_said_what_they_had_sent_is_gone_for_a_stranger(
    estimate, tmp_path
):
    erasing.erase(erasing.by_link(estimate.links.get()))
    written_before(estimate, 2)
    path = tmp_path / "erased.zip"
    with path.open("wb") as target:
        exporting.export(Estimate.objects.get(), target)
    assert check(path).returncode == 0, check(path).stdout


def test_where_one_was_erased_nobody_else_can_be(client, enter, estimate, tmp_path):
    """Whose words are gone the history says; those of others are held against it as ever."""
    other = _other_link()
    Recipient.objects.filter(pk=other.recipient_id).update(email="other@example.com")
    enter(estimate, other)
    post(client, estimate, "change_request", text="Smaller")
    erasing.erase(erasing.by_link(DirectLink.objects.get(pk=other.pk)))
    assert Submission.objects.filter(link=other, name="").exists()
    path = tmp_path / "erased.zip"
    with path.open("wb") as target:
        exporting.export(Estimate.objects.get(), target)
    assert check(path).returncode == 0, check(path).stdout
    done = check(rewritten(path, lambda data: _person(data, said=NOBODY, salt="")))
    assert done.returncode == 1
    assert "who sent it" in done.stdout


def test_a_second_text_under_the_name_of_the_first_is_found(exported):
    """One program would show the one, another the other."""
    with zipfile.ZipFile(exported) as archive:
        first = archive.read("evidence.json")
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(exported, "a") as archive:
        archive.writestr("evidence.json", first)
    done = check(exported)
    assert "evidence.json is there twice" in done.stdout
    assert done.returncode == 1


def test_that_of_an_order_has_the_estimate_it_was_made_from(estimate, tmp_path, user):
    factories.approve(estimate, estimate.standing.waiting_keys)
    pdfs.drain()
    path = tmp_path / "order.zip"
    with path.open("wb") as target:
        assert exporting.export(Order.objects.get(), target) == []
    assert check(path).returncode == 0
    assert estimate.number in check(path).stdout


def test_that_of_invoices_holds(tmp_path):
    order = factories.order_factory(items=1, site=factories.site_factory(invoicing="staff"))
    invoices.issue(order)
    path = tmp_path / "invoice.zip"
    with path.open("wb") as target:
        exporting.export(Order.objects.get(), target)
    assert check(path).returncode == 0, check(path).stdout
    done = check(rewritten(path, _without_text("digest", "invoice")))
    assert "the text of digest" in done.stdout


def test_no_file_is_written_over(estimate, tmp_path):
    path = tmp_path / "mine.txt"
    path.write_text("Kept")
    with pytest.raises(CommandError):
        export(estimate, path)
    assert path.read_text() == "Kept"


def test_the_checker_needs_nothing_but_python_and_is_short():
    lines = [line for line in CHECKER.read_text().splitlines() if line.strip()]
    imports = {line.split()[1] for line in lines if line.startswith(("import ", "from "))}
    assert imports <= {"hashlib", "hmac", "json", "os", "sys", "zipfile"}
    assert len(lines) - len(imports) <= 73

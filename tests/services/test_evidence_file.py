"""The file of a document that a stranger checks without us."""

import json
import re
import sys
import zipfile

import pytest
from django.core.management import CommandError, call_command

from portal_plugin.canonical import HISTORY_SCHEME, canonical_bytes, digest
from portal_plugin.models import (
    Attachment,
    DirectLink,
    Estimate,
    Order,
    ProofVersion,
    Recipient,
    RenderedPdf,
    Submission,
)
from portal_plugin.services import activity, erasing, files, invoices, pdfs, proofs
from portal_plugin.services.evidence import exporting, verifying
from tests import factories, samples
from tests.evidence import (
    CHECKER,
    PROOF,
    check,
    estimate,
    made,
    other_link,
    post,
    user,
    written_before,
)

__all__ = ["estimate", "made", "user"]
pytestmark = pytest.mark.django_db
KEPT: list[bytes] = []
#: PDFs of ``estimate``: its own, and two receipts.
DRAWN = 3
SHA256 = re.compile("[0-9a-f]{64}").fullmatch


def export(estimate, path):
    pdfs.drain()
    call_command("portal_evidence", estimate.number, "--out", str(path))
    return path


@pytest.fixture
def exported(request, made, tmp_path):
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
    assert (
        f"approve: {estimate.number}, {approved.name} ({Submission.objects.earliest('pk').name})"
        in done.stdout
    )
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
    lacking = f"the text or file of ['{digest(PROOF)}']"
    assert lacking in done.stdout or f"{proof} was changed" in done.stdout


def _pdfs(path):
    """Names in the zip of what was drawn."""
    with zipfile.ZipFile(path) as archive:
        data = json.loads(archive.read("evidence.json"))
        return [f"files/{key}" for key, what in data["files"].items() if what.startswith("PDF")]


OTHER = b"%PDF-1.7 of another"
EXCHANGED = {
    "another in its place": (
        lambda name, content: (f"files/{digest(OTHER)}", OTHER),
        (f"IN NO HISTORY: files/{digest(OTHER)}", "are missing"),
    ),
    "other bytes": (
        lambda name, content: (name, OTHER),
        ("was changed", "are missing", "IN NO HISTORY"),
    ),
    "gone": (lambda name, content: None, ("are missing",)),
}


@pytest.mark.parametrize("what", EXCHANGED)
def test_the_stranger_finds_another_pdf(exported, what):
    """The name of its own hash is of no help to it."""
    exchange, told = EXCHANGED[what]
    names = _pdfs(exported)
    assert len(names) == DRAWN

    def change(name, content):
        return exchange(name, content) if name == names[0] else (name, content)

    done = check(rewritten(exported, files=change))
    assert done.returncode == 1
    assert "Everything holds." not in done.stdout
    assert [line for line in told if line not in done.stdout] == []


def test_the_stranger_is_told_what_each_pdf_is_of(exported, estimate):
    said = check(exported).stdout
    for name in _pdfs(exported):
        assert re.search(
            rf"^PDF: .*, (estimate|receipt) of version \d: {name}$", said, re.MULTILINE
        )


def test_a_file_that_no_history_names_is_not_passed_over(exported):
    with zipfile.ZipFile(exported, "a") as archive:
        archive.writestr(f"files/{digest(OTHER)}", OTHER)
    done = check(exported)
    assert f"IN NO HISTORY: files/{digest(OTHER)}" in done.stdout
    assert "Everything holds." not in done.stdout
    assert done.returncode == 1


@pytest.mark.parametrize("name", ["Files/{}", "./files/{}", "FILES\\{}", "evidence.JSON"])
def test_nothing_lies_beside_what_is_checked(exported, name):
    """Unpacked, it would be found in the place of what was."""
    with zipfile.ZipFile(exported, "a") as archive:
        archive.writestr(name.format(_pdfs(exported)[0].removeprefix("files/")), OTHER)
    done = check(exported)
    assert f"IN NO HISTORY: files/{digest(OTHER)}" in done.stdout
    assert done.returncode == 1


def _with_another_history(data):
    """Its hashes hold, and one of the two heads is the right one."""
    first = data["documents"][0]
    data["documents"].append({**first, "history": first["history"][:3]})


def test_a_second_history_of_the_same_document_is_found(exported):
    done = check(rewritten(exported, _with_another_history))
    assert "NOT AS IT WAS: one " in done.stdout
    assert done.returncode == 1


def test_of_pdfs_from_before_they_were_named_the_stranger_is_told_so(estimate, tmp_path):
    pdfs.drain()
    estimate.activities.filter(verb="pdf_drawn").delete()
    written_before(estimate, 4)
    path = export(estimate, tmp_path / "before.zip")
    done = check(path)
    names = _pdfs(path)
    assert len(names) == DRAWN
    told = [line for line in done.stdout.splitlines() if not line.startswith(("2", "Head: "))]
    assert sorted(told) == sorted(f"IN NO HISTORY: {name}" for name in names)


def test_what_was_let_go_unseen_is_not_missed(estimate, tmp_path):
    pdfs.drain()
    changed = Estimate.objects.get()
    changed.title = "Larger"
    factories.publish(changed)
    path = export(estimate, tmp_path / "evidence.zip")
    assert len(_pdfs(path)) == DRAWN
    assert check(path).returncode == 0, check(path).stdout


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
        path,
        '{"format":2,"texts":[],"documents":[]}' + " " * (64 * 1024 * 1024),
        zipfile.ZIP_DEFLATED,
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
    pdfs.drain()
    erasing.erase(erasing.by_link(estimate.links.get()))
    path = tmp_path / "erased.zip"
    with path.open("wb") as target:
        assert exporting.export(Estimate.objects.get(), target) == []
    assert check(path).returncode == 0, check(path).stdout
    path = export(estimate, tmp_path / "drawn_anew.zip")
    assert len(_pdfs(path)) == DRAWN
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
    other = other_link()
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


def _with_an_erasure_beside(data):
    """A document of the forger's own, whose whole history is that somebody was erased."""
    _entry, kept = _at(data, "approve")
    told = {"actor": "staff", "at": "2026-01-01T00:00:00.000000Z", "document": "x", "previous": ""}
    told |= {"data": json.dumps({"submissions": [kept["submission"]]}), "verb": "erased"}
    told |= {"scheme": 4, "sequence": 1}
    history = [told | {"hash": digest(canonical_bytes(told))}]
    data["documents"].append({"document": "x", "people": {}, "history": history})
    _person(data, said=NOBODY, salt="")


def test_an_erasure_in_another_history_excuses_no_blank_name(exported):
    done = check(rewritten(exported, _with_an_erasure_beside))
    assert "Head: x:1:" in done.stdout
    assert "who sent it" in done.stdout
    assert done.returncode == 1


def test_whose_words_went_from_the_order_is_said_in_its_own_history(
    client, enter, estimate, tmp_path
):
    """The link of the estimate it was made from opens it as well."""
    factories.approve(estimate, estimate.standing.waiting_keys)
    order = Order.objects.get()
    enter(estimate, estimate.links.get())
    client.get(f"/portal/d/{estimate.public_id}/")
    post(client, order, "comment", text="When?")
    erasing.erase(erasing.by_link(estimate.links.get()))
    (theirs,) = order.submissions.filter(link__document=estimate.pk)
    kept = activity.facts(order.activities.get(verb="erased"))
    assert kept["submissions"] == [theirs.pk]
    path = tmp_path / "order.zip"
    with path.open("wb") as target:
        exporting.export(order, target)
    assert check(path).returncode == 0, check(path).stdout


def test_a_second_text_under_the_name_of_the_first_is_found(exported):
    """One program would show the one, another the other."""
    with zipfile.ZipFile(exported) as archive:
        first = archive.read("evidence.json")
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(exported, "a") as archive:
        archive.writestr("evidence.json", first)
    done = check(exported)
    assert "NOT AS IT WAS: evidence.json of format 2" in done.stdout
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
    pdfs.drain()
    path = tmp_path / "invoice.zip"
    with path.open("wb") as target:
        exporting.export(Order.objects.get(), target)
    assert check(path).returncode == 0, check(path).stdout
    done = check(rewritten(path, _without_text("digest", "invoice")))
    assert "the text or file of ['digest']" in done.stdout


def test_whoever_writes_another_checker_is_told_of_every_hash(exported):
    """By the file itself, and by the docs."""
    with zipfile.ZipFile(exported) as archive:
        read_me, evidence = archive.read("README.txt").decode(), archive.read("evidence.json")
    entries = [each for one in json.loads(evidence)["documents"] for each in one["history"]]
    kept = [entry | json.loads(entry["data"]) for entry in entries]
    hashed = {name for each in kept for name, value in each.items() if SHA256(str(value))}
    assert {"hash", "previous", "digest", "said", "person", "since", "sha256"} <= hashed
    for text in (read_me, CHECKER.with_name("evidence.md").read_text()):
        assert not [name for name in hashed if not re.search(rf"\b{name}\b", text)]
        assert str(HISTORY_SCHEME) in text


def test_what_is_internal_or_waits_to_be_sent_is_not_in_it(estimate, tmp_path, user):
    key, path = estimate.lines[0].key, tmp_path / "evidence.zip"
    hidden = files.store(estimate, samples.upload("cost.png", samples.png((9, 9))), staff=user)
    file = samples.upload("next.png", samples.png((8, 8)))
    waiting = proofs.add_proof_version(estimate, key, file)
    with path.open("wb") as target:
        assert exporting.export(Estimate.objects.get(), target) == []
    with zipfile.ZipFile(path) as archive:
        names, text = archive.namelist(), archive.read("evidence.json").decode()
    for row in (hidden, waiting):
        assert f"files/{row.digest}" not in names
        assert row.name not in text
    assert check(path).returncode == 0, check(path).stdout


def test_nothing_of_another_document_is_in_it(estimate, tmp_path, user):
    other = factories.order_factory(items=1, site=factories.site_factory(invoicing="staff"))
    proofs.add_proof_version(
        other, other.lines[0].key, samples.upload("b.png", samples.png((7, 7)))
    )
    proofs.send_now(other, user)
    file = samples.upload("theirs.png", samples.png((5, 5)))
    files.store(Order.objects.get(), file, is_internal=False)
    invoice = invoices.issue(Order.objects.get())
    with zipfile.ZipFile(export(estimate, tmp_path / "evidence.zip")) as archive:
        names, data = archive.namelist(), json.loads(archive.read("evidence.json"))
    of_other = RenderedPdf.objects.filter(document=other.pk, file_hash__gt="")
    theirs = [*of_other.values_list("file_hash", flat=True)]
    theirs += [*ProofVersion.objects.filter(name="b.png").values_list("digest", flat=True)]
    theirs += [*Attachment.objects.values_list("digest", flat=True)]
    assert len(theirs) == 4
    assert {f"files/{sha256}" for sha256 in theirs}.isdisjoint(names)
    assert invoice.content not in data["texts"]
    assert [each["document"] for each in data["documents"]] == [estimate.public_id]


def test_a_file_that_the_storage_does_not_have_is_named_and_missed(estimate, tmp_path, capsys):
    path, proof = tmp_path / "evidence.zip", ProofVersion.objects.get()
    proof.file.storage.delete(proof.file.name)
    with pytest.raises(CommandError, match="1 files are missing"):
        call_command("portal_evidence", estimate.number, "--out", str(path))
    assert "front.png" in capsys.readouterr().err
    assert f"the text or file of ['{proof.digest}']" in check(path).stdout


def test_no_file_is_written_over(estimate, tmp_path):
    path = tmp_path / "mine.txt"
    path.write_text("Kept")
    with pytest.raises(CommandError):
        export(estimate, path)
    assert path.read_text() == "Kept"


def test_the_checker_needs_nothing_but_python_and_is_as_short_as_is_said_of_it():
    lines = [line for line in CHECKER.read_text().splitlines() if line.strip()]
    names = [line.removeprefix("import ") for line in lines if re.match("import |from ", line)]
    assert {"hashlib", "json", "zipfile"} <= set(names) <= sys.stdlib_module_names
    assert f"has {len(lines)} lines" in CHECKER.with_name("evidence.md").read_text()
    assert len(lines) <= 66

"""The file of a document that a stranger checks without us: what is in it, and what is not."""

import json
import re
import sys
import zipfile

import pytest
from django.core.management import CommandError, call_command

from portal_plugin.canonical import HISTORY_SCHEME
from portal_plugin.models import (
    Attachment,
    Estimate,
    Order,
    ProofVersion,
    RenderedPdf,
    Submission,
)
from portal_plugin.services import files, invoices, pdfs, proofs
from portal_plugin.services.evidence import exporting, verifying
from tests import factories, samples
from tests.evidence import CHECKER, check, estimate, make, user, written_before
from tests.evidence_files import DRAWN, export, exported, pdfs_in, rewritten, without_text

__all__ = ["estimate", "exported", "user"]
pytestmark = [pytest.mark.django_db, pytest.mark.only_on("sqlite")]
SHA256 = re.compile("[0-9a-f]{64}").fullmatch


@pytest.fixture(scope="module")
def made(make_once):
    """With its PDFs."""

    def make_drawn():
        made = make()
        pdfs.drain()
        return made

    return make_once(make_drawn)


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


def test_the_stranger_is_told_what_each_pdf_is_of(exported, estimate):
    said = check(exported).stdout
    for name in pdfs_in(exported):
        assert re.search(
            rf"^PDF: .*, (estimate|receipt) of version \d: {name}$", said, re.MULTILINE
        )


def test_of_pdfs_from_before_they_were_named_the_stranger_is_told_so(estimate, tmp_path):
    pdfs.drain()
    estimate.activities.filter(verb="pdf_drawn").delete()
    written_before(estimate, 4)
    path = export(estimate, tmp_path / "before.zip")
    done = check(path)
    names = pdfs_in(path)
    assert len(names) == DRAWN
    told = [line for line in done.stdout.splitlines() if not line.startswith(("2", "Head: "))]
    assert sorted(told) == sorted(f"IN NO HISTORY: {name}" for name in names)


def test_what_was_let_go_unseen_is_not_missed(estimate, tmp_path):
    pdfs.drain()
    changed = Estimate.objects.get()
    changed.title = "Larger"
    factories.publish(changed)
    path = export(estimate, tmp_path / "evidence.zip")
    assert len(pdfs_in(path)) == DRAWN
    assert check(path).returncode == 0, check(path).stdout


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
    done = check(rewritten(path, without_text("digest", "invoice")))
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


def test_of_a_draft_without_a_history_no_file_is_written(tmp_path):
    """A stranger would be told that it is not whole."""
    draft = factories.estimate_factory(items=1, published=False)
    path = tmp_path / "draft.zip"
    with pytest.raises(CommandError, match="no history yet"):
        call_command("portal_evidence", draft.public_id, out=str(path))
    assert not path.exists()

"""What customers decided can be verified years later."""

import itertools
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest
from django.core import serializers
from django.core.management import CommandError, call_command
from django.utils import timezone

from portal_plugin.canonical import digest
from portal_plugin.models import (
    Activity,
    Decision,
    DocumentVersion,
    Estimate,
    Order,
    ProofVersion,
    RenderedPdf,
    Submission,
    VersionItem,
)
from portal_plugin.models.storage import private_storage
from portal_plugin.services import activity, files, payments, pdfs, proofs
from portal_plugin.services.evidence import verifying
from tests import factories, samples
from tests.evidence import change_first, estimate, fault, made, user

__all__ = ["estimate", "made", "user"]
pytestmark = pytest.mark.django_db


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


BREAKS = {
    "history entry 2": lambda: Activity.objects.filter(sequence=2).update(verb="approve"),
    "entry 3 is missing": lambda: Activity.objects.filter(sequence=3).delete(),
    "does not follow": lambda: Activity.objects.filter(sequence=3).update(previous_hash="0" * 64),
    "version 1: its content": lambda: change_first(DocumentVersion, digest="0" * 64),
    "version 1: it is not the one": lambda: change_first(
        DocumentVersion, content='{"items":[]}', digest=digest(b'{"items":[]}')
    ),
    "version 1, item": lambda: VersionItem.objects.filter(version__number=1).update(canonical="{}"),
    "what was decided was changed": lambda: change_first(Decision, canonical="{}"),
    "its version does not have": lambda: _recomputed(Decision, "canonical", "item_hash", "{}"),
    "it is not as in history entry": lambda: change_first(Decision, verdict="decline"),
    "its decisions are not the ones": lambda: Decision.objects.earliest("pk").delete(),
    "the text that was accepted was changed": lambda: change_first(Submission, terms_text="None"),
    "not the text that the history has": lambda: change_first(
        Submission, terms_text="None", terms_digest=digest(b"None")
    ),
    "terms of submission": lambda: change_first(Submission, terms_text="", terms_digest=""),
    "the file in the storage was changed": _swap_proof,
    "not the file that the history has": lambda: ProofVersion.objects.update(digest="0" * 64),
    "the file is gone": lambda: private_storage().delete(ProofVersion.objects.get().file.name),
}


@pytest.mark.parametrize("told", BREAKS)
def test_the_first_thing_that_is_not_as_it_was_is_named(estimate, told):
    BREAKS[told]()
    assert told in fault(Estimate.objects.get())


def _all_faults(document):
    return "\n".join(map(str, verifying.faults(document)))


def _once_more(row, **values):
    """Another row of the same, that nobody's history knows."""
    row.pk = None
    for name, value in values.items():
        setattr(row, name, value)
    row.save(force_insert=True)


def _spoil_the_pdf():
    pdfs.drain()
    pdf = RenderedPdf.objects.filter(kind="receipt").first()
    RenderedPdf.objects.filter(pk=pdf.pk).update(first_shown_at=timezone.now())
    with private_storage().open(pdf.file.name, "wb") as file:
        file.write(b"other")


def _storage_away():
    """A folder stands where the file was: it cannot be read, and is not gone."""
    path = Path(ProofVersion.objects.get().file.path)
    path.unlink()
    path.mkdir()


#: What may come later than another fault.
STRANGE = {
    "version 3: the history does not have it": lambda: _once_more(
        DocumentVersion.objects.get(number=2), number=3
    ),
    "version 1: the history has it, and its row is gone": lambda: DocumentVersion.objects.filter(
        number=1
    ).update(number=7),
    "version 1: the row of item": lambda: (
        VersionItem.objects.filter(version__number=1).first().delete()
    ),
    "it is not the one of the version's content": lambda: _recomputed(
        VersionItem, "canonical", "item_hash", "{}"
    ),
    "the history has no submission": lambda: _once_more(
        Decision.objects.latest("pk"), submission=Submission.objects.get(action="choose")
    ),
    "PDF ": _spoil_the_pdf,
    "the file cannot be read": _storage_away,
}


@pytest.mark.parametrize("told", STRANGE)
def test_whatever_the_history_does_not_have_or_has_alone_is_named(estimate, told):
    assert told not in _all_faults(estimate)
    STRANGE[told]()
    assert told in _all_faults(Estimate.objects.get())


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


def test_a_decision_on_an_item_that_its_version_does_not_have_is_named(estimate):
    change_first(Decision, item_key=uuid4())
    assert "its version does not have what was decided" in fault(Estimate.objects.get())


def test_a_decision_says_the_version_that_was_out(estimate):
    """Also where an earlier one had the item: the total of the version is on the receipt."""
    row = Decision.objects.get(verdict="decline")
    first = DocumentVersion.objects.get(number=1)
    assert VersionItem.objects.filter(version=first, item_hash=row.item_hash).exists()
    Decision.objects.filter(pk=row.pk).update(version=first)
    told = f"decision {row.pk} on item {row.item_key}: version 2 was out, and it says another"
    assert fault(Estimate.objects.get()) == told


def test_what_is_of_another_document_is_no_fault_here(estimate, user):
    """Proofs, files, PDFs, bookings, decisions with terms."""
    other = factories.order_factory(items=2)
    key = other.lines[0].key
    proofs.add_proof_version(other, key, samples.upload("b.png"))
    proofs.send_now(other, user)
    files.store(other, samples.upload("c.png", samples.png((9, 9))), staff=user)
    factories.approve(Order.objects.get(), [key])
    theirs = {"terms_text": "Theirs", "terms_digest": digest(b"Theirs")}
    theirs |= {"withdrawal_text": "Theirs", "withdrawal_digest": digest(b"Theirs")}
    Submission.objects.filter(document=other).update(**theirs)
    payments.record_offline(Order.objects.get(), amount=Decimal(20))
    pdfs.drain()
    RenderedPdf.objects.filter(document=other).update(file_hash="0" * 64)
    assert fault(other) != ""
    assert fault(Estimate.objects.get()) == ""


def test_of_the_items_of_a_version_the_wrong_one_is_named(estimate):
    row = VersionItem.objects.filter(version__number=2).order_by("pk").last()
    first = DocumentVersion.objects.get(number=1)
    since = first if row.since_id != first.pk else DocumentVersion.objects.get(number=2)
    VersionItem.objects.filter(pk=row.pk).update(since=since)
    assert f"version 2, item {row.key}: since when" in fault(Estimate.objects.get())


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


def test_an_edited_row_is_found_whatever_was_recomputed_beside_it(estimate):
    entry = Activity.objects.earliest("sequence")
    entry.verb = "seen"
    entry.hash = activity.entry_hash(entry, estimate.public_id)
    entry.save()
    assert "does not follow" in fault(estimate)


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


@pytest.mark.parametrize("name", ["-bcdefghijklmnop", "abcdefghijklmno-", "_bcdefghijklmn-p"])
def test_a_head_is_read_whatever_its_document_is_called(name):
    head = verifying.Head(name, 7, "a" * 64)
    assert verifying.heads_in(f"OK     E-1  {head}\nHead: {head}") == [head, head]


def test_a_head_is_held_against_its_own_document(estimate):
    other = factories.estimate_factory(items=1)
    for document in (estimate, other):
        head = verifying.head(document)
        assert verifying.missing_since(head) is None
    gone = verifying.Head(other.public_id, verifying.head(estimate).sequence, head.hash)
    assert gone.sequence > head.sequence
    assert "the history was cut" in str(verifying.missing_since(gone))


def test_of_what_had_no_history_nothing_is_missing():
    draft = factories.estimate_factory(items=1, published=False)
    head = verifying.head(draft)
    assert head.sequence == 0
    assert verifying.missing_since(head) is None


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


def test_what_is_decided_while_it_is_read_is_no_fault(estimate, user, monkeypatch):
    of_versions, looks = verifying._of_versions, []

    def somebody_decides(document, entries):
        looks.append(len(entries))
        if len(looks) == 1:
            factories.approve(estimate, [estimate.lines[2].key])
        return of_versions(document, entries)

    monkeypatch.setattr(verifying, "_of_versions", somebody_decides)
    fault, head = verifying.first_fault(estimate)
    assert fault is None
    assert head == verifying.head(estimate)
    assert looks == [looks[0], looks[0] + 1]


def test_a_document_that_never_rests_is_read_a_few_times_only(estimate, monkeypatch):
    heads = (verifying.Head("x" * 16, number, "0" * 64) for number in itertools.count())
    monkeypatch.setattr(verifying, "head", lambda document: next(heads))
    Activity.objects.filter(sequence=2).update(verb="approve")
    fault, _head = verifying.first_fault(estimate)
    assert "history entry 2" in str(fault)


@pytest.mark.parametrize("arguments", [[], ["X-1"], ["--head", "/nowhere"]])
def test_what_cannot_be_verified_is_told(arguments):
    with pytest.raises(CommandError):
        call_command("portal_verify", *arguments)


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

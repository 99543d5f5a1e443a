"""What customers decided can be verified years later."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core import serializers
from django.core.management import CommandError, call_command
from django.utils import timezone

from portal_plugin.canonical import HISTORY_SCHEME, digest
from portal_plugin.models import (
    Activity,
    Attachment,
    ChangeRequest,
    Choice,
    Decision,
    DocumentVersion,
    Estimate,
    Invoice,
    LedgerEntry,
    Order,
    ProofPin,
    ProofVersion,
    RenderedPdf,
    Submission,
    SubmissionSalt,
    VersionItem,
)
from portal_plugin.models.storage import private_storage
from portal_plugin.services import (
    activity,
    erasing,
    files,
    invoices,
    payments,
    proofs,
    publishing,
)
from portal_plugin.services.evidence import exporting, verifying
from tests import factories, samples
from tests.evidence import (
    NOT_YET,
    check,
    estimate,
    fault,
    other_link,
    post,
    user,
    written_before,
)

__all__ = ["estimate", "user"]
pytestmark = pytest.mark.django_db


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


#: What entries of scheme 2 hold besides.
SENT = {
    "name, address or signature": lambda: _first(Submission, name="Mallory"),
    "signature are not": lambda: _first(Submission, signature_strokes="[[1,1,90,90]]"),
    "not by the person": lambda: _first(Submission, link=other_link()),
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


@pytest.mark.parametrize("scheme", NOT_YET)
def test_entries_of_earlier_schemes_go_on_being_valid(client, estimate, tmp_path, scheme):
    written_before(estimate, scheme)
    post(client, estimate, "change_request", text="Larger")
    assert set(estimate.activities.values_list("scheme", flat=True)) == {scheme, HISTORY_SCHEME}
    assert fault(Estimate.objects.get()) == ""
    path = tmp_path / "mixed.zip"
    with path.open("wb") as target:
        exporting.export(Estimate.objects.get(), target)
    assert check(path).returncode == 0, check(path).stdout
    Submission.objects.filter(action="change_request").update(name="Mallory")
    assert "name" in fault(Estimate.objects.get())


SHOWN = {
    "by a press of a button": lambda file, user: files.show(file, user),
    "with a version": lambda file, user: publishing.release(file.document, user=user),
}


@pytest.mark.parametrize("way", SHOWN)
def test_whether_staffs_file_was_internal_is_in_the_history(estimate, user, way):
    file = files.store(estimate, samples.upload(), staff=user)
    file.document = Estimate.objects.get()
    assert fault(estimate) == ""
    Attachment.objects.update(is_internal=False)
    assert "shown to the customer" in fault(estimate)
    Attachment.objects.update(is_internal=True)
    SHOWN[way](file, user)
    assert not Attachment.objects.get().is_internal
    assert fault(estimate) == ""
    Attachment.objects.update(is_internal=True)
    assert "shown to the customer" in fault(estimate)


def test_of_a_file_of_an_earlier_scheme_nothing_is_told_about_that(estimate, user):
    files.store(estimate, samples.upload(), staff=user)
    written_before(estimate, 3)
    Attachment.objects.update(is_internal=False)
    assert fault(estimate) == ""


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

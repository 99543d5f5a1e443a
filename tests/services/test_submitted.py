"""What customers sent, by whom and when, is held against the history, whatever its scheme."""

from uuid import uuid4

import pytest
from django.utils import timezone

from portal_plugin.canonical import HISTORY_SCHEME, canonical_bytes, digest
from portal_plugin.models import (
    ChangeRequest,
    Choice,
    Estimate,
    PersonalSalt,
    ProofPin,
    ProofVersion,
    Recipient,
    Submission,
    SubmissionSalt,
    TermsText,
)
from portal_plugin.services import activity, erasing, points
from portal_plugin.services.evidence import exporting, verifying
from tests import factories
from tests.evidence import (
    NOT_YET,
    change_first,
    check,
    estimate,
    fault,
    made,
    other_link,
    post,
    user,
    written_before,
)
from tests.filling import filled, url_of

__all__ = ["estimate", "made", "user"]
pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]


#: What entries of scheme 2 hold besides.
SENT = {
    "name, address or signature": lambda: change_first(Submission, name="Mallory"),
    "signature are not what": lambda: SubmissionSalt.objects.update(salt="none"),
    "by the person that": lambda: PersonalSalt.objects.update(salt="none"),
    "signature are not": lambda: change_first(Submission, signature_strokes="[[1,1,90,90]]"),
    "not by the person": lambda: change_first(Submission, link=other_link()),
    "by the person that the history": lambda: Submission.objects.filter(action="approve").update(
        link=None
    ),
    "the person that the history has": lambda: Recipient.objects.update(erased_at=timezone.now()),
    "what was given with it": lambda: change_first(Submission, purchase_order_number="PO-1"),
    "given with it is not": lambda: change_first(Submission, checklist='["Spelling"]'),
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
    "the text that was shown was changed": lambda: change_first(
        Submission, withdrawal_text="None", withdrawal_digest="0" * 64
    ),
    "withdrawal of submission": lambda: change_first(
        Submission, withdrawal_text="None", withdrawal_digest=digest(b"None")
    ),
    "not the text that the shop had": lambda: TermsText.objects.update(digest="0" * 64),
    "choice ": lambda: Choice.objects.create(
        document=Estimate.objects.get(),
        submission=Submission.objects.earliest("pk"),
        item_key=Estimate.objects.get().lines[0].key,
        is_chosen=True,
    ),
    "the history has it, and its row is gone": lambda: Submission.objects.filter(
        action="choose"
    ).update(document=factories.order_factory(items=1)),
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
    change_first(Submission, name="Mallory")
    assert "key of what was said" in fault(Estimate.objects.get())


def test_of_whom_the_history_does_not_say_that_they_were_erased_nothing_may_be_gone(estimate):
    SubmissionSalt.objects.all().delete()
    Submission.objects.update(name="", email="", signature="", signature_strokes="")
    Recipient.objects.update(erased_at=timezone.now())
    assert "nobody was erased" in fault(Estimate.objects.get())


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


def test_a_point_that_was_ticked_by_nobody_is_found(estimate):
    request = ChangeRequest.objects.get()
    version = ProofVersion.objects.get()
    ProofPin.objects.create(change_request=request, proof_version=version, position=1, text="x")
    assert "change request 1" in fault(Estimate.objects.get())
    ProofPin.objects.update(done_at=timezone.now())
    told = [str(one) for one in verifying.faults(Estimate.objects.get())]
    place = "point 1 of change request 1"
    assert f"{place}: whether it is done is not what the history has" in told


def _told_of_points(document):
    found = verifying.faults(Estimate.objects.get(pk=document.pk))
    return [one for one in map(str, found) if "point " in one]


def test_a_point_that_was_opened_again_is_not_done(estimate, user):
    request = ChangeRequest.objects.create(document=estimate, number=2, text="Darker")
    version = ProofVersion.objects.get()
    pin = ProofPin.objects.create(
        change_request=request, proof_version=version, position=1, text="x"
    )
    points.tick(pin, user)
    points.tick(pin, user, is_done=False)
    assert _told_of_points(estimate) == []
    ProofPin.objects.update(done_at=timezone.now())
    assert len(_told_of_points(estimate)) == 1


def test_points_of_another_document_are_told_in_its_own_history(estimate, user):
    other = factories.estimate_factory(items=1)
    request = ChangeRequest.objects.create(document=other, number=1, text="Darker")
    version = ProofVersion.objects.get()
    pin = ProofPin.objects.create(
        change_request=request, proof_version=version, position=1, text="x"
    )
    points.tick(pin, user)
    assert _told_of_points(estimate) == []


def test_a_change_request_that_nobody_sent_by_a_form_has_nothing_to_be_held_against(estimate):
    """As rows of before submissions were kept."""
    ChangeRequest.objects.create(document=Estimate.objects.get(), number=2, text="On the phone")
    assert fault(Estimate.objects.get()) == ""


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


def test_what_was_put_with_another_document_is_missed_here(estimate):
    row = Submission.objects.earliest("pk")
    Submission.objects.filter(pk=row.pk).update(document=factories.estimate_factory(items=1))
    told = [str(each) for each in verifying.faults(estimate)]
    assert f"submission {row.pk}: the history has it, and its row is gone" in told


def _of_staff(estimate, link):
    """Somebody who was erased is said to have sent what staff wrote down."""
    row = Submission.objects.get(action="undo")
    SubmissionSalt.objects.filter(submission=row).delete()
    Submission.objects.filter(pk=row.pk).update(link=link, name="", email="")
    return row


def _named_again(estimate, link):
    row = Submission.objects.filter(link=link).earliest("pk")
    Submission.objects.filter(pk=row.pk).update(name="Mallory")
    return row


def _keyed_again(estimate, link):
    row = Submission.objects.filter(link=link).earliest("pk")
    SubmissionSalt.objects.create(submission=row, salt="00" * 32)
    return row


@pytest.mark.parametrize("change", [_of_staff, _named_again, _keyed_again])
def test_after_somebody_was_erased_no_words_are_put_into_their_mouth(estimate, change):
    link = estimate.links.get()
    erasing.erase(erasing.by_link(link))
    assert fault(Estimate.objects.get()) == ""
    row = change(estimate, link)
    told = [str(each) for each in verifying.faults(Estimate.objects.get())]
    assert f"submission {row.pk}: it is not by the person that the history has" in told


def test_what_was_accepted_holds_by_itself(estimate):
    """Also where the shop's own row of terms is not named beside it."""
    assert Submission.objects.exclude(terms=None).update(terms=None)
    assert fault(Estimate.objects.get()) == ""


def test_of_scheme_1_a_signature_that_nobody_gave_is_found(estimate):
    written_before(estimate, 1)
    assert fault(Estimate.objects.get()) == ""
    row = Submission.objects.get(action="approve")
    Submission.objects.filter(pk=row.pk).update(signature="Mallory")
    told = f"submission {row.pk}: what was given with it is not what the history has"
    assert fault(Estimate.objects.get()) == told


def test_of_scheme_1_no_more_change_requests_hold_than_were_sent(estimate):
    """Its other entries stand for none."""
    written_before(estimate, 1)
    sent = Submission.objects.filter(action="choose").get()
    ChangeRequest.objects.create(document=estimate, submission=sent, number=2, text="Cheaper")
    assert "change request 2" in fault(Estimate.objects.get())


GIVEN = "what was given with it is not what the history has"


@pytest.fixture
def signed(estimate):
    """The approval whose entry of scheme 1 holds the signature itself."""
    row, entry = Submission.objects.get(action="approve"), estimate.activities.get(verb="approve")
    row.signature = "Kim"
    kept = activity.facts(entry) | {"signature": activity.digest_of(row.link.recipient, "Kim")}
    entry.data = canonical_bytes(kept).decode()
    entry.save()
    row.save()
    written_before(estimate, 1)
    return row


def test_of_scheme_1_a_signature_is_the_one_of_its_own_entry(estimate, signed):
    assert fault(Estimate.objects.get()) == ""
    for name in ("Mallory", ""):
        Submission.objects.filter(pk=signed.pk).update(signature=name)
        assert fault(Estimate.objects.get()) == f"submission {signed.pk}: {GIVEN}"


def test_of_scheme_1_that_of_an_erased_person_is_gone_and_no_other_takes_its_place(
    estimate, signed
):
    erasing.erase(erasing.by_link(estimate.links.get()))
    assert fault(Estimate.objects.get()) == ""
    Submission.objects.filter(pk=signed.pk).update(signature="Mallory")
    told = [str(each) for each in verifying.faults(Estimate.objects.get())]
    assert f"submission {signed.pk}: {GIVEN}" in told


def test_what_is_signed_today_is_held_against_what_was_said_alone(client, enter):
    estimate = factories.estimate_factory(items=2, site=factories.site_factory(asks_signature=True))
    enter(estimate)
    url = url_of(estimate, "approve", estimate.lines[0].key)
    typed = filled(client, url, accept_terms="on", signature="Kim Example")
    assert client.post(url, typed).status_code == 303
    assert estimate.submissions.get().signature == "Kim Example"
    assert fault(estimate) == ""

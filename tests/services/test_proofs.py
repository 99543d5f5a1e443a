"""Proofs: a slot of an item, its versions, and when the customer sees them."""

import uuid

import pytest

from portal_plugin.exceptions import FileRefused, PortalError
from portal_plugin.models import (
    ChangeRequest,
    OutgoingEmail,
    Preview,
    Proof,
    ProofPin,
    ProofVersion,
)
from portal_plugin.services import activity, files, notifications, previews, proofs, publishing
from portal_plugin.services.versions import released_proofs
from portal_plugin.statuses import FileCheckState
from tests import factories, samples

pytestmark = pytest.mark.django_db


def add(document, *, item=0, size=(40, 30), **values):
    key = document.lines[item].key
    return proofs.add_proof_version(
        document, key, samples.upload("front.png", samples.png(size)), **values
    )


def test_a_version_is_stored_with_its_words_and_waits_to_be_sent():
    document, user = factories.estimate_factory(), factories.user_factory()
    version = add(
        document, label=" Front ", wording="Café Wörner\n", description="White on blue", user=user
    )
    assert (version.number, version.proof.label, version.wording) == (1, "Front", "Café Wörner")
    assert version.released_at is None
    assert version.created_by == user
    assert list(proofs.unreleased(document)) == [version]
    assert released_proofs(document) == {}
    assert document.activities.first().verb == "proof_added"
    assert activity.first_broken(document) is None


def test_a_second_version_goes_into_the_same_slot():
    document = factories.estimate_factory()
    first, second = add(document, label="Front"), add(document, label="Front", size=(50, 50))
    back = add(document, label="Back")
    assert (first.proof, second.number) == (second.proof, 2)
    assert back.proof != first.proof
    assert back.number == 1
    assert [proof.label for proof in Proof.objects.order_by("position")] == ["Front", "Back"]


def test_sending_shows_the_newest_of_each_slot_and_makes_a_version():
    document, user = factories.estimate_factory(), factories.user_factory()
    add(document, label="Front")
    front, back = add(document, label="Front", size=(50, 50)), add(document, label="Back")
    before = document.current_version.number
    version = proofs.send_now(document, user)
    assert version.number == before + 1
    key = document.lines[0].key
    assert released_proofs(document) == {key: [front, back]}
    assert not proofs.unreleased(document).exists()
    assert proofs.released(document).count() == 3


def test_a_second_click_sends_nothing_and_tells_nobody_twice():
    document = factories.estimate_factory()
    factories.link_factory(document)
    add(document)
    number = proofs.send_now(document, None).number
    with pytest.raises(PortalError):
        proofs.send_now(document, None)
    assert type(document).objects.get(pk=document.pk).current_version.number == number
    assert OutgoingEmail.objects.filter(kind="news_proof").count() == 1


def test_proofs_that_nobody_could_be_told_of_are_not_sent(monkeypatch):
    document = factories.estimate_factory()
    add(document)

    def break_down(*args, **kwargs):
        raise ConnectionError

    monkeypatch.setattr(notifications, "shop_acted", break_down)
    with pytest.raises(ConnectionError):
        proofs.send_now(document, None)
    assert proofs.unreleased(document).exists()


def test_the_newest_is_looked_for_in_the_slot_of_the_item_alone():
    document = factories.estimate_factory(items=2)
    front, back, other = add(document), add(document, label="Back"), add(document, item=1)
    proofs.send_now(document, None)
    add(document, item=1, size=(50, 50))
    newer = add(document, label="Back", size=(60, 60))
    waits = add(document, size=(70, 70))
    assert proofs.newest_of(back, document) == back
    proofs.send_now(document, None)
    assert proofs.newest_of(back, document) == newer
    assert proofs.newest_of(front, document) == waits
    assert proofs.newest_of(other, document).proof.item_key == document.lines[1].key
    assert {version.number for version in (front, back, other)} == {1}


def test_of_the_points_that_were_asked_for_those_of_other_items_are_not_counted():
    document = factories.estimate_factory(items=2)
    factories.link_factory(document)
    version = add(document)
    for number, item in enumerate(document.lines, start=1):
        request = ChangeRequest.objects.create(
            document=document, item_key=item.key, number=number, text="Larger"
        )
        ProofPin.objects.create(
            change_request=request, proof_version=version, position=1, text="This"
        )
    proofs.send_now(document, None)
    (told,) = OutgoingEmail.objects.get(kind="news_proof").facts["happenings"]
    assert (told["points"], told["points_done"]) == (1, 0)


def test_a_new_proof_makes_only_its_item_new():
    document = factories.estimate_factory()
    add(document, item=1)
    version = proofs.send_now(document, None)
    since = [item.since_id == version.pk for item in version.items.all()]
    assert since == [False, True, False]


def test_pictures_are_ordered_with_the_proof_and_ready_before_it_is_sent():
    document = factories.estimate_factory()
    version = add(document)
    assert Preview.objects.filter(digest=version.digest).count() == 3
    previews.drain()
    assert previews.ready(version.digest, 1, "screen")


def test_only_pictures_and_pdfs_are_proofs():
    document = factories.estimate_factory()
    key = document.lines[0].key
    with pytest.raises(FileRefused, match="picture or a PDF"):
        proofs.add_proof_version(document, key, samples.upload("a.zip", b"PK\x03\x04"))
    with pytest.raises(FileRefused):
        proofs.add_proof_version(document, key, samples.upload("a.png", samples.GIF_AND_SCRIPT))
    assert not ProofVersion.objects.exists()


def test_an_item_of_another_document_is_refused_and_its_file_leaves_the_storage(monkeypatch):
    document, other = factories.estimate_factory(), factories.estimate_factory()
    discarded = []
    really = files.discard
    monkeypatch.setattr(files, "discard", lambda stored: discarded.append(1) or really(stored))
    for key in (other.lines[0].key, uuid.uuid4()):
        with pytest.raises(PortalError, match="not part of the document"):
            proofs.add_proof_version(document, key, samples.upload())
    assert len(discarded) == 2
    assert not Proof.objects.exists()


def test_an_item_that_only_the_draft_has_can_be_proofed_already():
    document = factories.estimate_factory(items=1)
    new = factories.line_item(2)
    document.line_items.add(new)
    document.save_revision()
    version = proofs.add_proof_version(document, new.key, samples.upload())
    publishing.release(type(document).objects.get(pk=document.pk))
    version.refresh_from_db()
    assert version.released_at is None, "its item is not out yet"
    factories.publish(document)
    version.refresh_from_db()
    assert version.released_at


def test_a_draft_is_published_before_its_proofs_can_be_sent():
    document = factories.estimate_factory(published=False)
    add(document)
    with pytest.raises(PortalError, match="Publish the document first"):
        proofs.send_now(document, None)


def test_an_order_goes_on_with_the_proofs_of_its_estimate_in_slots_of_its_own():
    estimate = factories.estimate_factory(items=1)
    first = add(estimate, label="Front")
    proofs.send_now(estimate, None)
    item = factories.line_item(1, key=estimate.lines[0].key)
    order = factories.order_factory(items=[item], family=estimate.family, ancestors=[estimate.pk])
    assert released_proofs(order)[item.key] == [first]
    second = add(order, label="Front", size=(50, 50))
    assert (second.proof.label, second.number) == ("Front", 2)
    assert second.proof.document_id == order.pk
    proofs.send_now(order, None)
    order = type(order).objects.get(pk=order.pk)
    assert released_proofs(order)[item.key] == [second]
    assert released_proofs(estimate)[item.key] == [first]


def test_with_a_scanner_a_proof_waits_for_its_check(settings):
    settings.PORTAL_PLUGIN = {"FILE_SCANNER": "some.scanner"}
    version = add(factories.estimate_factory())
    assert version.check_state == FileCheckState.WAITING
    assert not files.may_go_out(version)
    previews.drain()
    assert previews.ready(version.digest, 1, "screen") is None


def test_an_item_that_only_the_draft_leaves_out_still_takes_proofs():
    document = factories.estimate_factory(items=2)
    draft = type(document).objects.get(pk=document.pk)
    draft.line_items = draft.lines[1:]
    draft.save_revision()
    assert len(draft.get_latest_revision_as_object().lines) == 1
    assert add(document).proof.item_key == document.lines[0].key


def test_what_waits_in_a_slot_of_its_own_is_the_newest_of_it():
    document = factories.estimate_factory(items=1)
    waiting = add(document)
    assert proofs.newest_of(waiting, document) == waiting
    proofs.send_now(document, None)
    newer = add(document, size=(50, 50))
    assert proofs.newest_of(newer, document) == waiting

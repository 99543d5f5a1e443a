"""A proof whose file changed in the storage is not decided on, and staff are alerted."""

import uuid
from pathlib import Path

import pytest

from portal_plugin.exceptions import ProofIsDamaged, StaleDocument, StorageUnreadable
from portal_plugin.models import (
    Activity,
    Decision,
    OutgoingEmail,
    Preview,
    ProofVersion,
    Submission,
)
from portal_plugin.models.documents import lock
from portal_plugin.models.storage import private_storage
from portal_plugin.services import activity, deciding, on_behalf, previews, proof_files, proofs
from portal_plugin.statuses import Verdict, WorkState
from tests import factories, samples
from tests.filling import filled, url_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return factories.user_factory()


@pytest.fixture
def estimate(user):
    estimate = factories.estimate_factory(items=2)
    add(estimate, user)
    return type(estimate).objects.get(pk=estimate.pk)


def add(document, user, size=(40, 30), item=0):
    key = document.lines[item].key
    file = samples.upload("front.png", samples.png(size))
    version = proofs.add_proof_version(document, key, file)
    proofs.send_now(document, user)
    return version


def swap(version, data=b"something else"):
    """What lies in the storage under the proof's name, of the same size where it matters."""
    with private_storage().open(version.file.name, "wb") as file:
        file.write(data)


def answered(client, url, **ticks):
    return client.post(url, filled(client, url, accept_terms="on") | ticks)


@pytest.mark.parametrize("action", ["approve", "decline", "approve_multiple"])
def test_a_decision_on_changed_bytes_is_refused_with_nothing_written(
    client, enter, estimate, action
):
    version = ProofVersion.objects.get()
    enter(estimate)
    key = estimate.lines[0].key
    swap(version, bytes(version.size))
    url = url_of(estimate, action, None if action == "approve_multiple" else key)
    response = answered(client, url, items=[str(key), str(estimate.lines[1].key)])
    assert response.status_code == 409
    assert b"The shop has been told" in response.content
    assert not Decision.objects.exists()
    assert not Submission.objects.exists()


def test_leaving_the_rest_reads_its_proofs_too(client, enter, estimate):
    factories.approve(estimate, [estimate.lines[1].key])
    enter(estimate)
    swap(ProofVersion.objects.get())
    assert answered(client, url_of(estimate, "order_approved"), confirm="on").status_code == 409


def test_what_staff_write_down_is_refused_too(estimate, user):
    swap(ProofVersion.objects.get())
    with pytest.raises(ProofIsDamaged):
        on_behalf.record(estimate, [estimate.lines[0].key], Verdict.APPROVE, "Phone", user)
    assert not Decision.objects.exists()


def test_what_was_agreed_while_publishing_is_read_before_the_lock(estimate, user):
    estimate = factories.approve(estimate, [estimate.lines[0].key])
    key = estimate.lines[0].key
    later = samples.upload("front.png", samples.png((80, 60)))
    waiting = proofs.add_proof_version(estimate, key, later)
    estimate.save_revision()
    on_behalf.publish_agreed(estimate, "On the phone", user)
    newest = Decision.objects.filter(item_key=key).last()
    assert waiting.digest in newest.canonical


def test_another_item_is_decided_all_the_same(estimate, user):
    swap(ProofVersion.objects.get())
    on_behalf.record(estimate, [estimate.lines[1].key], Verdict.APPROVE, "Phone", user)
    assert Decision.objects.count() == 1


def test_a_lost_file_is_no_whole_one(estimate):
    version = ProofVersion.objects.get()
    private_storage().delete(version.file.name)
    assert not proof_files.is_whole(version)


def test_staff_are_alerted_once_and_the_history_says_so(estimate):
    version = ProofVersion.objects.get()
    swap(version)
    for _ in range(2):
        with pytest.raises(ProofIsDamaged):
            proof_files.read(estimate, [estimate.lines[0].key])
    assert OutgoingEmail.objects.filter(kind="staff_proof_damaged").count() == 1
    assert Activity.objects.filter(verb="proof_damaged").count() == 1
    assert list(ProofVersion.objects.damaged()) == [version]
    assert activity.first_broken(estimate) is None


def test_a_file_that_was_put_back_is_decided_on_again(estimate):
    version = ProofVersion.objects.get()
    with private_storage().open(version.file.name) as file:
        data = file.read()
    swap(version)
    keys = [estimate.lines[0].key]
    with pytest.raises(ProofIsDamaged):
        proof_files.read(estimate, keys)
    swap(version, data)
    assert proof_files.read(estimate, keys) == {version.digest}
    assert not ProofVersion.objects.damaged().exists()


def test_what_is_put_back_ends_no_alert_of_another(estimate, user):
    first, other = ProofVersion.objects.get(), add(estimate, user, size=(50, 50), item=1)
    for version in (first, other):
        proof_files.report(version, estimate)
    proof_files.read(type(estimate).objects.get(), [estimate.lines[0].key])
    assert list(ProofVersion.objects.damaged()) == [other]


def test_of_the_same_bytes_stored_twice_the_changed_file_is_reported_alone(estimate, user):
    first, same = ProofVersion.objects.get(), add(estimate, user, item=1)
    other = add(estimate, user, size=(50, 50), item=1)
    assert first.digest == same.digest != other.digest
    proof_files.report_source(same.digest, same.file.name)
    damaged = ProofVersion.objects.exclude(damaged_at=None)
    assert list(damaged) == [same]
    proof_files.report_source(first.digest, other.file.name)
    assert list(damaged.all()) == [same]


def test_a_new_version_ends_the_alert(estimate, user):
    proof_files.report(ProofVersion.objects.get(), estimate)
    add(estimate, user, size=(50, 50))
    assert not ProofVersion.objects.damaged().exists()


def test_a_proof_that_was_not_read_before_the_lock_is_not_decided_on(estimate):
    fresh, key = lock(estimate), estimate.lines[0].key
    hashes = {key: fresh.standing.items[key].item_hash}
    posted = Submission.objects.create(document=fresh, client_key=uuid.uuid4(), action="approve")
    with pytest.raises(StaleDocument):
        deciding.decide(fresh, [key], "approve", submission=posted, hashes=hashes, files=[])


def test_nothing_is_drawn_of_changed_bytes(estimate):
    version = ProofVersion.objects.get()
    swap(version, samples.png((60, 60)))
    previews.drain()
    assert set(Preview.objects.values_list("state", flat=True)) == {WorkState.FAILED}
    assert ProofVersion.objects.damaged().exists()


@pytest.mark.parametrize("headers", [{}, {"range": "bytes=0-"}])
def test_a_changed_file_arrives_broken_off(client, enter, estimate, headers):
    version = ProofVersion.objects.get()
    enter(estimate)
    url = f"/portal/d/{estimate.public_id}/proofs/{version.public_id}/"
    whole = b"".join(client.get(url, headers=headers).streaming_content)
    assert len(whole) == version.size
    swap(version, bytes(version.size))
    pieces = client.get(url, headers=headers).streaming_content
    with pytest.raises(OSError, match="not what was uploaded"):
        next(pieces)
    assert ProofVersion.objects.damaged().exists()


def test_reading_costs_one_query_however_many_items(estimate, user, django_assert_num_queries):
    add(estimate, user, item=1, size=(50, 50))
    with django_assert_num_queries(1):
        assert len(proof_files.read(estimate, [item.key for item in estimate.lines])) == 2


def test_a_storage_that_does_not_answer_says_nothing_about_the_proof(estimate):
    version = ProofVersion.objects.get()
    path = Path(private_storage().path(version.file.name))
    path.unlink()
    path.mkdir()
    with pytest.raises(StorageUnreadable):
        proof_files.read(estimate, [estimate.lines[0].key])
    path.rmdir()
    assert ProofVersion.objects.get().damaged_at is None
    assert not Activity.objects.filter(verb="proof_damaged").exists()
    with pytest.raises(ProofIsDamaged):
        proof_files.read(estimate, [estimate.lines[0].key])

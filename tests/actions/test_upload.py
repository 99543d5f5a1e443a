"""Files that customers send."""

import json
import uuid

import pytest
from django.db import transaction
from django.db.models.signals import post_save
from django.utils import timezone

from portal_plugin import faults
from portal_plugin.actions.base import Invalid
from portal_plugin.actions.outcomes import Done
from portal_plugin.actions.upload import MOST_AT_ONCE, Upload
from portal_plugin.exceptions import FileRefused, FileTooLarge, NotAvailable
from portal_plugin.models import Activity, Attachment, OutgoingEmail, Preview, Submission
from portal_plugin.models.storage import private_storage
from portal_plugin.services import attachment_files, staging
from portal_plugin.services.visits import Visit
from portal_plugin.statuses import FileCheckState, LinkRole
from tests import factories, samples

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]


class Files(dict):
    """What a multipart body becomes: several files under one name."""

    def getlist(self, name):
        return self.get(name, [])


def visit_of(document, **values):
    return Visit(document, link=factories.link_factory(document, **values))


def send(visit, *uploads, item_key=None, key=None):
    data = {"client_key": str(key or uuid.uuid4())}
    return Upload(visit, item_key).run(data, Files(files=list(uploads)))


def names_in_storage(document):
    try:
        return private_storage().listdir(f"files/{document.public_id}")[1]
    except FileNotFoundError:
        return []


def test_a_file_reaches_the_shop():
    document = factories.estimate_factory()
    visit = visit_of(document)
    outcome = send(visit, samples.upload("logo.png"))
    assert isinstance(outcome, Done)
    assert outcome.message == "Your file was sent to the shop."
    row = Attachment.objects.get()
    assert (row.name, row.item_key, row.link) == ("logo.png", None, visit.link)
    assert not row.is_internal
    assert row.is_from_customer
    assert row.author_name == visit.name
    assert row.submission == Submission.objects.get()
    assert Preview.objects.filter(digest=row.digest).count() == 3
    assert OutgoingEmail.objects.count() == 2


@pytest.mark.says_it_first
def test_several_files_are_one_submission_one_entry_and_one_mail_to_each():
    document = factories.estimate_factory()
    uploads = [samples.upload(f"{n}.png") for n in range(3)]
    outcome = send(visit_of(document), *uploads, item_key=document.lines[1].key)
    assert outcome.message == "Your 3 files were sent to the shop."
    assert {row.item_key for row in Attachment.objects.all()} == {document.lines[1].key}
    assert Submission.objects.count() == 1
    assert OutgoingEmail.objects.count() == 2
    entry = Activity.objects.filter(verb="upload").get()
    facts = json.loads(entry.data)
    assert {sent["sha256"] for sent in facts["attachments"]} == {
        row.digest for row in Attachment.objects.all()
    }
    assert ".png" not in entry.data


def test_the_same_key_twice_is_one_file():
    document = factories.estimate_factory()
    visit, key = visit_of(document), uuid.uuid4()
    first = send(visit, samples.upload(), key=key)
    second = send(visit, samples.upload(), key=key)
    assert second.message == first.message
    assert Attachment.objects.count() == 1
    assert len(names_in_storage(document)) == 1


def test_of_two_with_one_key_at_once_the_second_leaves_no_bytes(monkeypatch):
    """Both have stored their file, of other content, when the first is done."""
    document = factories.estimate_factory()
    visit, key = visit_of(document), uuid.uuid4()
    first = samples.upload("a.png", samples.png((3, 3)))

    def overtake(point):
        if point == "act.prepared":
            monkeypatch.setattr(faults, "on_reach", None)
            send(visit, first, key=key)

    monkeypatch.setattr(faults, "on_reach", overtake)
    send(visit, samples.upload("b.png", samples.png((4, 4))), key=key)
    assert Attachment.objects.get().name == "a.png"
    assert len(names_in_storage(document)) == 1


@pytest.mark.parametrize(
    ("upload", "sentence"),
    [
        (samples.upload("a.png", b""), "“a.png” is empty."),
        (samples.upload("a.exe", b"MZ"), "“a.exe” is of a kind that cannot be taken. Possible are"),
        (samples.upload("a.png", samples.GIF_AND_SCRIPT), "“a.png” is not what its ending says"),
    ],
    ids=["empty", "forbidden", "disguised"],
)
def test_a_file_that_cannot_be_taken_is_told_at_the_field_and_nothing_is_written(upload, sentence):
    document = factories.estimate_factory()
    outcome = send(visit_of(document), samples.upload("good.png"), upload)
    assert isinstance(outcome, Invalid)
    assert sentence in outcome.form.errors["files"][0]
    assert not Attachment.objects.exists()
    assert not Submission.objects.exists()
    assert not names_in_storage(document)


def test_no_file_and_too_many_files_are_told_at_the_field():
    visit = visit_of(factories.estimate_factory())
    assert send(visit).form.errors["files"] == ["Choose a file first."]
    many = [samples.upload() for _ in range(MOST_AT_ONCE + 1)]
    assert "at most 20 files" in send(visit, *many).form.errors["files"][0]


def test_a_file_that_is_too_large_is_refused_with_413_and_leaves_nothing(settings):
    data = samples.png()
    settings.PORTAL_PLUGIN = {"UPLOAD_MAX_BYTES": len(data)}
    document = factories.estimate_factory()
    visit = visit_of(document)
    with pytest.raises(FileTooLarge) as error:
        send(visit, samples.upload("good.png", data), samples.upload("big.png", data + b"x"))
    assert error.value.status == 413
    assert "“big.png” is too large" in error.value.fields["files"]
    assert not names_in_storage(document)
    assert isinstance(send(visit, samples.upload("good.png", data)), Done)


def test_all_files_are_refused_when_one_is_over_the_quota(settings):
    settings.PORTAL_PLUGIN = {"UPLOAD_QUOTA_FILES": 2}
    document = factories.estimate_factory()
    with pytest.raises(FileRefused):
        send(visit_of(document), *[samples.upload(f"{n}.png") for n in range(3)])
    assert not Attachment.objects.exists()
    assert not names_in_storage(document)


def test_the_same_file_sent_again_by_the_same_person_is_one():
    document = factories.estimate_factory()
    visit = visit_of(document)
    send(visit, samples.upload("a.png"))
    entries, mails = document.activities.count(), OutgoingEmail.objects.count()
    outcome = send(visit, samples.upload("a.png"))
    assert outcome.message == "Your file was sent to the shop."
    assert Attachment.objects.count() == 1
    assert (document.activities.count(), OutgoingEmail.objects.count()) == (entries, mails)
    assert isinstance(send(visit, samples.upload("b.png")), Done)
    assert isinstance(send(visit, samples.upload("a.png"), item_key=document.lines[0].key), Done)
    assert isinstance(send(visit_of(document), samples.upload("a.png", samples.jpeg())), Invalid)
    assert Attachment.objects.count() == 3


def test_another_file_of_the_same_name_is_another():
    visit = visit_of(factories.estimate_factory())
    for size in (10, 20):
        send(visit, samples.upload("a.png", samples.png((size, size))))
    assert Attachment.objects.count() == 2


def test_from_somebody_else_or_after_it_was_taken_away_it_is_another():
    document = factories.estimate_factory()
    mine, theirs = visit_of(document), visit_of(document, name="Kim", email="kim@example.org")
    for visit in (mine, theirs):
        send(visit, samples.upload("a.png"))
    assert {row.link for row in document.attachments.all()} == {mine.link, theirs.link}
    Attachment.objects.update(removed_at=timezone.now())
    send(mine, samples.upload("a.png"))
    assert document.attachments.filter(removed_at=None).get().link == mine.link


@pytest.mark.parametrize("trouble", ["lost", "refused"])
def test_sent_again_because_nobody_can_open_the_first_it_is_another(trouble):
    document = factories.estimate_factory()
    visit = visit_of(document)
    send(visit, samples.upload("a.png"))
    first = Attachment.objects.get()
    if trouble == "lost":
        private_storage().delete(first.file.name)
        attachment_files.report(first)
    else:
        Attachment.objects.update(check_state=FileCheckState.REFUSED)
    for _ in range(2):
        send(visit, samples.upload("a.png"))
    second = Attachment.objects.exclude(pk=first.pk).get()
    assert private_storage().exists(second.file.name)


def test_of_what_a_server_breaks_off_that_is_told_to_end_no_bytes_are_left(monkeypatch):
    """What ends a process is no ``Exception``."""

    def end(point):
        if point == "act.prepared":
            raise SystemExit

    monkeypatch.setattr(faults, "on_reach", end)
    document = factories.estimate_factory()
    with pytest.raises(SystemExit):
        send(visit_of(document), samples.upload("a.png"))
    assert not names_in_storage(document)


@pytest.mark.django_db(transaction=True)
def test_a_file_that_was_there_leaves_no_second_copy_in_the_storage():
    document = factories.estimate_factory()
    visit = visit_of(document)
    for _ in range(2):
        send(visit, samples.upload("a.png"))
    assert len(names_in_storage(document)) == 1


@pytest.mark.django_db(transaction=True)
def test_a_file_whose_row_was_committed_keeps_its_bytes_whatever_breaks_down_then():
    """Such as a site's own work after the commit: a search engine that is away."""

    def of_the_site(instance, **signal):
        transaction.on_commit(lambda: 1 / 0)

    document = factories.estimate_factory()
    visit, key = visit_of(document), uuid.uuid4()
    post_save.connect(of_the_site, sender=Attachment)
    try:
        with pytest.raises(ZeroDivisionError):
            send(visit, samples.upload("a.png"), key=key)
    finally:
        post_save.disconnect(of_the_site, sender=Attachment)
    assert private_storage().exists(Attachment.objects.get().file.name)
    assert isinstance(send(visit, samples.upload("a.png"), key=key), Done)
    assert len(names_in_storage(document)) == 1


def test_what_may_be_sent_is_said_beforehand(settings):
    settings.PORTAL_PLUGIN = {"UPLOAD_MAX_BYTES": 5 * 1024 * 1024, "ARTWORK_EXTENSIONS": ["ai"]}
    form = Upload(visit_of(factories.estimate_factory())).form()
    assert form.fields["files"].help_text == "PNG, JPG, WEBP, PDF, AI, up to 5\xa0MB each."
    accepted = form.fields["files"].widget.attrs["accept"]
    assert accepted == "image/png,image/jpeg,image/webp,application/pdf,.ai"


def test_a_shop_takes_the_kinds_and_sizes_that_it_says():
    document = factories.estimate_factory(
        site=factories.site_factory(file_kinds="pdf, png", file_max_mb=1)
    )
    visit = visit_of(document)
    field = Upload(visit).form().fields["files"]
    assert field.help_text == "PNG, PDF, up to 1\xa0MB each."
    assert field.widget.attrs["accept"] == "image/png,application/pdf"
    refused = send(visit, samples.upload("a.ai", b"art")).form.errors["files"][0]
    assert "Possible are: PNG, PDF." in refused
    with pytest.raises(FileTooLarge):
        send(visit, samples.upload("a.png", samples.png() + bytes(1024 * 1024)))
    assert not names_in_storage(document)
    assert isinstance(send(visit, samples.upload("a.png")), Done)


def test_an_item_of_another_document_is_no_place_for_a_file():
    document, other = factories.estimate_factory(), factories.estimate_factory()
    visit = visit_of(document)
    for key in (other.lines[0].key, uuid.uuid4()):
        with pytest.raises(NotAvailable):
            send(visit, samples.upload(), item_key=key)
    assert not Attachment.objects.exists()


def test_a_cancelled_document_takes_no_files():
    order = factories.order_factory()
    visit = visit_of(order)
    staging.cancel(order, user=factories.user_factory(), reason="Out of stock")
    fresh = visit.on(type(order).objects.get(pk=order.pk))
    with pytest.raises(NotAvailable):
        send(fresh, samples.upload())
    with pytest.raises(NotAvailable):
        send(visit, samples.upload())
    assert not names_in_storage(order)


def test_every_role_may_send_files():
    document = factories.estimate_factory()
    assert isinstance(send(visit_of(document, role=LinkRole.LOOK), samples.upload()), Done)


def test_staff_who_look_at_the_page_send_nothing():
    document = factories.estimate_factory()
    link = factories.link_factory(document)
    visit = Visit(document, link=link, staff=factories.user_factory())
    with pytest.raises(NotAvailable):
        send(visit, samples.upload())

"""Customers' files go where a shop keeps them no longer, and nothing else does."""

import os
import signal
import uuid
from datetime import timedelta

import pytest
from django.core.management import CommandError
from django.utils import timezone

from portal_plugin.exceptions import FileIsDamaged
from portal_plugin.management.commands import portal_files
from portal_plugin.models import Activity, Attachment, Order, Preview, SiteStorage
from portal_plugin.models.documents import lock
from portal_plugin.models.storage import private_storage
from portal_plugin.services import (
    activity,
    attachment_files,
    files,
    previews,
    proofs,
    quotas,
    retention,
    scanning,
    staging,
)
from portal_plugin.services.evidence import verifying
from tests import cleaning, factories, samples

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shop():
    return factories.site_factory(files_kept_months=12)


def clean(file):
    """A scanner."""
    return bool(file.read())


def sent(document, name="a.png", size=(10, 10)):
    link = document.links.first() or factories.link_factory(document)
    return files.store(document, samples.upload(name, samples.png(size)), link=link)


def over(document, days=400):
    """Completed, and nothing has happened since."""
    staging.complete(document)
    grow_old(document, days)
    return document


def grow_old(document, days):
    then = timezone.now() - timedelta(days=days)
    Activity.objects.filter(document__family=document.family).update(created_at=then)


def run(**options):
    return cleaning.run(most=100, **options)


def is_there(row):
    """Its row names it still; that the bytes follow is seen after a commit."""
    return bool(type(row).objects.get(pk=row.pk).file)


@pytest.fixture
def order():
    return factories.order_factory(items=1)


@pytest.fixture
def gone_after_run(django_capture_on_commit_callbacks):
    """The bytes go after the commit, which a test has to make come."""

    def gone_after_run(row):
        with django_capture_on_commit_callbacks(execute=True):
            run()
        is_gone = not private_storage().exists(row.file.name)
        assert is_gone is not is_there(row)
        return is_gone

    return gone_after_run


def test_a_file_of_the_customers_goes_with_its_pictures_and_its_row_stays(order, gone_after_run):
    row = sent(order)
    previews.drain()
    pictures = [one.file.name for one in Preview.objects.all()]
    over(order)
    assert gone_after_run(row)
    assert not any(private_storage().exists(name) for name in pictures)
    assert not Preview.objects.exists()
    left = Attachment.objects.get()
    assert (left.name, left.digest, left.file.name) == (row.name, row.digest, "")
    assert left.removed_at is not None
    assert order.activities.filter(verb="file_removed").count() == 1


def test_the_history_goes_on_being_valid(order, monkeypatch):
    monkeypatch.setattr("portal_plugin.days.MONTH", timedelta(0))
    row = sent(order)
    staging.complete(order)
    assert retention.remove(row.pk)
    assert next(verifying.faults(Order.objects.get()), None) is None


@pytest.mark.parametrize("days", [364, 366])
def test_it_goes_after_the_months_that_the_shop_says(order, days, gone_after_run):
    row = sent(order)
    over(order, days)
    assert gone_after_run(row) is (days > 365)


def test_where_the_shop_says_nothing_all_is_kept(order, gone_after_run):
    factories.site_factory(files_kept_months=None)
    row = sent(order)
    over(order)
    assert not gone_after_run(row)


def test_while_an_order_of_the_family_is_open_all_is_kept(order, gone_after_run):
    row = sent(order)
    grow_old(order, 4000)
    assert not gone_after_run(row)


def test_a_cancelled_order_is_over_too(order, gone_after_run):
    row = sent(order)
    staging.cancel(order, "Out of material")
    grow_old(order, 300)
    assert not gone_after_run(row)
    grow_old(order, 400)
    assert gone_after_run(row)


def test_what_happens_to_another_customers_order_keeps_nothing(order, gone_after_run):
    row = sent(order)
    over(order)
    assert factories.order_factory(items=1).activities.exists()
    assert gone_after_run(row)


def test_a_pdf_that_was_drawn_since_keeps_nothing(order, gone_after_run):
    file = sent(order)
    over(order)
    activity.record(lock(order), "pdf_drawn")
    assert gone_after_run(file)


def test_a_shop_removes_nothing_of_another(order, gone_after_run):
    site = factories.site_factory("other.example", files_kept_months=None)
    theirs = sent(factories.order_factory(items=1, site=site), "b.png", (20, 20))
    over(theirs.document.specific)
    mine = sent(order)
    over(order)
    assert retention.all_due() == [mine.pk]
    assert gone_after_run(mine)
    assert is_there(theirs)


def test_a_word_about_the_estimates_other_half_keeps_it(order, gone_after_run):
    row = sent(order)
    over(order)
    rest = factories.estimate_factory(items=1, family=order.family)
    assert not gone_after_run(row)
    grow_old(rest, 400)
    assert gone_after_run(row)


def test_what_staff_added_proofs_and_what_others_show_stay(order, gone_after_run):
    staffs = files.store(order, samples.upload("b.png", samples.png((20, 20))))
    proof = proofs.add_proof_version(order, order.lines[0].key, samples.upload())
    row = sent(order, "same.png")
    with proof.file.open("rb") as file:
        same = files.store(order, samples.upload("p.png", file.read()), link=row.link)
    previews.drain()
    over(order)
    assert gone_after_run(row)
    assert not is_there(same)
    for kept in (staffs, proof):
        assert is_there(kept)
        assert private_storage().exists(kept.file.name)
    assert Preview.objects.filter(digest=proof.digest).exists()


def test_those_that_staff_took_out_of_sight_go_too(order, gone_after_run):
    row = files.remove(sent(order), None)
    over(order)
    assert gone_after_run(row)


def test_the_room_of_the_site_is_given_back_once(settings, order):
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "UPLOAD_SITE_QUOTA_BYTES": 10**6}
    rows = [sent(order, f"{number}.png", (10 + number, 9)) for number in range(2)]
    files.remove(rows[0], None)
    over(order)
    for row in rows:
        assert retention.remove(row.pk)
        assert not retention.remove(row.pk)
    assert SiteStorage.objects.get().used_bytes == quotas.used_by_site(order.site_id) == 0


def opened_again(order):
    staging.reopen(order)
    grow_old(order, 400)


def written_about(order):
    rest = factories.estimate_factory(items=1, family=order.family)
    assert rest.activities.exists()


def no_longer_swept(order):
    factories.site_factory(files_kept_months=None)


@pytest.mark.parametrize("happens", [opened_again, written_about, no_longer_swept])
def test_what_happens_after_the_files_were_counted_keeps_them(order, happens):
    """A thousand files take a while; the last of them may be needed again by then."""
    row = sent(order)
    over(order)
    assert retention.all_due() == [row.pk]
    happens(order)
    assert not retention.remove(row.pk)
    assert Attachment.objects.get().file.name == row.file.name


def test_who_fetches_a_file_while_it_goes_alarms_nobody(order, gone_after_run):
    row = sent(order)
    over(order)
    assert gone_after_run(row)
    with pytest.raises(FileIsDamaged):
        list(attachment_files.checked(row))
    assert not order.activities.filter(verb="file_damaged").exists()


def test_a_dry_run_names_them_and_deletes_nothing(order, django_capture_on_commit_callbacks):
    row = sent(order)
    over(order)
    with django_capture_on_commit_callbacks(execute=True):
        said = run(dry_run=True)
    assert f"{order.number}: a.png" in said
    assert "1 of customers' files are not kept any longer. Nothing was deleted." in said
    assert is_there(row)
    assert Attachment.objects.get().file.name


def test_no_more_than_was_allowed_go_at_once_and_the_next_run_goes_on(order):
    for number in range(3):
        sent(order, f"{number}.png", (10 + number, 9))
    over(order)
    assert "3 of customers' files are not kept any longer; 2 were deleted." in run(most_expired=2)
    assert "1 of customers' files are not kept any longer; 1 were deleted." in run(most_expired=2)
    assert "not kept" not in run()


def test_told_to_end_the_command_finishes_the_file_that_it_is_at(order, monkeypatch):
    for number in range(2):
        sent(order, f"{number}.png", (10 + number, 9))
    over(order)
    really = retention.remove

    def told_meanwhile(pk):
        os.kill(os.getpid(), signal.SIGTERM)
        return really(pk)

    monkeypatch.setattr(retention, "remove", told_meanwhile)
    assert "2 of customers' files are not kept any longer; 1 were deleted." in run()


def test_a_scanner_is_not_kept_waiting_by_what_is_gone(settings, order):
    rows = [sent(order, f"{number}.png", (10 + number, 9)) for number in range(4)]
    over(order)
    for row in rows:
        retention.remove(row.pk)
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "FILE_SCANNER": f"{__name__}.clean"}
    fresh = sent(factories.order_factory(items=1), f"{uuid.uuid4()}.png")
    scanning.drain()
    assert Attachment.objects.get(pk=fresh.pk).check_state == "clean"


def test_a_clock_that_is_a_year_ahead_deletes_nothing(order, monkeypatch):
    """More than half of what all customers sent would be gone after one night."""
    monkeypatch.setattr(portal_files, "FEW", 1)
    rows = [sent(order, f"{number}.png", (10 + number, 9)) for number in range(3)]
    over(order)
    kept = sent(factories.order_factory(items=1))
    with pytest.raises(CommandError, match=r"75 % of them.*clock.*--most-expired-percent 75"):
        run()
    assert all(is_there(row) for row in [*rows, kept])
    assert "3 were deleted" in run(most_expired_percent=76)
    assert is_there(kept)


def test_of_few_files_all_may_go(order):
    sent(order)
    over(order)
    assert "1 were deleted" in run()


def test_one_whose_document_cannot_be_read_keeps_no_other_and_is_told(order):
    broken, file = sent(over(factories.order_factory(items=1))), sent(order)
    over(order)
    grow_old(broken.document, 400)
    factories.break_document(broken.document)
    with pytest.raises(CommandError, match="1 of them could not be deleted"):
        run()
    assert is_there(broken)
    assert not is_there(file)

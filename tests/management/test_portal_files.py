"""What is nobody's goes, what is somebody's stays, and not too much at once."""

import os
import signal
import time
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError

from portal_plugin.models import SiteStorage, UploadInProgress
from portal_plugin.models.storage import private_storage, staging_folder
from portal_plugin.services import files, orphans, previews, proofs, work
from tests import factories, samples
from tests.cleaning import run

pytestmark = pytest.mark.django_db

ORPHAN = "files/abc/" + "0" * 32


@pytest.fixture(autouse=True)
def storage(settings, tmp_path, monkeypatch):
    """A storage of this test's own, found through the setting as in a site."""
    settings.STORAGES = {
        **settings.STORAGES,
        "portal": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path)},
        },
    }
    for model_field in orphans._fields():
        monkeypatch.setattr(model_field, "storage", private_storage())


def put(name, age_days=2.0):
    private_storage().save(name, ContentFile(b"x"))
    grow_old(Path(private_storage().path(name)), age_days)


def grow_old(path, days=2.0):
    then = time.time() - days * 86400
    os.utime(path, (then, then))


def everything():
    root = Path(private_storage().location)
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


@pytest.fixture
def kept():
    document = factories.estimate_factory(items=1)
    for number in range(5):
        files.store(document, samples.upload(f"{number}.png", samples.png((10 + number, 9))))
    proofs.add_proof_version(document, document.lines[0].key, samples.upload())
    previews.drain()
    for name in everything():
        grow_old(Path(private_storage().path(name)))
    return everything()


def test_only_what_no_row_names_and_is_old_goes(kept):
    put(ORPHAN)
    put("proofs/abc/" + "1" * 32, age_days=0.5)
    others = ["readme.txt", "2" * 32, "else/" + "2" * 32, "files/abc/readme.txt"]
    for name in others:
        put(name)
    assert "1 files were deleted." in run(most=50)
    assert everything() == kept | {"proofs/abc/" + "1" * 32, *others}
    assert "0 files were deleted." in run()


def test_told_to_end_it_finishes_the_file_that_it_is_at(kept, monkeypatch):
    names = {f"files/abc/{n:032x}" for n in range(3)}
    for name in names:
        put(name)
    storage = private_storage()
    really = type(storage).delete

    def told_meanwhile(self, name):
        os.kill(os.getpid(), signal.SIGTERM)
        really(self, name)

    with monkeypatch.context() as patch:
        patch.setattr(type(storage), "delete", told_meanwhile)
        said = run(most=50)
    assert "1 files were deleted." in said
    assert "The next run goes on." in said
    assert len(everything()) == len(kept) + 2
    assert "2 files were deleted." in run(most=50)
    assert everything() == kept


def test_told_to_end_before_all_is_looked_at_it_deletes_nothing_of_it(kept, monkeypatch):
    put(ORPHAN)
    monkeypatch.setattr(orphans, "recount", lambda: os.kill(os.getpid(), signal.SIGTERM))
    said = run(most=50)
    assert "files" not in said
    assert "The next run goes on." in said
    assert everything() == kept | {ORPHAN}


def test_nothing_is_looked_at_when_the_time_is_over():
    put(ORPHAN)
    with work.time_box(0):
        assert orphans.find().looked_at == 0


def test_a_dry_run_names_them_and_deletes_nothing(kept):
    put(ORPHAN)
    assert ORPHAN in run(dry_run=True)
    assert everything() == kept | {ORPHAN}


def test_too_much_at_once_is_refused(kept):
    names = {f"files/abc/{n:032x}" for n in range(3)}
    for name in names:
        put(name)
    with pytest.raises(CommandError, match="is this the right database"):
        run()
    assert everything() == kept | names
    run(most=50)
    assert everything() == kept


def test_an_empty_database_deletes_nothing():
    for n in range(3):
        put(f"files/abc/{n:032x}")
    with pytest.raises(CommandError, match="100 %"):
        run()
    assert len(everything()) == 3


def test_what_got_a_row_meanwhile_stays(kept):
    put(ORPHAN)
    found = orphans.find()
    document = factories.estimate_factory(items=1)
    row = files.store(document, samples.upload("late.png"))
    type(row).objects.filter(pk=row.pk).update(file=ORPHAN)
    assert orphans.remove(found) == 0


def test_pieces_of_no_upload_go_and_those_under_way_stay(kept):
    document = factories.estimate_factory(items=1)
    from portal_plugin.actions import resuming
    from portal_plugin.services.visits import Visit

    visit = Visit(document, link=factories.link_factory(document))
    key = document.lines[0].key
    upload = resuming.begin(visit, client_key=key, name="a.pdf", size=10)
    mine = staging_folder() / upload.public_id.hex
    mine.parent.mkdir(exist_ok=True)
    left = [staging_folder() / ("3" * 32), staging_folder() / f"{'3' * 32}-{'4' * 8}.going"]
    left.append(staging_folder() / f"{mine.name}-{'4' * 8}.going")
    for path in [mine, *left]:
        path.write_bytes(b"x")
        grow_old(path)
    run()
    assert mine.exists()
    assert not any(path.exists() for path in left)
    assert UploadInProgress.objects.count() == 1


def test_young_pieces_and_what_has_another_name_stay():
    staging_folder().mkdir(parents=True, exist_ok=True)
    young, other = staging_folder() / ("3" * 32), staging_folder() / f"{'3' * 32}.txt"
    for path, days in ((young, 0.9), (other, 2)):
        path.write_bytes(b"x")
        grow_old(path, days)
    run()
    assert young.exists()
    assert other.exists()
    young.unlink()
    other.unlink()


def test_the_counter_of_a_site_is_put_right(settings):
    settings.PORTAL_PLUGIN = {"UPLOAD_SITE_QUOTA_BYTES": 10_000_000}
    document = factories.estimate_factory(items=1)
    row = files.store(document, samples.upload())
    SiteStorage.objects.update(used_bytes=5)
    run(most=100)
    assert SiteStorage.objects.get().used_bytes == row.size
    settings.PORTAL_PLUGIN = {}
    run(most=100)
    assert not SiteStorage.objects.exists()


@pytest.mark.parametrize("folder", ["storage", "staging"])
def test_one_that_cannot_be_deleted_keeps_none_of_the_others(kept, monkeypatch, folder):
    """A folder that belongs to another user, because a command was run as root once."""
    if folder == "storage":
        names = [f"files/{who}/{'3' * 32}" for who in "abc"]
        for name in names:
            put(name)
        owner = type(private_storage())
    else:
        names = [f"staging/{number * 32}" for number in "456"]
        for name in names:
            put(name)
        owner = Path
    stubborn, method = names[1], {"storage": "delete", "staging": "unlink"}[folder]
    really = getattr(owner, method)

    def refuse(self, *args, **kwargs):
        if stubborn in f"{self} {args}":
            raise PermissionError(13, "Permission denied", stubborn)
        return really(self, *args, **kwargs)

    monkeypatch.setattr(owner, method, refuse)
    assert "2 files were deleted." in run(most=50)
    assert everything() == kept | {stubborn}

"""Previews: rows first, pictures by the worker, found by the file's own hash."""

import hashlib
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from portal_plugin.gateways import pictures
from portal_plugin.models import Preview
from portal_plugin.models.storage import private_storage
from portal_plugin.services import files, previews, work
from portal_plugin.statuses import WorkState
from tests import factories, samples

pytestmark = pytest.mark.django_db
#: What is drawn is the same on every database.
drawn_alike = pytest.mark.only_on("sqlite")


@pytest.fixture
def store(db):
    document = factories.estimate_factory()

    def store(name="a.png", data=None):
        return files.store(document, samples.upload(name, data))

    return store


def state_of(attachment):
    return previews.states([attachment.digest]).get(attachment.digest, previews.NONE)


def _one_step():
    """What a worker does that has time for one page."""
    previews._draw(previews._claim(previews._next()))


def pictures_in_storage(attachment):
    try:
        return sorted(private_storage().listdir(f"previews/{attachment.digest[:2]}")[1])
    except FileNotFoundError:
        return []


def test_a_picture_is_pending_until_the_worker_has_drawn_it(store):
    attachment = store(data=samples.png((1600, 1200)))
    assert state_of(attachment) == previews.PreviewState(is_pending=True)
    assert previews.ready(attachment.digest, 1, "thumb") is None
    previews.drain()
    state = state_of(attachment)
    assert (state.is_ready, state.pages, state.width, state.height) == (True, 1, 1280, 960)
    picture = previews.ready(attachment.digest, 1, "thumb")
    with picture.file.open("rb") as file:
        assert file.read(3) == b"\xff\xd8\xff"


@drawn_alike
def test_all_pages_up_to_a_limit(store, monkeypatch):
    assert previews.MAX_PAGES == 30
    monkeypatch.setattr(previews, "MAX_PAGES", 2)
    many = store("many.pdf", samples.pdf(4))
    previews.drain()
    assert state_of(many).pages == 2
    assert previews.ready(many.digest, 2, "thumb")
    assert previews.ready(many.digest, 3, "thumb") is None
    assert Preview.objects.get(digest=many.digest, page=1, size="screen").file_pages == 4


@drawn_alike
def test_pages_are_counted_as_far_as_they_can_be_shown(store, monkeypatch):
    attachment = store("three.pdf", samples.pdf(3))
    monkeypatch.setattr(work, "time_left", iter([True, True, False]).__next__)
    previews.drain()
    assert state_of(attachment).pages == 2
    monkeypatch.undo()
    previews.drain()
    assert state_of(attachment).pages == 3
    assert previews.ready(attachment.digest, 3, "large")


def test_what_cannot_be_drawn_has_no_preview_and_stays_a_file(store):
    data = samples.png()[:-200]
    attachment = store("cut.png", data)
    previews.drain()
    assert state_of(attachment) == previews.NONE
    with attachment.file.open("rb") as file:
        assert file.read() == data


def test_artwork_is_never_opened(store):
    store("a.svg", samples.SVG_WITH_SCRIPT)
    store("a.zip", b"PK\x03\x04")
    store("a.docx", samples.ENTITY_BOMB)
    assert not Preview.objects.exists()


def test_without_the_extra_a_pdf_has_no_preview(store, monkeypatch):
    monkeypatch.setattr(pictures, "find_spec", lambda name: None)
    attachment = store("a.pdf", samples.pdf())
    assert not Preview.objects.exists()
    assert state_of(attachment) == previews.NONE


def test_the_same_file_twice_is_drawn_once(store, monkeypatch):
    drawn = []
    really = pictures.draw
    monkeypatch.setattr(pictures, "draw", lambda *a, **k: drawn.append(1) or really(*a, **k))
    store()
    store()
    previews.drain()
    assert len(drawn) == 1
    assert Preview.objects.count() == 3


def test_storing_the_file_again_gives_it_another_try(store):
    attachment = store()
    private_storage().delete(attachment.file.name)
    previews.drain()
    assert state_of(attachment) == previews.NONE
    store()
    previews.drain()
    assert state_of(attachment).is_ready


def test_another_try_waits_for_the_scanner_too(store, settings):
    lost = store()
    private_storage().delete(lost.file.name)
    previews.drain()
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "FILE_SCANNER": "some.scanner"}
    store()
    assert state_of(lost).is_pending
    assert previews._next() is None


def test_storing_it_again_draws_nothing_anew_and_tries_no_other(store):
    drawn, other = store(), store("b.png", samples.png((9, 9)))
    private_storage().delete(other.file.name)
    previews.drain()
    store()
    assert state_of(drawn).is_ready
    assert state_of(other) == previews.NONE


def held(store, size):
    """One whose file the scanner has not cleared yet."""
    row = store(f"{size}.png", samples.png((size, 9)))
    Preview.objects.filter(digest=row.digest).update(lease_until=previews.HELD)
    return row


def test_what_the_scanner_cleared_is_drawn_and_nothing_else(store):
    clean, waiting = held(store, 10), held(store, 20)
    previews.release(clean.digest)
    previews.drain()
    assert state_of(clean).is_ready
    assert state_of(waiting).is_pending


@pytest.mark.parametrize("state", [WorkState.RUNNING, WorkState.WAITING])
@pytest.mark.parametrize("release", ["release", "release_all"])
def test_no_worker_loses_its_lease_and_no_storage_its_pause_to_the_scanner(store, release, state):
    row = store()
    lease = timezone.now() + timedelta(minutes=1)
    Preview.objects.update(state=state, lease_until=lease)
    getattr(previews, release)(*[row.digest] if release == "release" else [])
    assert set(Preview.objects.values_list("lease_until", flat=True)) == {lease}


def test_what_the_scanner_refused_is_never_drawn_and_the_rest_is_left(store):
    drawn, refused, waiting = store(), held(store, 10), held(store, 20)
    previews.drain()
    for row in (drawn, refused):
        previews.give_up(row.digest)
    previews.release_all()
    previews.drain()
    assert state_of(drawn).is_ready
    assert state_of(refused) == previews.NONE
    assert state_of(waiting).is_ready


@drawn_alike
def test_pages_of_another_file_are_not_counted(store):
    store("two.pdf", samples.pdf(2))
    previews.drain()
    one = store("one.pdf", samples.pdf(1))
    previews.drain()
    assert state_of(one).pages == 1


def test_the_worker_stops_when_its_time_is_over(store):
    attachment = store()
    with work.time_box(-1):
        previews.drain()
    assert state_of(attachment).is_pending


@drawn_alike
def test_first_pages_come_first(store, monkeypatch):
    drawn = []
    really = pictures.draw

    def draw(source, content_type, *, page, sizes):
        drawn.append((content_type, page))
        return really(source, content_type, page=page, sizes=sizes)

    monkeypatch.setattr(pictures, "draw", draw)
    store("a.pdf", samples.pdf(2))
    _one_step()
    store("a.png")
    previews.drain()
    assert drawn == [("application/pdf", 1), ("image/png", 1), ("application/pdf", 2)]


def test_states_of_many_files_are_one_query(store, django_assert_num_queries):
    digests = [store(f"{n}.png", samples.png((n, n))).digest for n in (10, 20, 30)]
    with django_assert_num_queries(1):
        assert len(previews.states(digests)) == 3


def test_warnings_are_kept_for_staff(store):
    attachment = store("a.pdf", samples.pdf_with_script())
    previews.drain()
    assert state_of(attachment).warnings == "scripts files"


def test_the_web_process_never_draws(store, monkeypatch):
    monkeypatch.setattr(pictures, "draw", None)
    before = time.monotonic()
    attachment = store("a.png", samples.tiny_bomb_png())
    assert attachment.digest == hashlib.sha256(samples.tiny_bomb_png()).hexdigest()
    assert time.monotonic() - before < 5

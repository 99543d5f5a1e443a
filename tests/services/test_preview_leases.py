"""Workers that draw previews: who has which, how often it is tried, and who never came back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal_plugin.gateways import pictures
from portal_plugin.models import Preview
from portal_plugin.services import previews
from portal_plugin.statuses import WorkState
from tests import clocks, samples

from .test_previews import pictures_in_storage, state_of, store

__all__ = ["store"]

pytestmark = pytest.mark.django_db


def test_a_third_try_that_is_under_way_is_not_given_up(store):
    row = store()
    future = timezone.now() + timedelta(minutes=1)
    Preview.objects.update(state=WorkState.RUNNING, attempts=3, lease_until=future)
    previews.drain()
    assert state_of(row).is_pending


def test_a_page_that_another_worker_took_over_is_theirs(store, monkeypatch):
    row = store()
    really = pictures.draw
    later = timezone.now() + timedelta(minutes=9)

    def draw_too_slowly(*args, **kwargs):
        Preview.objects.update(attempts=2, lease_until=later)
        return really(*args, **kwargs)

    monkeypatch.setattr(pictures, "draw", draw_too_slowly)
    before = pictures_in_storage(row)
    previews.drain()
    assert state_of(row).is_pending
    assert pictures_in_storage(row) == before


def nothing(*args, **kwargs):
    """What comes of a file that cannot be drawn."""


def interrupted(*args, **kwargs):
    raise pictures.Interrupted


@pytest.mark.parametrize("end", [nothing, interrupted])
def test_nor_is_it_given_up_or_put_back_by_who_had_it_before(store, monkeypatch, end):
    store()
    later = timezone.now() + timedelta(minutes=9)

    def end_too_late(*args, **kwargs):
        Preview.objects.update(attempts=2, lease_until=later)
        return end()

    monkeypatch.setattr(pictures, "draw", end_too_late)
    previews.drain()
    rows = Preview.objects.values_list("state", "attempts", "lease_until")
    assert set(rows) == {(WorkState.RUNNING, 2, later)}


def test_who_comes_second_to_a_page_goes_on_with_the_next(store, monkeypatch, caplog):
    first, second = store(), store("b.png", samples.png((9, 9)))
    really = previews._next

    def slowly():
        found = really()
        if found is not None and found.digest == first.digest:
            future = timezone.now() + timedelta(minutes=1)
            rows = Preview.objects.filter(digest=first.digest)
            rows.update(state=WorkState.RUNNING, attempts=1, lease_until=future)
        return found

    monkeypatch.setattr(previews, "_next", slowly)
    previews.drain()
    assert (state_of(first).is_pending, state_of(second).is_ready) == (True, True)
    assert {row.attempts for row in Preview.objects.filter(digest=first.digest)} == {1}
    assert not caplog.records


def test_what_is_stored_again_has_all_its_tries_again(store):
    row = store()
    Preview.objects.update(state=WorkState.FAILED, attempts=previews.TRIES)
    store()
    previews._claim(previews._next())
    Preview.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    previews.drain()
    assert state_of(row).is_ready


def test_what_a_dead_worker_left_is_taken_over(store):
    attachment = store()
    past = timezone.now() - timedelta(seconds=1)
    Preview.objects.update(state=WorkState.RUNNING, attempts=1, lease_until=past)
    previews.drain()
    assert state_of(attachment).is_ready


def test_what_another_worker_has_is_left_alone(store):
    attachment = store()
    future = timezone.now() + timedelta(minutes=1)
    Preview.objects.update(state=WorkState.RUNNING, attempts=1, lease_until=future)
    previews.drain()
    assert state_of(attachment).is_pending


@pytest.mark.parametrize("minutes", [-10, 10])
class TestWorkersWhoseClocksDiffer:
    """The database's clock is the one that all of them have."""

    def test_what_one_took_no_other_takes(self, store, minutes):
        row = store()
        with clocks.wrong_by(minutes):
            assert previews._claim(previews._next())
            assert previews._next() is None
        previews.drain()
        assert state_of(row).is_pending
        longest = timezone.now() + previews.LEASE
        assert not Preview.objects.filter(lease_until__gt=longest).exists()

    def test_what_one_took_last_is_not_given_up_by_another(self, store, minutes):
        row = store()
        Preview.objects.update(attempts=previews.TRIES - 1)
        previews._claim(previews._next())
        with clocks.wrong_by(minutes):
            previews.drain()
        assert state_of(row).is_pending

    def test_a_storage_is_left_alone_for_its_pause(self, store, minutes):
        row = store()
        with clocks.wrong_by(minutes):
            previews._put_back(previews._claim(previews._next()))
            assert previews._next() is None
        assert previews._next() is None
        assert state_of(row).is_pending


def test_what_ended_three_workers_is_given_up(store):
    attachment = store()
    past = timezone.now() - timedelta(seconds=1)
    Preview.objects.update(state=WorkState.RUNNING, attempts=3, lease_until=past)
    previews.drain()
    assert state_of(attachment) == previews.NONE


def test_a_lease_that_was_lost_writes_nothing(store, monkeypatch):
    attachment = store()
    really = pictures.draw

    def draw_too_slowly(*args, **kwargs):
        Preview.objects.update(state=WorkState.FAILED, lease_until=None)
        return really(*args, **kwargs)

    monkeypatch.setattr(pictures, "draw", draw_too_slowly)
    before = pictures_in_storage(attachment)
    previews.drain()
    assert state_of(attachment) == previews.NONE
    assert pictures_in_storage(attachment) == before


def test_what_a_deploy_interrupted_waits_and_loses_no_try(store, monkeypatch):
    attachment = store()
    with monkeypatch.context() as patch:
        patch.setattr(pictures, "draw", interrupted)
        previews.drain()
    assert set(Preview.objects.values_list("state", "attempts")) == {(WorkState.WAITING, 0)}
    Preview.objects.update(lease_until=timezone.now() - previews.PAUSE)
    previews.drain()
    assert state_of(attachment).is_ready

"""Workers that draw previews: who has which, how often it is tried, and who never came back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal_plugin.gateways import pictures
from portal_plugin.models import Preview
from portal_plugin.services import previews
from portal_plugin.statuses import WorkState
from tests import clocks

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

    def interrupted(*args, **kwargs):
        raise pictures.Interrupted

    with monkeypatch.context() as patch:
        patch.setattr(pictures, "draw", interrupted)
        previews.drain()
    assert set(Preview.objects.values_list("state", "attempts")) == {(WorkState.WAITING, 0)}
    Preview.objects.update(lease_until=timezone.now() - previews.PAUSE)
    previews.drain()
    assert state_of(attachment).is_ready

"""One document's history that many processes write at once, some of them killed: it has no gap and
no fork, and whatever a process was told is kept is in it."""

import os
import threading
import time
from statistics import quantiles

import pytest
from django.db import DatabaseError, connections, transaction

from portal_plugin.models import Order
from portal_plugin.models.documents import lock
from portal_plugin.services import activity
from tests import factories
from tests.races.together import attempt, gate_for, meet, together

from . import length
from .killing import die_within, ended, forked, insist

pytestmark = pytest.mark.django_db(transaction=True)
WRITERS = length.of(3, 8)
ENTRIES = length.of(15, 500)
KILLS = length.of(3, 20)
#: Seconds of work for which 95 of 100 hold the document, in the long form; for how long they wait
#: for the processor beside seven others is the machine's.
PACE = 0.01


def write(pk):
    """Seconds of work from having the document to having let it go, and the entry's place."""
    with transaction.atomic():
        order = lock(Order.objects.get(pk=pk))
        began = time.process_time()
        entry = activity.record(order, "seen")
    return time.process_time() - began, entry.sequence


def write_on(pk, log, dies):
    """All of one writer's entries; one that dies is killed within the first hundredth of them."""
    if dies:
        die_within(0.01 * ENTRIES)
    while len(lines(log)) < ENTRIES:
        seconds, sequence = insist(lambda: write(pk))
        with log.open("a") as file:
            file.write(f"{sequence} {seconds}\n")
    assert not dies or threading.Event().wait(60)


def lines(log):
    return log.read_text().splitlines() if log.exists() else []


def test_a_history_that_many_write_is_one_chain(tmp_path):
    order = factories.order_factory(items=1)
    before = order.activities.count()
    logs = [tmp_path / f"{number}" for number in range(WRITERS)]
    connections.close_all()
    children = {forked(lambda log=log: write_on(order.pk, log, False)): log for log in logs[1:]}
    for _time in range(KILLS):
        status = ended(forked(lambda: write_on(order.pk, logs[0], True)))
        assert os.WIFSIGNALED(status)
    children[forked(lambda: write_on(order.pk, logs[0], False))] = logs[0]
    for child in children:
        assert os.waitstatus_to_exitcode(ended(child)) == 0

    told = [line.split() for log in logs for line in lines(log)]
    sequences = list(order.activities.order_by("sequence").values_list("sequence", flat=True))
    assert sequences == list(range(1, len(sequences) + 1))
    assert {int(place) for place, _seconds in told} <= set(sequences)
    assert len(told) == len({place for place, _seconds in told}) == WRITERS * ENTRIES
    # Of one that was killed the last entry may be there that it was not told of.
    assert len(told) <= len(sequences) - before <= len(told) + KILLS
    assert activity.first_broken(order) is None
    taken = [float(seconds) for _place, seconds in told]
    assert not length.IS_LONG or quantiles(taken, n=20)[-1] < PACE


def test_without_the_lock_it_would_fork(monkeypatch):
    """Two who read the same last entry: the database keeps one, and the other is told."""
    order = factories.order_factory(items=1)
    gate = gate_for(2)
    options = connections["default"].settings_dict["OPTIONS"]
    if "transaction_mode" in options:
        monkeypatch.setitem(options, "transaction_mode", "DEFERRED")
    now = activity._now

    def both_have_read():
        meet(gate)
        return now()

    monkeypatch.setattr(activity, "_now", both_have_read)

    def write_without(_number):
        with transaction.atomic():
            return activity.record(Order.objects.get(pk=order.pk), "seen")

    outcomes = together(2, lambda n: attempt(lambda: write_without(n), DatabaseError))
    assert sum(isinstance(one, DatabaseError) for one in outcomes) == 1
    assert activity.first_broken(order) is None

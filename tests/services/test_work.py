"""Work waits for the commit, then for the answer; the sweep is the guarantee."""

import threading
import time

import pytest
from django.core import mail
from django.core.signals import request_finished
from django.db import connection, transaction

from portal_plugin import registry, tasks
from portal_plugin.models import OutgoingEmail
from portal_plugin.services import outbox, work
from portal_plugin.statuses import EmailState

from ..factories import link_factory, order_factory


class Worker:
    """A registered worker that says what it was asked to do."""

    def __init__(self):
        self.runs = 0
        self.entered, self.go_on = threading.Event(), threading.Event()
        self.is_slow = False

    def __call__(self):
        self.runs += 1
        self.entered.set()
        if self.is_slow:
            self.go_on.wait(10)


@pytest.fixture
def worker(monkeypatch):
    worker = Worker()
    monkeypatch.setattr(registry, "_workers", {"test": worker})
    return worker


def answer():
    """What a server sends when the whole answer is out."""
    request_finished.send(sender=None)


@pytest.mark.django_db(transaction=True)
class TestWake:
    def test_work_is_done_after_the_answer(self, worker):
        with transaction.atomic():
            work.wake("test")
        assert worker.runs == 0
        answer()
        assert worker.runs == 1
        answer()
        assert worker.runs == 1

    def test_a_rollback_leaves_no_work(self, worker):
        with transaction.atomic():
            work.wake("test")
            transaction.set_rollback(True)
        answer()
        assert worker.runs == 0

    def test_two_wakes_are_one_round(self, worker):
        with transaction.atomic():
            work.wake("test")
            work.wake("test")
        answer()
        assert worker.runs == 1

    def test_another_threads_answer_does_none_of_ours(self, worker):
        work.wake("test")
        other = threading.Thread(target=answer)
        other.start()
        other.join()
        assert worker.runs == 0
        answer()
        assert worker.runs == 1

    def test_only_what_waits_is_done(self, worker, monkeypatch):
        other = Worker()
        monkeypatch.setattr(registry, "_workers", {"test": worker, "other": other})
        work.wake("other")
        answer()
        assert (worker.runs, other.runs) == (0, 1)

    def test_it_has_its_time_and_the_thread_has_no_end_of_time_afterwards(
        self, settings, monkeypatch
    ):
        settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "DRAIN_SECONDS": 0}
        had = []
        monkeypatch.setattr(registry, "_workers", {"test": lambda: had.append(work.time_left())})
        work.wake("test")
        answer()
        assert (had, work.time_left()) == ([False], True)

    def test_what_it_opened_is_given_back(self, monkeypatch):
        monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", 0)
        had = []

        def ask():
            connection.ensure_connection()
            had.append(connection.connection)

        monkeypatch.setattr(registry, "_workers", {"test": ask})
        work.wake("test")
        connection.close()
        # Not by the signal: a test client puts Django's own receiver behind ours.
        work.drain_after_answer()
        assert had != [None]
        assert connection.connection is None

    def test_an_email_is_sent_after_the_answer_to_a_real_request(self, client, settings):
        # The order's PDF comes first, and the first one of a process may take its time.
        settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "DRAIN_SECONDS": 600}
        link = link_factory(order_factory(items=1))
        document = link.document
        outbox.queue(kind="link", site=document.site, document=document, link=link)
        assert mail.outbox == []
        client.get("/no-such-page/")
        assert len(mail.outbox) == 1
        assert OutgoingEmail.objects.get().state == EmailState.SENT


@pytest.mark.django_db(transaction=True)
class TestTaskBackend:
    @pytest.fixture
    def dummy(self, settings):
        """A backend that keeps what was enqueued, as a queue in a database does."""
        root = "django.tasks" if tasks.task.__module__.startswith("django.") else "django_tasks"
        settings.TASKS = {"default": {"BACKEND": f"{root}.backends.dummy.DummyBackend"}}
        return tasks.drain.get_backend()

    def test_work_goes_to_the_sites_own_queue(self, worker, dummy):
        with transaction.atomic():
            work.wake("test")
            assert dummy.results == []
        assert [result.args for result in dummy.results] in ([["test"]], [("test",)])
        answer()
        assert worker.runs == 0
        tasks.drain.func("test")
        assert worker.runs == 1

    def test_a_rollback_enqueues_nothing(self, worker, dummy):
        with transaction.atomic():
            work.wake("test")
            transaction.set_rollback(True)
        assert dummy.results == []

    def test_a_queue_that_is_down_fails_no_request(self, worker, monkeypatch):
        def refuse(kind):
            raise ConnectionError("no broker")

        monkeypatch.setattr(registry, "_enqueuers", [refuse])
        with transaction.atomic():
            work.wake("test")

    def test_without_any_task_package_the_web_process_does_it(self, worker, monkeypatch):
        monkeypatch.setattr(tasks, "task", None)
        work.wake("test")
        answer()
        assert worker.runs == 1

    def test_a_task_that_takes_long_goes_on_at_the_end_of_the_queue(
        self, worker, dummy, monkeypatch
    ):
        """So that a worker that is told to end by a deploy has to wait for one turn alone."""
        tasks.drain.func("test")
        assert dummy.results == []
        monkeypatch.setattr(tasks, "SECONDS", 0)
        tasks.drain.func("test")
        assert len(dummy.results) == 1

    def test_a_kind_that_is_not_known_here_is_left_alone(self, worker):
        tasks.drain.func("other")
        assert worker.runs == 0


def test_one_thread_works_and_the_others_ask_it_to_look_again(worker):
    worker.is_slow = True
    first = threading.Thread(target=work.run, args=["test"])
    first.start()
    assert worker.entered.wait(5)
    started = time.monotonic()
    work.run("test")
    assert time.monotonic() - started < 1
    worker.go_on.set()
    first.join(5)
    assert worker.runs == 2


def test_who_asks_to_look_again_when_the_time_is_over_waits_for_the_next_turn(monkeypatch):
    runs = []

    def ask_again():
        runs.append(1)
        work.end()
        if len(runs) < 3:
            work.run("test")

    monkeypatch.setattr(registry, "_workers", {"test": ask_again})
    with work.time_box(10):
        work.run("test")
    assert len(runs) == 1


def test_no_kind_is_begun_by_the_sweep_when_the_time_is_over(worker):
    with work.time_box(0):
        assert work.sweep() == []
    assert worker.runs == 0


def test_time_ends_for_the_thread_that_was_given_some():
    assert work.time_left()
    with work.time_box(0):
        assert not work.time_left()
    assert work.time_left()


@pytest.mark.django_db
def test_no_email_is_begun_when_the_time_is_over():
    link = link_factory(order_factory(items=1))
    outbox.queue(kind="link", site=link.document.site, document=link.document, link=link)
    with work.time_box(0):
        assert outbox.drain() == 0
    assert outbox.drain() == 1


def test_a_worker_that_breaks_down_stops_no_other(monkeypatch, caplog):
    def broken():
        raise RuntimeError("no disk")

    sound = Worker()
    monkeypatch.setattr(registry, "_workers", {"broken": broken, "sound": sound})
    assert work.sweep() == ["broken"]
    assert sound.runs == 1
    assert "no disk" in caplog.text


def test_a_row_that_breaks_down_holds_up_no_other_and_the_sweep_says_so(monkeypatch, caplog):
    rows = [OutgoingEmail(pk=number) for number in (1, 2, 3)]
    done = []

    def do(row):
        if row.pk == 1:
            raise RuntimeError("poison")
        done.append(row.pk)
        return True

    workers = {"rows": lambda: work.each("Letter", rows, do, most=10), "sound": list}
    monkeypatch.setattr(registry, "_workers", workers)
    assert work.sweep() == ["rows"]
    assert done == [2, 3]
    assert "Letter 1 broke down" in caplog.text
    assert "poison" in caplog.text


class Clock:
    def __init__(self):
        self.now = 0

    def monotonic(self):
        return self.now


@pytest.fixture
def swept(monkeypatch):
    """A sweep while more waits than can be done, and each row takes three seconds."""
    clock, done = Clock(), []
    monkeypatch.setattr(work, "time", clock)

    def backlog(kind):
        def drain():
            while work.time_left() and len(done) < 100:
                clock.now += 3
                done.append(kind)

        return drain

    def once(kind):
        return lambda: done.append(kind)

    workers = {kind: backlog(kind) for kind in ("mail", "preview")}
    monkeypatch.setattr(registry, "_workers", workers | {"payments": once("payments")})
    work.sweep()
    return clock, done


def test_a_backlog_keeps_no_other_kind_waiting(swept):
    _clock, done = swept
    assert done[:9] == [*["mail"] * 4, *["preview"] * 4, "payments"]
    assert done[9:] == [*["mail"] * 4, *["preview"] * 4]
    assert done.count("payments") == 1


def test_a_sweep_leaves_the_rest_of_a_backlog_to_the_next(swept):
    """Or cron begins one after the other, and none of them ends."""
    clock, _done = swept
    assert work.SWEEP_SECONDS < clock.now < 60


def test_what_compares_whole_accounts_is_not_broken_off_by_a_turn(monkeypatch):
    clock, had = Clock(), []

    def compare():
        clock.now += 600
        had.append(work.time_left())

    monkeypatch.setattr(work, "time", clock)
    monkeypatch.setattr(registry, "_workers", {"payments": compare})
    work.sweep()
    assert had == [True]


def test_a_box_within_a_box_ends_with_it():
    with work.time_box(0), work.time_box(10):
        assert not work.time_left()
    with work.time_box(10):
        with work.time_box(10):
            work.end()
        assert not work.time_left()
    assert work.time_left()


def test_only_rows_that_were_worked_on_count():
    """Those that are passed by stand first again the next time, and would keep all others back."""
    rows = [OutgoingEmail(pk=number) for number in range(10)]
    done = []

    def do(row):
        if row.pk < 5:
            return False
        done.append(row.pk)
        return True

    assert work.each("Letter", rows, do, most=3) == 3
    assert done == [5, 6, 7]
    with work.time_box(0):
        assert work.each("Letter", rows, do, most=3) == 0


@pytest.mark.django_db
def test_an_answer_within_a_transaction_leaves_its_connection_alone(monkeypatch):
    monkeypatch.setattr(work._thread, "kinds", {"mail"})
    work.drain_after_answer()
    assert connection.is_usable()

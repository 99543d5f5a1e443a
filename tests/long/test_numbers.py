"""Numbers that many processes give at once, some of them killed: none is missing or there twice.

Meanwhile a PDF is drawn, a letter goes out and Stripe is asked, and each takes half a minute: where
one of them held a lock for so long, nobody would come by a number.
"""

import os
import random
import signal
import threading
import time
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from itertools import cycle, pairwise

import pytest
from django.db import DatabaseError, connections

from portal_plugin import faults
from portal_plugin.exceptions import PaymentUnavailable
from portal_plugin.gateways import pdf
from portal_plugin.models import Invoice, Order, OutgoingEmail, PaymentAttempt, RenderedPdf
from portal_plugin.services import invoices, outbox, payments, pdfs
from portal_plugin.statuses import EmailState, WorkState
from tests.factories import customer_factory, link_factory, order_factory, publish, site_factory
from tests.mailing import SMTP, send_by
from tests.paying import standin
from tests.smtp_server import MailServer

from . import length
from .killing import die_at, die_within, forked, insist

__all__ = ["standin"]

pytestmark = pytest.mark.django_db(transaction=True)
WORKERS = length.of(4, 8)
NUMBERS = length.of(24, 1000)
KILLS = length.of(4, 20)
#: Seconds that a PDF, a letter and Stripe take. Nobody waits for them.
SLOW = 30
ANYWHERE = "anywhere"


# -- Processes -----------------------------------------------------------------------------------


@contextmanager
def going_on(act):
    """``act`` again and again beside us, until it is killed."""

    def for_ever():
        while True:
            with suppress(DatabaseError):  # so many wait for one file: the next time is soon
                act()
            time.sleep(0.2)

    child = forked(for_ever)
    try:
        yield
        assert os.waitpid(child, os.WNOHANG) == (0, 0), "it ended by itself"
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


class Worker:
    """Gives numbers to ``pks``, one after the other. Each of its lives but the last ends at one of
    ``deaths``: (how many numbers later, at which point)."""

    def __init__(self, act, pks, deaths, log):
        self.act, self.pks, self.deaths, self.log = act, pks, list(deaths), log
        self.killed = 0
        self._live()

    def _live(self):
        death = self.deaths.pop(0) if self.deaths else None
        self.child = forked(lambda: self._work(death))

    def _work(self, death):
        given = 0
        for pk in self.pks:
            if self.act.is_done(pk):
                continue
            if death and given == death[0]:
                die(death[1])
            insist(partial(self.act.do, pk))
            with self.log.open("a") as lines:
                lines.write(f"{time.monotonic()}\n")
            given += 1
        assert death is None, "it was to be killed"

    def is_over(self):
        """Looks after the process; one that was killed gets a successor."""
        pid, status = os.waitpid(self.child, os.WNOHANG)
        if not pid:
            return False
        if os.WIFSIGNALED(status):
            assert os.WTERMSIG(status) == signal.SIGKILL
            self.killed += 1
            self._live()
            return False
        assert os.WEXITSTATUS(status) == 0
        return True


def die(point):
    if point == ANYWHERE:
        die_within(0.02)
    else:
        die_at(point)


# -- What is numbered ----------------------------------------------------------------------------


class Invoices:
    points = (*[point for point in faults.POINTS if point.startswith("issue.")], ANYWHERE)

    def made(self, site, customer):
        return order_factory(items=1, site=site, customer=customer)

    def is_done(self, pk):
        return Invoice.objects.filter(document=pk).exists()

    def do(self, pk):
        invoices.issue(Order.objects.get(pk=pk))

    def numbers(self):
        return Invoice.objects.values_list("number", flat=True)


class Orders:
    """A number is given when an order first goes out."""

    points = (ANYWHERE,)

    def made(self, site, customer):
        return order_factory(items=1, site=site, customer=customer, published=False)

    def is_done(self, pk):
        return Order.objects.filter(pk=pk, number__isnull=False).exists()

    def do(self, pk):
        publish(Order.objects.get(pk=pk))

    def numbers(self):
        return Order.objects.filter(title="Window sign").values_list("number", flat=True)


# -- What takes long -----------------------------------------------------------------------------


@contextmanager
def everything_is_slow(site, standin, settings):
    document = order_factory(items=1, site=site, title="A slow one")
    link = link_factory(document)
    outbox.queue(kind="link", site=site, document=document, link=link)
    standin.misbehave("late", "/v1/payment_intents", seconds=SLOW, times=1000)
    with ExitStack() as stack:
        server = stack.enter_context(MailServer())
        server.patience, server.at_data = SLOW, threading.Event()
        send_by(settings, SMTP, port=server.port, timeout=2 * SLOW)
        connections.close_all()
        stack.enter_context(going_on(outbox.drain))
        stack.enter_context(going_on(draw_slowly))
        stack.enter_context(going_on(lambda: ask_stripe(document.pk, link)))
        wait_for(OutgoingEmail.objects.filter(state=EmailState.SENDING))
        wait_for(RenderedPdf.objects.filter(state=WorkState.RUNNING))
        wait_for(PaymentAttempt.objects.all())
        yield


def draw_slowly():
    draw = pdf.render

    def slowly(*args, **options):
        time.sleep(SLOW)
        return draw(*args, **options)

    pdf.render = slowly
    try:
        pdfs.drain()
    finally:
        pdf.render = draw


def ask_stripe(pk, link):
    with suppress(PaymentUnavailable):
        payments.begin(Order.objects.get(pk=pk), link=link)


def wait_for(rows):
    until = time.monotonic() + 20
    while not rows.exists():
        assert time.monotonic() < until, rows.model
        time.sleep(0.05)


# -- The test ------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", [Invoices(), Orders()], ids=["invoices", "orders"])
def test_eight_who_are_killed_give_each_number_once(act, standin, settings, tmp_path):
    site = site_factory(invoicing="staff")
    customer = customer_factory(site)
    with everything_is_slow(site, standin, settings):
        first = len(Order.objects.exclude(number=None)) if isinstance(act, Orders) else 0
        pks = [act.made(site, customer).pk for _number in range(NUMBERS)]
        connections.close_all()
        busy = workers = crew(act, pks, tmp_path / "given")
        while busy := [worker for worker in busy if not worker.is_over()]:
            time.sleep(0.02)
    assert sum(worker.killed for worker in workers) == KILLS
    found = sorted(int(number.rpartition("-")[2]) for number in act.numbers())
    assert found == list(range(first + 1, first + NUMBERS + 1))
    # One of eight may wait long for its turn. All of them stand still only before a lock.
    moments = sorted(float(line) for line in (tmp_path / "given").read_text().split())
    assert max(after - before for before, after in pairwise(moments)) < SLOW / 2


def crew(act, pks, log):
    chance, points = random.Random(20), cycle(act.points)
    each = KILLS // WORKERS
    deaths = [[] for _worker in range(WORKERS)]
    for number in range(KILLS):
        few = NUMBERS // WORKERS // (each + 2)
        deaths[number % WORKERS].append((chance.randrange(few), next(points)))
    return [Worker(act, pks[number::WORKERS], deaths[number], log) for number in range(WORKERS)]

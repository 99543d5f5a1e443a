"""A shop on a busy day: many customers at once, and Stripe that tells everything at the same time.

Nobody is told that the database is locked, nobody meets an error, and no memory is lost.
"""

import os
import random
import time
from pathlib import Path
from statistics import quantiles

import pytest

from portal_plugin.models import Comment, LedgerEntry
from portal_plugin.services import files, links
from tests import factories, samples
from tests.browser.conftest import site_server
from tests.install.browsing import Browser
from tests.mailing import send_by
from tests.paying import begin, confirm, order, standin
from tests.races.together import together

from . import length
from .test_webhook_pace import messages, seconds_of

__all__ = ["site_server", "standin"]

pytestmark = pytest.mark.django_db(transaction=True)
WRITERS = length.of(5, 20)
COMMENTS = length.of(2, 20)
PAID = length.of(2, 40)
#: Seconds in which 95 of 100 are written, in the long form: the short one runs beside other tests.
PACE = 1
VISITORS = length.of(4, 50)
#: Seconds that a visit takes, and a person between two looks.
VISIT, THINKING = length.of(5, 600), length.of(0.2, 6)
#: Of a hundred things that visitors do.
MIX = {"look": 80, "pdf": 8, "file": 6, "comment": 4, "approve": 1, "pay": 1}


@pytest.fixture(autouse=True)
def _nobody_is_limited(settings):
    send_by(settings, "django.core.mail.backends.dummy.EmailBackend")
    settings.PORTAL_PLUGIN = {
        **settings.PORTAL_PLUGIN,
        "MESSAGES_PER_HOUR": 100_000,
        "PAYMENTS_PER_HOUR": 100_000,
    }


class Visitor:
    """A customer on the page of their order; ``trouble`` is whatever went wrong with the server."""

    def __init__(self, server, document):
        self.browser, self.trouble = Browser(), []
        link = factories.link_factory(document)
        path = links.link_url(link, links.make_token(link)).removeprefix(document.site.root_url)
        self.address = server.url + path

    def enter(self):
        self.page = self.open(self.address)
        self.address = self.page.url.partition("?")[0]

    def open(self, address):
        return self.seen(self.browser.open(address))

    def seen(self, page):
        if page.status >= 500 or "locked" in page.text:
            self.trouble.append((page.url, page.status))
        return page

    def look(self):
        self.page = self.open(self.address)

    def pdf(self):
        self.open(self.address + "pdf/")

    def file(self):
        self.seen(self.page.follow(r"files/[\w-]{22}/$"))

    def comment(self):
        self.seen(self.open(self.address + "a/comment/").submit(text="When will it be ready?"))

    def approve(self):
        if self.page.links(r"a/approve/[\w-]{22}/$"):
            self.seen(self.page.follow(r"a/approve/[\w-]{22}/$").submit(accept_terms="on"))
        self.look()

    def pay(self):
        self.open(self.address + "a/pay/")


def test_twenty_who_write_while_stripe_tells_everything(site_server, standin):
    for _number in range(PAID):
        confirm(standin, begin(order(deposit_percent=0)).attempt.payment_intent)
    told = messages(standin)
    visitors = [Visitor(site_server, factories.order_factory(items=1)) for _ in range(WRITERS)]
    webhook = site_server.url + "/portal/webhooks/stripe/"

    def act(number):
        if number == WRITERS:
            return [seconds_of(webhook, body) for body in told]
        return [seconds(visitors[number].comment) for _time in range(COMMENTS)]

    for visitor in visitors:
        visitor.enter()
    taken = together(WRITERS + 1, act)
    assert [trouble for visitor in visitors for trouble in visitor.trouble] == []
    assert Comment.objects.count() == WRITERS * COMMENTS
    assert LedgerEntry.objects.count() == PAID
    assert not length.IS_LONG or quantiles([one for each in taken for one in each], n=20)[-1] < PACE


def seconds(act):
    began = time.monotonic()
    act()
    return time.monotonic() - began


@length.shortly_on_sqlite
def test_visitors_meet_no_error_and_leave_no_memory_behind(site_server):
    visitors = [Visitor(site_server, document_with_file()) for _ in range(VISITORS)]
    sizes = []

    def visit(number):
        visitor, chance = visitors[number], random.Random(number)
        visitor.enter()
        until = time.monotonic() + VISIT
        while time.monotonic() < until:
            (name,) = chance.choices(list(MIX), MIX.values())
            getattr(visitor, name)()
            time.sleep(chance.random() * 2 * THINKING)
            if number == 0:
                sizes.append(bytes_in_use())

    together(VISITORS, visit)
    assert [trouble for visitor in visitors for trouble in visitor.trouble] == []
    half = len(sizes) // 2
    assert not length.IS_LONG or max(sizes[half:]) < 1.1 * max(sizes[:half])


def document_with_file():
    document = factories.order_factory(items=3)
    files.store(document, samples.upload("plan.png"), is_internal=False)
    return document


def bytes_in_use():
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")

"""Workers that die with an email in their hands, and workers that race for the same ones."""

import os
import signal
import threading
from collections import Counter

import pytest
from django.db import connection, connections
from django.utils import timezone

from portal_plugin.models import OutgoingEmail
from portal_plugin.services import outbox

from ..factories import link_factory, order_factory
from ..long.killing import ended, forked
from ..mailing import SMTP, send_by
from ..smtp_server import MailServer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def server(settings):
    with MailServer() as server:
        send_by(settings, SMTP, port=server.port)
        yield server


def queue(link):
    document = link.document
    return outbox.queue(kind="link", site=document.site, document=document, link=link)


@pytest.fixture
def link(transactional_db):
    return link_factory(order_factory(items=1))


def start(act):
    """A worker: a process of its own, with nothing open of this one's."""
    connections.close_all()
    return forked(act)


def expire():
    OutgoingEmail.objects.update(lease_until=timezone.now())


def was_killed(worker):
    status = ended(worker)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def message_ids(server):
    return Counter(letter["Message-ID"] for letter in server.letters)


def test_killed_before_the_server_was_called_it_goes_out_once(server, link):
    email = queue(link)

    def lease_and_die():
        outbox.claim()
        os.kill(os.getpid(), signal.SIGKILL)

    assert was_killed(start(lease_and_die))
    assert outbox.drain() == 0
    expire()
    assert outbox.drain() == 1
    assert message_ids(server) == {email.message_id: 1}


def test_killed_between_the_servers_ok_and_our_row_the_second_has_the_same_id(server, link):
    email = queue(link)
    server.at_data = threading.Event()
    worker = start(outbox.drain)
    assert server.at_data.wait(60)
    os.kill(worker, signal.SIGKILL)
    assert was_killed(worker)
    server.go_on.set()
    expire()
    assert outbox.drain() == 1
    assert message_ids(server) == {email.message_id: 2}
    assert OutgoingEmail.objects.get().state == "sent"


def test_two_processes_of_two_threads_send_each_email_once(server):
    links = [link_factory(order_factory(items=1)) for _ in range(4)]
    emails = [queue(link) for link in links for _ in range(6)]

    def race():
        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def work():
        outbox.drain()
        connection.close()

    assert [ended(worker) for worker in [start(race), start(race)]] == [0, 0]
    outbox.drain()
    assert message_ids(server) == {email.message_id: 1 for email in emails}
    arrived = [letter["Message-ID"] for letter in server.letters]
    for link in links:
        thread = [email.message_id for email in emails if email.link_id == link.pk]
        assert [each for each in arrived if each in thread] == thread

"""Workers that die with an email in their hands, and workers that race for the same ones."""

import threading
from collections import Counter

import pytest

from portal_plugin.services import outbox

from ..factories import link_factory, order_factory
from ..outside import die, result, share_database, start
from ..smtp_server import MailServer

pytestmark = pytest.mark.django_db(transaction=True)

DRAIN = "print(outbox.drain())"
EXPIRE = (
    "from django.utils import timezone; OutgoingEmail.objects.update(lease_until=timezone.now())\n"
)
STATES = "print(*OutgoingEmail.objects.order_by('pk').values_list('state', flat=True))"


@pytest.fixture
def server():
    with MailServer() as server:
        yield server


def queue(link):
    document = link.document
    return outbox.queue(kind="link", site=document.site, document=document, link=link)


@pytest.fixture
def link(transactional_db):
    return link_factory(order_factory(items=1))


def message_ids(server):
    return Counter(letter["Message-ID"] for letter in server.letters)


def test_killed_before_the_server_was_called_it_goes_out_once(server, link, tmp_path):
    email = queue(link)
    environment = share_database(tmp_path)
    lease_and_die = "import os; outbox.claim(); os.kill(os.getpid(), 9)"
    die(start(lease_and_die, environment, server.port))
    assert result(start(DRAIN, environment, server.port)) == "0"
    assert result(start(EXPIRE + DRAIN, environment, server.port)) == "1"
    assert message_ids(server) == {email.message_id: 1}


def test_killed_between_the_servers_ok_and_our_row_the_second_has_the_same_id(
    server, link, tmp_path
):
    email = queue(link)
    environment = share_database(tmp_path)
    server.at_data = threading.Event()
    worker = start(DRAIN, environment, server.port)
    assert server.at_data.wait(60)
    worker.kill()
    die(worker)
    server.go_on.set()
    assert result(start(EXPIRE + DRAIN, environment, server.port)) == "1"
    assert message_ids(server) == {email.message_id: 2}
    assert result(start(STATES, environment, server.port)) == "sent"


def test_two_processes_of_two_threads_send_each_email_once(server, tmp_path):
    links = [link_factory(order_factory(items=1)) for _ in range(4)]
    emails = [queue(link) for link in links for _ in range(6)]
    environment = share_database(tmp_path)
    race = """
import threading
from django.db import connection
def work():
    outbox.drain()
    connection.close()
threads = [threading.Thread(target=work) for _ in range(2)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
"""
    workers = [start(race, environment, server.port) for _ in range(2)]
    for worker in workers:
        result(worker, timeout=120)
    result(start(DRAIN, environment, server.port))
    assert message_ids(server) == {email.message_id: 1 for email in emails}
    arrived = [letter["Message-ID"] for letter in server.letters]
    for link in links:
        thread = [email.message_id for email in emails if email.link_id == link.pk]
        assert [each for each in arrived if each in thread] == thread

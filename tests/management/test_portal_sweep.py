"""The sweep sends what nobody sent, and says which work broke down."""

import os
import signal
import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import CommandError, call_command, load_command_class
from django.utils import timezone

from portal_plugin import registry
from portal_plugin.gateways import mailer
from portal_plugin.management.commands import portal_sweep
from portal_plugin.models import OutgoingEmail
from portal_plugin.services import outbox
from portal_plugin.statuses import EmailState

from ..factories import link_factory, order_factory
from ..mailing import send_by
from ..outside import result, share_database, start
from ..smtp_server import MailServer


@pytest.fixture
def email():
    link = link_factory(order_factory(items=1))
    document = link.document
    return outbox.queue(kind="link", site=document.site, document=document, link=link)


@pytest.mark.django_db
def test_what_was_written_by_a_command_is_sent_by_the_sweep(email):
    call_command("portal_sweep")
    assert len(mail.outbox) == 1


@pytest.mark.django_db
def test_what_a_dead_worker_left_is_sent_once(email):
    outbox.claim()
    call_command("portal_sweep")
    assert mail.outbox == []
    OutgoingEmail.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    call_command("portal_sweep")
    call_command("portal_sweep")
    assert len(mail.outbox) == 1


@pytest.mark.django_db
def test_emails_that_would_be_printed_go_on_waiting_where_nobody_is_at_the_terminal(
    email, settings, capsys
):
    """Cron, with the settings of development."""
    send_by(settings, mailer.CONSOLE)
    with pytest.raises(CommandError, match="--settings"):
        call_command("portal_sweep")
    email.refresh_from_db()
    assert email.state == EmailState.WAITING
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("name", ["portal_sweep", "portal_files"])
@pytest.mark.django_db
def test_what_cron_runs_tells_of_no_check_and_is_kept_by_none(name, settings, monkeypatch, capfd):
    monkeypatch.setattr(registry, "_workers", {})
    settings.PORTAL_PLUGIN = {"NOT_A_SETTING": 1, "UPLOAD_MAX_BYTES": "much"}
    command = load_command_class("portal_plugin", name)
    parsed = command.create_parser("manage.py", name).parse_args([])
    command.execute(**vars(parsed))
    assert capfd.readouterr().err == ""


def test_a_worker_that_broke_down_is_an_error_after_the_others_ran(monkeypatch):
    ran = []

    def broken():
        raise RuntimeError

    workers = {"broken": broken, "sound": lambda: ran.append("sound")}
    monkeypatch.setattr(registry, "_workers", workers)
    with pytest.raises(CommandError, match="broken"):
        call_command("portal_sweep")
    assert ran == ["sound"]


@pytest.mark.django_db
def test_the_loop_goes_on_after_a_breakdown(monkeypatch, capsys):
    rounds = []

    def sleep(seconds):
        rounds.append(seconds)
        if len(rounds) == 3:
            raise KeyboardInterrupt

    def broken():
        raise RuntimeError

    monkeypatch.setattr(portal_sweep.time, "sleep", sleep)
    monkeypatch.setattr(registry, "_workers", {"broken": broken})
    with pytest.raises(KeyboardInterrupt):
        call_command("portal_sweep", loop=1)
    assert rounds == [1, 1, 1]
    assert capsys.readouterr().err.count("broken") == 3


@pytest.mark.django_db
def test_the_loop_does_not_rest_from_what_takes_longer_than_its_pause(monkeypatch):
    now, swept, rests = [0], [], []
    monkeypatch.setattr(portal_sweep.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(portal_sweep.time, "sleep", rests.append)

    def slow():
        now[0] += 90
        swept.append(now[0])
        if len(swept) == 3:
            os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(registry, "_workers", {"slow": slow})
    call_command("portal_sweep", loop=60)
    assert (len(swept), rests) == (3, [1, 1])


@pytest.mark.django_db
def test_the_loop_ends_when_it_is_told_to_and_begins_no_other_work(monkeypatch):
    ran = []

    def told_meanwhile():
        ran.append("first")
        os.kill(os.getpid(), signal.SIGTERM)

    workers = {"first": told_meanwhile, "second": lambda: ran.append("second")}
    monkeypatch.setattr(registry, "_workers", workers)
    call_command("portal_sweep", loop=60)
    assert ran == ["first"]


@pytest.mark.django_db
def test_the_loop_is_told_to_end_while_it_rests(monkeypatch):
    rounds = []

    def sleep(seconds):
        rounds.append(seconds)
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(portal_sweep.time, "sleep", sleep)
    monkeypatch.setattr(registry, "_workers", {})
    call_command("portal_sweep", loop=60)
    assert rounds == [1]


@pytest.mark.django_db(transaction=True)
def test_a_deploy_in_the_middle_of_an_email_sends_it_and_begins_no_other(tmp_path):
    for _number in range(2):
        link = link_factory(order_factory(items=1))
        outbox.queue(kind="link", site=link.document.site, document=link.document, link=link)
    environment = share_database(tmp_path)
    sweep = "from django.core.management import call_command; call_command('portal_sweep')"
    with MailServer() as server:
        server.at_data = threading.Event()
        worker = start(sweep, environment, server.port)
        assert server.at_data.wait(60)
        worker.terminate()
        server.go_on.set()
        assert result(worker) == ""
        ask = "print(*OutgoingEmail.objects.order_by('state').values_list('state', flat=True))"
        assert result(start(ask, environment, server.port)) == "sent waiting"
        assert len(server.letters) == 1

"""The sweep sends what nobody sent, and says which work broke down."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone

from portal_plugin import registry
from portal_plugin.management.commands import portal_sweep
from portal_plugin.models import OutgoingEmail
from portal_plugin.services import outbox

from ..factories import link_factory, order_factory


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
        call_command("portal_sweep", loop=60)
    assert rounds == [60, 60, 60]
    assert capsys.readouterr().err.count("broken") == 3

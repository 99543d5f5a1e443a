"""A web server that is told to end, as by a deploy, while a customer sends or decides: what arrived
stays, what was begun is finished, and what had no time left is made up by the next try.

kill -9 at each step between is the matter of ``test_file_kills``.
"""

import contextlib
import hashlib
import http.client
import os
import signal
import socket
import time
import urllib.parse
from uuid import uuid4

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connections

from portal_plugin import faults
from portal_plugin.actions import resuming
from portal_plugin.gateways.pieces import STEP
from portal_plugin.models import Attachment, Decision, Submission
from portal_plugin.models.storage import staging_folder
from portal_plugin.services import activity
from tests import factories, samples
from tests.entering import enter
from tests.filling import filled, url_of
from tests.portal import tus

from . import length
from .killing import ended, forked

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.needs_module("gunicorn"),
    length.shortly_on_sqlite,
]
#: Several steps of reading, so that half of it is on the disk.
DATA = samples.pdf(2) + b"%" * (3 * STEP)
HALF = 2 * STEP
#: Seconds that requests under way have left: gunicorn's are 30.
GRACE = 3
#: Seconds that a decision takes here, while the server is told to end.
LONG = 0.5
HOST = "localhost"


@pytest.fixture
def estimate():
    return factories.estimate_factory(items=1)


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "UPLOAD_STAGING_FOLDER": str(tmp_path)}


@contextlib.contextmanager
def serving():
    """The site on gunicorn with one worker, as docs/deploying.md has it; on its way out it ends."""
    connections.close_all()
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    listener.close()
    server = forked(lambda: _serve(port))
    try:
        yield server, port
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(server, signal.SIGTERM)
        ended(server)


def _serve(port):
    from gunicorn.app.base import BaseApplication

    class Server(BaseApplication):
        def load_config(self):
            told = {"bind": f"127.0.0.1:{port}", "worker_class": "gthread", "threads": 2}
            for name, value in {**told, "graceful_timeout": GRACE, "loglevel": "critical"}.items():
                self.cfg.set(name, value)

        def load(self):
            return WSGIHandler()

    with contextlib.suppress(SystemExit):
        Server().run()


def ask(port, client, method, url, body=b"", size=None, **headers):
    """Sends what there is of ``body`` and leaves the line open."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for _time in range(200):
        with contextlib.suppress(ConnectionRefusedError):
            line.connect()
            break
        time.sleep(0.05)
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    line.putrequest(method, url, skip_host=True)
    always = {"Host": HOST, "Origin": f"http://{HOST}", "Cookie": cookies}
    always["X-CSRFToken"] = client.cookies["csrftoken"].value
    told = always | headers | {"Content-Length": str(size or len(body))}
    for name, value in told.items():
        line.putheader(name.replace("_", "-"), value)
    line.endheaders(body)
    return line


def until(holds):
    for _time in range(200):
        if holds():
            return
        time.sleep(0.05)
    raise AssertionError("It has not come to that")


def test_what_arrived_of_a_piece_is_kept_and_the_upload_goes_on(client, estimate):
    """The line hangs, so that no grace is enough."""
    enter(client, estimate)
    filled(client, url_of(estimate, "upload"))
    url = tus.begin(client, estimate, "banner.pdf", len(DATA))["Location"]
    staged = staging_folder() / tus.upload_of(url).public_id.hex
    headers = {"Tus_Resumable": "1.0.0", "Upload_Offset": "0", "Content_Type": tus.PIECE}
    with serving() as (server, port):
        line = ask(port, client, "PATCH", url, DATA[:HALF], len(DATA), **headers)
        until(lambda: staged.exists() and staged.stat().st_size == HALF)
        os.kill(server, signal.SIGTERM)
        with contextlib.suppress(OSError, http.client.HTTPException):
            assert line.getresponse().status != 204
        line.close()
    assert not Attachment.objects.exists()
    at = int(tus.how_far(client, url)["Upload-Offset"])
    assert at == HALF
    assert tus.piece(client, url, DATA[at:], at).status_code == 204
    resuming.drain()
    assert Attachment.objects.get().digest == hashlib.sha256(DATA).hexdigest()


@pytest.mark.parametrize("is_in_time", [True, False])
def test_a_decision_is_made_and_answered_or_not_made_at_all(
    client, estimate, tmp_path, monkeypatch, is_in_time
):
    enter(client, estimate)
    url = url_of(estimate, "approve", estimate.lines[0].key)
    data = filled(client, url, accept_terms="on", client_key=str(uuid4()))
    form = urllib.parse.urlencode(data).encode()
    kind = "application/x-www-form-urlencoded"
    reached = tmp_path / "reached"

    def take_long(name):
        if name == "act.before_commit":
            reached.touch()
            time.sleep(LONG if is_in_time else 10 * GRACE)

    with monkeypatch.context() as patched:
        patched.setattr(faults, "on_reach", take_long)
        with serving() as (server, port):
            line = ask(port, client, "POST", url, form, Content_Type=kind)
            until(reached.exists)
            os.kill(server, signal.SIGTERM)
            status = 0
            with contextlib.suppress(OSError, http.client.HTTPException):
                status = line.getresponse().status
            line.close()
    assert status == (303 if is_in_time else 0)
    assert Decision.objects.count() == Submission.objects.count() == is_in_time
    assert client.post(url, data).status_code == 303
    assert Decision.objects.count() == Submission.objects.count() == 1
    assert activity.first_broken(estimate) is None

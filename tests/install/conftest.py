"""One site by the README for all workers of a run; a copy and a server of its own for each."""

import contextlib
import fcntl
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass

import pytest

from tests.browser.conftest import site_server, visit  # noqa: F401

from . import agency


@pytest.fixture(scope="session")
def by_the_readme(tmp_path_factory, worker_id):
    """Made by whichever worker comes first; the others wait, and use it as it is. Beside it lies
    ``doctor.txt``: what ``portal_doctor`` said before the shop was furnished."""
    shared = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        shared = shared.parent
    folder = shared / "agency"
    with one_at_a_time(shared / "agency.lock"):
        made = folder / "doctor.txt"
        if not made.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            site = agency.start(folder / "site", agency.build(folder))
            doctor = agency.install(site)
            agency.add_action(site)
            made.write_text(doctor)
    return agency.AgencySite(folder / "site", folder / "packages")


@contextlib.contextmanager
def one_at_a_time(path):
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@dataclass(frozen=True)
class Running:
    site: agency.AgencySite
    estimate: str
    order: str


@pytest.fixture(scope="session")
def running(by_the_readme, tmp_path_factory):
    """The site, served, with a published estimate and order, whose direct links it names."""
    site = by_the_readme.copy_to(tmp_path_factory.mktemp("running") / "site")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    script = (agency.OWN / "first_documents.py").read_text()
    printed = site.manage(
        "shell", "--no-imports", "-c", f"import sys; sys.argv.append('{port}')\n{script}"
    )
    estimate, order = printed.split()[-2:]
    command = [sys.executable, "manage.py", "runserver", "--noreload", f"localhost:{port}"]
    with open(site.folder / "server.log", "w") as log:
        server = subprocess.Popen(
            command, cwd=site.folder, env=site.environment(), stdout=log, stderr=log
        )
        try:
            wait_for(f"http://localhost:{port}/portal/l/", server)
            yield Running(site, estimate, order)
        finally:
            server.terminate()
            server.wait()


def wait_for(url, server, seconds=120):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert server.poll() is None, "the server ended"
        try:
            urllib.request.urlopen(url, timeout=10)
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"{url} does not answer")

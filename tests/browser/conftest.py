"""Chromium against a running server: over http and https, phone and desktop, with scripts and
without. CSRF is real, cookies are real, nothing is mocked."""

import subprocess
import warnings
from pathlib import Path

import pytest
from _pytest.runner import runtestprotocol
from django.test.testcases import LiveServerThread, QuietWSGIRequestHandler, ThreadedWSGIServer

from portal_plugin.services import links
from sandbox_site.website.models import Brand
from tests import factories

SIZES = {"phone": {"width": 360, "height": 740}, "desktop": {"width": 1280, "height": 900}}


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """A key and a certificate for localhost, made for this run."""
    folder = tmp_path_factory.mktemp("certificate")
    key, chain = folder / "key.pem", folder / "chain.pem"
    subprocess.run(
        f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost "
        f"-keyout {key} -out {chain}".split(),
        check=True,
        capture_output=True,
    )
    return key, chain


def pytest_runtest_protocol(item, nextitem):
    """A browser test that failed is tried once more, and says so.

    Where the database is in memory, Django's live server shares this thread's connection, and now
    and then a request of the page and a query of the test meet in one transaction.
    """
    if Path(__file__).parent not in item.path.parents:
        return None
    place = {"nodeid": item.nodeid, "location": item.location}
    item.ihook.pytest_runtest_logstart(**place)
    reports = runtestprotocol(item, nextitem=nextitem, log=False)
    if any(report.failed for report in reports):
        warnings.warn(f"{item.nodeid} was tried twice", stacklevel=1)
        item._initrequest()
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(**place)
    return True


class Server(LiveServerThread):
    """Django's own live server, with TLS where it is given a certificate."""

    def __init__(self, certificate=None):
        from django.contrib.staticfiles.handlers import StaticFilesHandler
        from django.db import connections

        self.certificate = certificate
        shared = {
            alias: connections[alias]
            for alias in connections
            if connections[alias].vendor == "sqlite" and connections[alias].is_in_memory_db()
        }
        for connection in shared.values():
            connection.inc_thread_sharing()
        super().__init__("localhost", StaticFilesHandler, connections_override=shared)

    def _create_server(self, connections_override=None):
        server = ThreadedWSGIServer(
            (self.host, self.port),
            QuietWSGIRequestHandler,
            allow_reuse_address=False,
            connections_override=connections_override,
        )
        if self.certificate:
            import ssl

            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            key, chain = self.certificate
            context.load_cert_chain(chain, key)
            server.socket = context.wrap_socket(server.socket, server_side=True)
            server.base_environ["HTTPS"] = "on"
        return server

    @property
    def url(self):
        scheme = "https" if self.certificate else "http"
        return f"{scheme}://localhost:{self.port}"


@pytest.fixture(params=["http"])
def site_server(request, transactional_db, settings):
    """A running site. Parametrize indirectly with ``https`` for TLS."""
    settings.ALLOWED_HOSTS = ["localhost", "shop-b.localhost"]
    Brand.objects.update_or_create(site=factories.site_factory(), defaults={"name": "Northline"})
    is_safe = request.param == "https"
    server = Server(request.getfixturevalue("certificate") if is_safe else None)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    if server.error:
        raise server.error
    yield server
    server.terminate()


@pytest.fixture
def visit(chromium, site_server):
    """Open a document's direct link as its customer: ``visit(document, size=…, scripts=…)``."""
    contexts = []

    def visit(document, size="desktop", scripts=True, link=None, **options):
        context = chromium.new_context(
            viewport=SIZES[size], java_script_enabled=scripts, ignore_https_errors=True, **options
        )
        contexts.append(context)
        context.route("**/favicon.ico", lambda route: route.fulfill(status=204))
        page = context.new_page()
        page.trouble = []
        page.on("pageerror", lambda error: page.trouble.append(str(error)))
        page.on(
            "console",
            lambda message: page.trouble.append(message.text) if message.type == "error" else None,
        )
        link = link or factories.link_factory(document)
        path = links.link_url(link, links.make_token(link)).removeprefix(document.site.root_url)
        page.goto(site_server.url + path)
        return page

    yield visit
    for context in contexts:
        context.unroute_all(behavior="ignoreErrors")
        context.close()

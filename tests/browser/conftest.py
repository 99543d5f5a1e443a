"""Chromium against a running server: over http and https, phone and desktop, with scripts and
without. CSRF is real, cookies are real, nothing is mocked."""

import subprocess
import threading

import pytest
from django.conf import settings as django_settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.test.testcases import LiveServerThread, QuietWSGIRequestHandler, ThreadedWSGIServer

from portal_plugin import registry, tasks
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


class Counting:
    """A WSGI application that knows how many of its requests are not over. The work after the
    answer is done when the response is closed, and belongs to them."""

    def __init__(self, application):
        self.application = application
        self.open = 0
        self.changed = threading.Condition()

    def __call__(self, environ, start_response):
        self._count(1)
        try:
            response = self.application(environ, start_response)
        except BaseException:
            self._count(-1)
            raise
        return ClosingIterator(response, self._count)

    def _count(self, step=-1):
        with self.changed:
            self.open += step
            self.changed.notify_all()

    def wait(self, seconds):
        """Raises ``TimeoutError``."""
        with self.changed:
            if not self.changed.wait_for(lambda: not self.open, seconds):
                raise TimeoutError(f"{self.open} requests are still being answered.")


class ClosingIterator:
    def __init__(self, response, closed):
        self.response, self.closed = response, closed

    def __iter__(self):
        return iter(self.response)

    def close(self):
        try:
            self.response.close()
        finally:
            self.closed()


class CountingServer(ThreadedWSGIServer):
    def set_app(self, application):
        self.requests = Counting(application)
        super().set_app(self.requests)

    def serve_forever(self, poll_interval=0.5):
        """It is ended once for each test, and an end waits until the server looks up."""
        super().serve_forever(0.02)


class Server(LiveServerThread):
    """Django's own live server, with TLS where it is given a certificate."""

    def __init__(self, certificate=None):
        from django.contrib.staticfiles.handlers import StaticFilesHandler

        self.certificate = certificate
        super().__init__("localhost", StaticFilesHandler)

    def _create_server(self, connections_override=None):
        server = CountingServer(
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

    def terminate(self):
        """Nothing of this test may still write when the database is emptied for the next one."""
        self.httpd.shutdown()
        self.httpd.requests.wait(30)
        super().terminate()

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


@pytest.fixture(autouse=True)
def papers_wait():
    """As on a site whose tasks are done elsewhere: each action changes the PDF, and drawing it once
    more is most of what the server does. Who looks at one draws it; a whole day draws them all."""
    registry.set_enqueuer(lambda kind: kind == "pdf")
    yield
    registry.set_enqueuer(tasks.enqueue)


@pytest.fixture
def signed_in(chromium, site_server):
    """A browser page of somebody who is signed in to the admin: ``signed_in(user)``. What breaks in
    its scripts is in ``page.trouble``."""
    contexts = []

    def signed_in(user):
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = django_settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        context = chromium.new_context(viewport=SIZES["desktop"], color_scheme="light")
        contexts.append(context)
        name = django_settings.SESSION_COOKIE_NAME
        context.add_cookies([{"name": name, "value": session.session_key, "url": site_server.url}])
        page = context.new_page()
        page.trouble = []
        page.on("pageerror", lambda error: page.trouble.append(str(error)))
        return page

    yield signed_in
    for context in contexts:
        context.unroute_all(behavior="ignoreErrors")
        context.close()


@pytest.fixture
def visit(chromium, site_server):
    """Open a document's direct link as its customer: ``visit(document, size=…, scripts=…)``."""
    contexts = []

    def visit(document, size="desktop", scripts=True, link=None, **options):
        context = chromium.new_context(
            viewport=SIZES[size], java_script_enabled=scripts, ignore_https_errors=True, **options
        )
        contexts.append(context)
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

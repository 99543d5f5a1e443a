"""Private files in a bucket: moto's server speaks S3 on this machine, and others speak worse."""

import socket
import threading
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import uuid4

import boto3
from botocore.config import Config
from django.apps import apps
from django.db.models import FileField
from moto.server import ThreadedMotoServer
from storages.backends.s3 import S3Storage

from portal_plugin.models.storage import private_name

KEYS = {"access_key": "here", "secret_key": "nowhere"}
PAGE = b"<!doctype html><h1>It works!</h1>"
#: Seconds to wait for an answer, and for one that never comes.
PATIENCE, IMPATIENCE = 20, 0.3


@contextmanager
def s3():
    """The address of a server with no bucket."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        _host, port = server.get_host_and_port()
        yield f"http://127.0.0.1:{port}"
    finally:
        server.stop()


def bucket(address):
    """A new bucket, as boto3 has it."""
    resource = boto3.resource(
        "s3",
        endpoint_url=address,
        region_name="us-east-1",
        aws_access_key_id=KEYS["access_key"],
        aws_secret_access_key=KEYS["secret_key"],
    )
    return resource.create_bucket(Bucket=f"portal-{uuid4()}")


def options(address, name, patience):
    return {
        **KEYS,
        "endpoint_url": address,
        "bucket_name": name,
        "region_name": "us-east-1",
        "client_config": Config(
            connect_timeout=patience,
            read_timeout=patience,
            retries={"total_max_attempts": 1},
            signature_version="s3v4",
        ),
    }


def use(address, name, settings, monkeypatch, patience=PATIENCE):
    """The private storage is that bucket, for the settings and for the models, which hold it since
    they were loaded."""
    told = options(address, name, patience)
    backend = "storages.backends.s3.S3Storage"
    settings.STORAGES = {**settings.STORAGES, "portal": {"BACKEND": backend, "OPTIONS": told}}
    storage = S3Storage(**told)
    for model in apps.get_app_config("portal_plugin").get_models():
        for field in model._meta.get_fields():
            if isinstance(field, FileField) and field.upload_to is private_name:
                monkeypatch.setattr(field, "storage", storage)
    return storage


@contextmanager
def silent():
    """The address of a server that takes every connection and never says a word."""
    taken = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def take():
            with suppress(OSError):
                while True:
                    taken.append(server.accept()[0])

        threading.Thread(target=take, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}"
        finally:
            for connection in taken:
                connection.close()


class _Other(BaseHTTPRequestHandler):
    """Whoever else sits at the address, such as a proxy: the same page for everything."""

    def do_GET(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(self.server.status)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(PAGE)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(PAGE)

    do_HEAD = do_PUT = do_DELETE = do_POST = do_GET  # noqa: N815

    def log_message(self, *args):
        return None


@contextmanager
def other(status):
    """The address of a server that is no storage, and says so with that status."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Other) as server:
        server.status = status
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def away():
    """The address of nobody."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    return f"http://127.0.0.1:{port}"

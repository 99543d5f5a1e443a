"""`./run demo`: the sandbox site with sample documents, and the Stripe stand-in beside it."""

import argparse
import contextlib
import errno
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from environment import DEMO_EXTRAS, set_up
from system import PANGO, PYTHON, ROOT, Failed, run, step

TEST_CARDS = (
    ("4242 4242 4242 4242", "succeeds"),
    ("4000 0000 0000 0002", "is declined"),
    ("4000 0000 0000 9995", "has insufficient funds"),
    ("4000 0025 0000 3155", "asks for authentication"),
)


def is_free(port: int) -> bool:
    """On both loopbacks: a browser tries ::1 first, and would find whoever listens there."""
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((host, port))
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EADDRINUSE):
                return False
    return True


def free_port(wanted: int) -> int:
    for port in range(wanted, 65536):
        if is_free(port):
            return port
    raise Failed(f"No port from {wanted} up is free.")


def data_folder(path: Path, reset: bool) -> Path:
    """Made by us and marked as ours: nothing else is ever written to or deleted."""
    mark = path / ".portal-demo"
    if path.exists() and any(path.iterdir()) and not mark.exists():
        raise Failed(f"{path} holds something else than demo data; it is left as it is.")
    if reset and path.exists():
        shutil.rmtree(path)
    path.mkdir(parents=True, exist_ok=True)
    mark.write_text("Made by ./run demo, and deleted by ./run demo --reset.\n")
    return path


class Servers:
    """Child processes that end with us; what they print goes to log files in `folder`."""

    def __init__(self, folder: Path, env: dict[str, str]) -> None:
        self.folder, self.env = folder, {**os.environ, **env}
        self.running: dict[str, subprocess.Popen] = {}

    def start(self, name: str, *command: object) -> None:
        with self.log(name).open("w") as log:
            self.running[name] = subprocess.Popen(
                [str(part) for part in command],
                cwd=ROOT,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches us alone, and we end them in order
            )

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def watch(self) -> None:
        for name, process in self.running.items():
            if process.poll() is not None:
                tail = "\n".join(self.log(name).read_text(errors="replace").splitlines()[-25:])
                raise Failed(f"The {name} server ended by itself.\n{tail}")

    def wait_for(self, url: str, seconds: int = 60) -> None:
        last = None
        for _ in range(seconds * 10):
            self.watch()
            try:
                urllib.request.urlopen(url, timeout=30).close()
                return
            except urllib.error.HTTPError as error:
                if error.code < 500:
                    return
                last = error
            except OSError as error:
                last = error
            time.sleep(0.1)
        raise Failed(f"{url} does not answer: {last}. See {self.folder}/*.log")

    def stop(self) -> None:
        for process in self.running.values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        for process in self.running.values():
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


def demo(options: argparse.Namespace, rest: list[str]) -> int:
    data = data_folder(options.data.expanduser().resolve(), options.reset)
    set_up(DEMO_EXTRAS, PANGO)
    port = free_port(options.port)
    stripe_port = free_port(port + 1)
    password = secrets.token_urlsafe(9)
    env = {
        "SANDBOX_DATA": str(data),
        "SANDBOX_PORT": str(port),
        "STRIPE_STANDIN_PORT": str(stripe_port),
        "SANDBOX_ADMIN_PASSWORD": password,
    }
    servers = Servers(data, env)
    try:
        links = start_demo(servers, port, stripe_port, data)
        print(demo_block(links, port, password, data), flush=True)
        while True:
            servers.watch()
            time.sleep(0.5)
    finally:
        servers.stop()


def start_demo(servers: Servers, port: int, stripe_port: int, data: Path) -> str:
    """What `portal_demo --links` printed. A site that has its tables already starts beside the
    preparations; it is asked for nothing before they are done."""
    webhook = f"http://127.0.0.1:{port}/portal/webhooks/stripe/"
    options = ("--port", stripe_port, "--data", data, "--webhook", webhook)
    site = (PYTHON, "sandbox_site/manage.py", "runserver", "--noreload", "--skip-checks", port)
    has_tables = (data / "db.sqlite3").exists()
    with step("Preparing the sandbox site"):
        servers.start("stripe", PYTHON, "-m", "sandbox_site.stripe_standin", *options)
        if has_tables:
            servers.start("site", *site)
        links = run(PYTHON, ".ci/prepare.py", env={**servers.env, "PYTHONPATH": str(ROOT)})
    with step("Starting the site"):
        if not has_tables:
            servers.start("site", *site)
        servers.wait_for(f"http://127.0.0.1:{port}/")
    return links


def demo_block(links: str, port: int, password: str, data: Path) -> str:
    """`links` holds lines of state, number, title and address, parted by tabs."""
    rows = [line.split("\t") for line in links.splitlines() if line.count("\t") == 3]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    lines = ["", "Sample documents, as their customers see them:", ""]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=False))
        lines.append(f"  {'  '.join(cells)}  {row[3]}")
    lines += [
        "",
        f"Admin   http://127.0.0.1:{port}/admin/   user: admin   password: {password}",
        "        On another host than the links, because who is signed in to the admin",
        "        cannot act as the customer.",
        f"Mails   http://localhost:{port}/__mail/",
        "Cards   any later date, any CVC:",
        *(f"        {number}  {effect}" for number, effect in TEST_CARDS),
        "",
        f"The data is in {data}. Stop with Ctrl-C.",
    ]
    return "\n".join(lines)

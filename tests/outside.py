"""Other processes on a copy of the test's database: they can be killed, and race each other."""

import os
import subprocess
import sys
from pathlib import Path

from django.db import connection

ROOT = Path(__file__).resolve().parent.parent

#: Runs before each script: Django, and mail by SMTP to the port in the first argument.
PRELUDE = """
import sys
import django
from django.test.utils import override_settings
django.setup()
host, port = "127.0.0.1", int(sys.argv[1])
smtp = "django.core.mail.backends.smtp.EmailBackend"
if django.VERSION >= (6, 1):
    mailers = {"default": {"BACKEND": smtp, "OPTIONS": {"host": host, "port": port}}}
    override_settings(MAILERS=mailers).enable()
else:
    override_settings(EMAIL_BACKEND=smtp, EMAIL_HOST=host, EMAIL_PORT=port).enable()
from portal_plugin.models import OutgoingEmail
from portal_plugin.services import outbox
"""


def share_database(folder) -> dict[str, str]:
    """The environment in which another process sees what the test has committed.

    SQLite's test database lives in this process: the others get a copy of it as a file.
    """
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    environment["SANDBOX_DATA"] = str(folder)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(folder / "db.sqlite3")])
    else:
        environment["PGDATABASE"] = connection.settings_dict["NAME"]
    return environment


def start(script, environment, *arguments) -> subprocess.Popen:
    """``script`` is Python source; it prints what the test wants to know."""
    return subprocess.Popen(
        [sys.executable, "-c", PRELUDE + script, *map(str, arguments)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def result(process, timeout=60) -> str:
    out, errors = process.communicate(timeout=timeout)
    assert process.returncode == 0, errors
    return out.strip()

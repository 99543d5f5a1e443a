"""A migrated SQLite database, kept between runs: 200 migrations take longer than most tests.

It is kept by what it was made from, so that another migration, version or setting makes a new one.
"""

import fcntl
import hashlib
import os
import shutil
import sqlite3
from importlib.metadata import version
from pathlib import Path

from django.db import connection

ROOT = Path(__file__).parent.parent
#: Whose migrations are not ours.
PACKAGES = ("django", "wagtail", "django-taggit", "django-tasks-db")


def template(folder):
    """Where the database of this state of the project is kept, in ``folder``."""
    digest = hashlib.sha256(" ".join(map(version, PACKAGES)).encode())
    sources = [ROOT / "tests/settings.py", ROOT / "sandbox_site/settings.py"]
    sources += sorted(ROOT.glob("*/migrations/*.py")) + sorted(ROOT.glob("*/*/migrations/*.py"))
    for source in sources:
        digest.update(f"{source.relative_to(ROOT)}\0".encode() + source.read_bytes())
    return folder / f"{digest.hexdigest()[:20]}.sqlite3"


def wait_for_turn(folder):
    """Until no other worker makes one; the file that is returned keeps the others waiting until it
    is closed. On a server each makes its own at once."""
    turn = (folder / "turn").open("w")
    if connection.vendor == "sqlite":
        fcntl.flock(turn, fcntl.LOCK_EX)
    return turn


def restore(folder):
    """Puts the kept database where this run expects its own; false where there is none."""
    kept = template(folder)
    if connection.vendor != "sqlite" or not kept.exists():
        return False
    shutil.copyfile(kept, connection.settings_dict["TEST"]["NAME"])
    return True


def keep(folder):
    """Keeps the database as it is now, before the first test, and drops older ones."""
    kept = template(folder)
    if connection.vendor != "sqlite" or kept.exists():
        return
    for old in folder.glob("*.sqlite3"):
        old.unlink(missing_ok=True)
    connection.ensure_connection()
    unfinished = folder / f"{os.getpid()}.unfinished"
    copy = sqlite3.connect(unfinished)
    connection.connection.backup(copy)
    copy.close()
    unfinished.replace(kept)

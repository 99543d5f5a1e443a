"""The sandbox site, in a folder of its own, on SQLite or on PostgreSQL (``PORTAL_TEST_DB``)."""

import atexit
import os
import shutil
import tempfile

if "SANDBOX_DATA" not in os.environ:
    # In the machine's memory where there is enough of it: every stored file is forced to the disk,
    # and tests would wait for that.
    memory = "/dev/shm"
    is_roomy = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2 * 1024**3
    # Workers and child processes inherit the variable; only who made the folder removes it.
    os.environ["SANDBOX_DATA"] = tempfile.mkdtemp(
        prefix="portal-tests-", dir=memory if is_roomy else None
    )
    atexit.register(shutil.rmtree, os.environ["SANDBOX_DATA"], ignore_errors=True)
if "PYTEST_XDIST_WORKER" in os.environ and (
    os.path.basename(os.environ["SANDBOX_DATA"]).startswith("portal-tests-")
):
    # A test that counts stored files must not count those of the worker beside it; a process that
    # a test started keeps the folder that it was given.
    os.environ["SANDBOX_DATA"] += "/" + os.environ["PYTEST_XDIST_WORKER"]
    os.makedirs(os.environ["SANDBOX_DATA"], exist_ok=True)

from sandbox_site import settings as sandbox
from sandbox_site.settings import *  # noqa: F403
from sandbox_site.settings import DATA_DIR, PORTAL_PLUGIN

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
if hasattr(sandbox, "MAILERS"):
    MAILERS = {"default": {"BACKEND": "anymail.backends.test.EmailBackend"}}
else:
    EMAIL_BACKEND = "anymail.backends.test.EmailBackend"
MEDIA_ROOT = DATA_DIR / "media"
PORTAL_PLUGIN = {**PORTAL_PLUGIN, "BUNDLE_SECONDS": 0}

if os.environ.get("PORTAL_TEST_DB") == "postgres":
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": os.environ.get("PGDATABASE", "postgres"),
            "HOST": os.environ["PGHOST"],
            "PORT": os.environ.get("PGPORT", "5432"),
            "USER": os.environ.get("PGUSER", "postgres"),
        }
    }
else:
    # A file, as in a real site: threads then meet as they do there. No power cut is to be survived.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"] |= {
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
    }

# The browser tests let the ORM be used between Playwright's calls.
SILENCED_SYSTEM_CHECKS = ["async.E001"]

"""The sandbox site, in a folder of its own, on SQLite or on PostgreSQL (``PORTAL_TEST_DB``)."""

import os
import tempfile

os.environ.setdefault("SANDBOX_DATA", tempfile.mkdtemp(prefix="portal-tests-"))

from sandbox_site.settings import *  # noqa: F403
from sandbox_site.settings import DATA_DIR, PORTAL_PLUGIN

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
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
elif os.environ.get("PORTAL_TEST_FILE"):
    # A database that outlives the run, for `pytest --reuse-db`; one file for each worker.
    DATABASES["default"]["TEST"] = {"NAME": os.environ["PORTAL_TEST_FILE"]}  # noqa: F405

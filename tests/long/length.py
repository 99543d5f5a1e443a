"""How much of everything: a short form each time, all of it with `./run test --long`."""

import os

import pytest

IS_LONG = bool(os.environ.get("PORTAL_LONG"))


def of(short, long):
    return long if IS_LONG else short


#: For a test whose short form shows on one database what it would on the other.
shortly_on_sqlite = of(pytest.mark.only_on("sqlite"), lambda test: test)

"""How much of everything: a short form each time, all of it with `./run test --long`."""

import os

import pytest

IS_LONG = bool(os.environ.get("PORTAL_LONG"))


def of(short, long):
    return long if IS_LONG else short


#: For what shows in its short form on one database what it would on the other.
shortly_on_sqlite = pytest.mark.only_on(of("sqlite", "both"))
shortly_on_postgres = pytest.mark.only_on(of("postgres", "both"))

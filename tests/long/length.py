"""How much of everything: a short form each time, all of it with `./run test --long`."""

import os

IS_LONG = bool(os.environ.get("PORTAL_LONG"))


def of(short, long):
    return long if IS_LONG else short

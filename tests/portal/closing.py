"""Closing an answer as a server does when all of it is sent."""

from django.core.signals import request_finished
from django.db import close_old_connections


def close(answer):
    """The database stays open, as Django's client has it: the test's own transaction is in it."""
    request_finished.disconnect(close_old_connections)
    answer.close()
    request_finished.connect(close_old_connections)

"""A server whose clock is wrong, beside a database whose clock is right."""

from contextlib import contextmanager
from datetime import timedelta

from django.utils import timezone


@contextmanager
def wrong_by(minutes):
    right = timezone.now
    timezone.now = lambda: right() + timedelta(minutes=minutes)
    try:
        yield
    finally:
        timezone.now = right

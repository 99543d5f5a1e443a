"""Asking Stripe about one row after the other, as far as there is time."""

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db.models import Model

from ...exceptions import Misconfigured
from ...gateways import stripe as gateway
from .. import work

logger = logging.getLogger(__name__)

Row = TypeVar("Row", bound=Model)


def walk(
    rows: Iterable[Row], ask: Callable[[Row], object], pass_by: Callable[[Row], object]
) -> int:
    """Returns how many were asked about. Ends early where Stripe does not answer: the rest is as it
    was. One that Stripe refuses, or cannot be asked about, must not stop the others: it is logged,
    and ``pass_by`` sees to it that it is not the first one again.
    """
    done = 0
    for row in rows:
        if not work.time_left():
            break
        try:
            ask(row)
        except gateway.NoAnswer:
            break
        except Misconfigured:  # a shop that has taken its keys away; others have theirs
            logger.warning("There are no keys of Stripe for %s %s.", type(row).__name__, row.pk)
            pass_by(row)
        except gateway.Refused as refusal:
            logger.warning("Stripe refuses %s %s: %s", type(row).__name__, row.pk, refusal.code)
            pass_by(row)
        except Exception:
            # A worker's outermost loop: left the first of its kind, it would keep all others back.
            logger.exception("%s %s broke down", type(row).__name__, row.pk)
            work.one_broke_down()
            pass_by(row)
        done += 1
    return done

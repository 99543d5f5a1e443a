"""The round of examinations. One that breaks down is a finding of its own, and the next goes on."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from django.conf import settings
from django.core import checks

from . import machines, pages, papers, queues, shops
from .findings import Finding, Level, error, first_line, of_check

#: What the doctor sees for itself, and what Django says as well as our checks.
TOLD_ANYWAY = {"portal_plugin.W028", "security.W008", "security.W012", "security.W016"}


def examine(mail_to: str = "") -> Iterator[Finding]:
    """Each in turn, in the order in which a customer would meet the trouble. ``mail_to``: an
    address for a test mail."""
    database = list(_guarded("The database", machines.database))
    yield from database
    if any(finding.level == Level.ERROR for finding in database):
        return
    for what, look in (
        ("The system checks", system_checks),
        ("The customer's page", pages.examine),
        ("The shops' settings", shops.examine),
        ("The PDF", papers.examine),
        ("The private storage", machines.storage),
        ("The virus check", machines.virus_check),
        ("The cache", machines.cache_round_trip),
        ("Stripe", machines.stripe),
        ("The test mail", partial(machines.mail, mail_to)),
        ("Waiting work", queues.examine),
    ):
        yield from _guarded(what, look)


def _guarded(what: str, look: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    try:
        yield from look()
    except Exception as trouble:
        # The outermost loop: a storage, a cache or a check of another app may raise anything.
        yield error(
            f"{what}: this broke down with {first_line(trouble)}",
            "Correct the settings of what the message names, and run portal_doctor again.",
        )


def system_checks() -> Iterator[Finding]:
    """Ours, Django's on security, and every app's errors; as in production where DEBUG is off."""
    messages = checks.run_checks(
        include_deployment_checks=not settings.DEBUG, databases=["default"]
    )
    for message in messages:
        if message.is_silenced() or message.id in TOLD_ANYWAY:
            continue
        is_ours = (message.id or "").startswith(("portal_plugin.", "security."))
        if is_ours or message.level >= checks.ERROR:
            yield of_check(message)

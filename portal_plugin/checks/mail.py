"""Whether emails leave the house, and from whom."""

import warnings
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from wagtail.admin.utils import get_admin_base_url

from ..gateways.mailer import SMTP, address_of, backend_name
from .registering import portal_check

#: Backends of Django's that keep a letter to themselves.
NOWHERE = {
    f"django.core.mail.backends.{name}.EmailBackend"
    for name in ("console", "locmem", "dummy", "filebased")
}


@portal_check()
def a_mailer_is_there() -> Iterator[CheckMessage]:
    if not backend_name():
        yield Error(
            "MAILERS has no mailer named 'default': no email leaves.",
            hint="Add a 'default' entry to MAILERS; the portal sends with it.",
            id="portal_plugin.E021",
        )


@portal_check()
def mail_leaves_the_house() -> Iterator[CheckMessage]:
    if not settings.DEBUG and backend_name() in NOWHERE:
        yield Warning(
            f"Emails go nowhere: the mail backend is {backend_name()} and DEBUG is off.",
            hint="Configure your mail server, or a provider through django-anymail.",
            id="portal_plugin.W005",
        )


@portal_check(deploy=True)
def mail_servers_are_not_waited_for_for_ever() -> Iterator[CheckMessage]:
    """As Django does by itself: a server that takes the connection and says nothing holds up the
    worker, and with it all other work of ``portal_sweep --loop``."""
    if backend_name() == SMTP and _timeout() is None:
        yield Warning(
            "No timeout is set for the mail server: where it falls silent, the process that sends"
            " emails waits for it for ever, and does nothing else.",
            hint="Set EMAIL_TIMEOUT = 30; in MAILERS, the option 'timeout' of 'default'.",
            id="portal_plugin.W042",
        )


def _timeout() -> Any:
    """Seconds, or ``None``."""
    if hasattr(settings, "MAILERS"):
        return (settings.MAILERS["default"].get("OPTIONS") or {}).get("timeout")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return settings.EMAIL_TIMEOUT


@portal_check()
def sender_is_set() -> Iterator[CheckMessage]:
    """The default's domain exists on no server, so that the letter is refused or lost."""
    if address_of(settings.DEFAULT_FROM_EMAIL) == "webmaster@localhost":
        yield Warning(
            "DEFAULT_FROM_EMAIL is Django's webmaster@localhost: mail servers refuse it.",
            hint="Set DEFAULT_FROM_EMAIL to an address of your domain; a shop may choose its own"
            " sender in the portal's settings.",
            id="portal_plugin.W004",
        )


@portal_check()
def staff_can_follow_their_emails() -> Iterator[CheckMessage]:
    """A new site names an address that is nobody's; Wagtail tells only of one that is missing."""
    base = get_admin_base_url() or ""
    if f".{urlsplit(base).hostname}".endswith(".example.com"):
        yield Warning(
            f"WAGTAILADMIN_BASE_URL is still {base}: the buttons in emails to staff lead there.",
            hint="Set it to where your admin is, without /admin, such as https://www.yourshop.com.",
            id="portal_plugin.W043",
        )

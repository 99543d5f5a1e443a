"""A code by email before a decision or a payment: above an amount, or from a new browser.

Off unless the shop switches it on. The code is made while its email is written, so that no row and
no log has it; it is bound to the person, the action, the browser, and what was to be done with it.
Whoever approves item by item types one for all of them: each is about the whole document's amount,
and what is approved is told by the form and held against what was shown, whatever was typed before.
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from unicodedata import decimal

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from ..exceptions import NotAvailable, TooManyRequests, WrongCode
from ..models import DirectLink, EmailCode, PortalSettings, SalesDocument
from ..models.codes import TRIES
from ..models.documents import lock
from . import activity, outbox
from .mail_receivers import address_of

KIND = "code"
DIGITS = 6
#: Emails with a code that one link can ask for in an hour, whatever for and from wherever.
PER_HOUR = 10
#: A second press within this time is taken for the first.
PAUSE = timedelta(seconds=30)


@dataclass(frozen=True)
class Wanted:
    """What a code is for. ``about`` is a digest of what is decided, empty where the action alone
    says it; ``amount`` is what is at stake; ``browser`` is empty for one that never asked."""

    link: DirectLink
    action: str
    browser: str
    amount: Decimal
    about: str = ""
    #: Actions whose code counts for this one, whatever it was about.
    shares: Collection[str] = ()

    @property
    def codes(self) -> Any:
        """Those that were asked for the same, at this amount or a higher one."""
        found = EmailCode.objects.of(self.link, self.action, self.browser, self.about)
        return found.covering(self.amount)

    @property
    def shared(self) -> Any:
        """Those that go on counting: the same person in the same browser, and no higher amount."""
        found = EmailCode.objects.filter(
            link=self.link, action__in=self.shares, browser=self.browser
        )
        return found.covering(self.amount)


def is_asked(document: SalesDocument, link: DirectLink, *, amount: Decimal, browser: str) -> bool:
    """Whether the shop wants one for that amount in that browser."""
    shop = PortalSettings.of(document.site)
    is_above = shop.code_above is not None and amount > shop.code_above
    return is_above or (shop.code_for_new_browsers and not _knows(link, browser))


def is_needed(document: SalesDocument, wanted: Wanted) -> bool:
    """Whether a code has to be typed first, and none was."""
    if not is_asked(document, wanted.link, amount=wanted.amount, browser=wanted.browser):
        return False
    return not (wanted.codes | wanted.shared).confirmed().exists()


def ask(document: SalesDocument, wanted: Wanted) -> None:
    """Order an email with a new code; those before it for the same end. Raises ``NotAvailable``
    where the person has no address, ``TooManyRequests`` after too many."""
    link = wanted.link
    if not address_of(link.recipient):
        raise NotAvailable(_("We have no email address of yours to send a code to. Ask the shop."))
    with transaction.atomic():
        lock(document)
        now = timezone.now()
        if wanted.codes.open().filter(created_at__gt=now - PAUSE).exists():
            return
        hour_ago = now - timedelta(hours=1)
        if EmailCode.objects.filter(link=link, created_at__gt=hour_ago).count() >= PER_HOUR:
            raise TooManyRequests
        code = EmailCode.objects.create(
            link=link,
            action=wanted.action,
            browser=wanted.browser,
            about=wanted.about,
            amount=wanted.amount,
        )
        outbox.queue(
            kind=KIND,
            site=document.site,
            document=document,
            link=link,
            facts={"code": code.pk},
        )


def make(pk: int) -> str:
    """A fresh code for the row, while its email is written. Returned once and stored nowhere."""
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    EmailCode.objects.filter(pk=pk).update(code_hash=_hash(pk, code))
    return code


def confirm(document: SalesDocument, wanted: Wanted, *, typed: str) -> None:
    """Raises ``WrongCode``, with how many tries are left, where it is not the newest one's. The try
    is counted before it is compared, so that no two at once have one for nothing."""
    row = wanted.codes.order_by("pk").last()
    is_open = row is not None and EmailCode.objects.filter(pk=row.pk).open()
    if row is None or not is_open or not is_open.update(tries=F("tries") + 1):
        raise WrongCode(_("This code does not count any more. Have a new one sent."))
    row.refresh_from_db()
    digits = "".join(str(decimal(letter)) for letter in typed if letter.isdecimal())
    if not row.code_hash or not constant_time_compare(row.code_hash, _hash(row.pk, digits)):
        left = TRIES - row.tries
        if left < 1:
            raise WrongCode(_("This code does not count any more. Have a new one sent."))
        raise WrongCode
    with transaction.atomic():
        fresh = lock(document)
        EmailCode.objects.filter(pk=row.pk).update(confirmed_at=timezone.now())
        facts = {"action": wanted.action, "about": row.about, "amount": row.amount}
        activity.record(fresh, "code_confirmed", link=wanted.link, data=facts)


def has_open(wanted: Wanted) -> bool:
    """Whether a code is on its way or waits to be typed."""
    return bool(wanted.codes.open().exists())


def _knows(link: DirectLink, browser: str) -> bool:
    """Whether the same person has typed a code in this browser before."""
    if not browser:
        return False
    mine = EmailCode.objects.filter(link__recipient=link.recipient_id, browser=browser)
    return mine.exclude(confirmed_at=None).exists()


def _hash(pk: int, code: str) -> str:
    return salted_hmac("portal_plugin.code", f"{pk}:{code}", algorithm="sha256").hexdigest()

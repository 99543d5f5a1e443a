"""A code by email before a decision or a payment: above an amount, or from a new browser.

Off unless the shop switches it on. The code is made while its email is written, so that no row and
no log has it; it is bound to the person, the action and the browser.
"""

import secrets
from datetime import timedelta
from decimal import Decimal

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


def is_needed(
    document: SalesDocument, link: DirectLink, *, action: str, amount: Decimal, browser: str
) -> bool:
    """Whether a code has to be typed first. ``amount`` is what is at stake, ``browser`` empty for
    one that never asked for a code."""
    shop = PortalSettings.of(document.site)
    is_above = shop.code_above is not None and amount > shop.code_above
    if not is_above and not (shop.code_for_new_browsers and not _knows(link, browser)):
        return False
    return not EmailCode.objects.of(link, action, browser).confirmed().exists()


def ask(document: SalesDocument, link: DirectLink, *, action: str, browser: str) -> None:
    """Order an email with a new code; the ones before it end. Raises ``NotAvailable`` where the
    person has no address, ``TooManyRequests`` after too many."""
    if not address_of(link.recipient):
        raise NotAvailable(_("We have no email address of yours to send a code to. Ask the shop."))
    with transaction.atomic():
        lock(document)
        now = timezone.now()
        mine = EmailCode.objects.of(link, action, browser).open()
        if mine.filter(created_at__gt=now - PAUSE).exists():
            return
        hour_ago = now - timedelta(hours=1)
        if EmailCode.objects.filter(link=link, created_at__gt=hour_ago).count() >= PER_HOUR:
            raise TooManyRequests
        code = EmailCode.objects.create(link=link, action=action, browser=browser)
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


def confirm(
    document: SalesDocument, link: DirectLink, *, action: str, browser: str, typed: str
) -> None:
    """Raises ``WrongCode``, with how many tries are left, where it is not the newest one's. The try
    is counted before it is compared, so that no two at once have one for nothing."""
    row = EmailCode.objects.of(link, action, browser).order_by("pk").last()
    is_open = row is not None and EmailCode.objects.filter(pk=row.pk).open()
    if row is None or not is_open or not is_open.update(tries=F("tries") + 1):
        raise WrongCode(_("This code does not count any more. Have a new one sent."))
    row.refresh_from_db()
    digits = "".join(letter for letter in typed if letter.isdecimal())
    if not row.code_hash or not constant_time_compare(row.code_hash, _hash(row.pk, digits)):
        left = TRIES - row.tries
        if left < 1:
            raise WrongCode(_("This code does not count any more. Have a new one sent."))
        raise WrongCode
    with transaction.atomic():
        fresh = lock(document)
        EmailCode.objects.filter(pk=row.pk).update(confirmed_at=timezone.now())
        activity.record(fresh, "code_confirmed", link=link, data={"action": action})


def has_open(link: DirectLink, *, action: str, browser: str) -> bool:
    """Whether a code is on its way or waits to be typed."""
    return EmailCode.objects.of(link, action, browser).open().exists()


def _knows(link: DirectLink, browser: str) -> bool:
    """Whether the same person has typed a code in this browser before."""
    if not browser:
        return False
    mine = EmailCode.objects.filter(link__recipient=link.recipient_id, browser=browser)
    return mine.exclude(confirmed_at=None).exists()


def _hash(pk: int, code: str) -> str:
    return salted_hmac("portal_plugin.code", f"{pk}:{code}", algorithm="sha256").hexdigest()

"""One leased email: to whom, in what words, handed over, and what came of it."""

import logging
import re
import traceback
from datetime import timedelta
from enum import Enum
from typing import Any

from django.conf import settings
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import translation
from django.utils.translation import gettext as _

from ..gateways import mailer
from ..models import OutgoingEmail, PortalSettings
from ..statuses import EmailState
from . import (
    codes,
    links,
    mail_attachments,
    mail_bundles,
    mail_jobs,
    mail_outdated,
    mail_receivers,
)
from .mail_rendering import RenderedEmail, is_for_staff, render

logger = logging.getLogger(__name__)

#: Waits between two tries; after the last one the email is parked and staff see why.
PAUSES = [
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(hours=12),
    timedelta(hours=24),
]
MAX_ATTEMPTS = len(PAUSES) + 1
#: An email that cannot even be written will not get better by itself.
MAX_BROKEN = 3
ERROR_LIMIT = 500
#: A link's secret, or a code.
SECRET = re.compile(rf"[\w-]{{{links.TOKEN_LENGTH}}}|\b\d{{{codes.DIGITS}}}\b")


class Outcome(Enum):
    SENT = "sent"
    WITHHELD = "withheld"
    POSTPONED = "postponed"
    FAILED = "failed"
    UNREACHABLE = "unreachable"


def deliver(email: OutgoingEmail) -> Outcome:
    """Send one leased email, or say on its row why not. Raises nothing: one bad email must not hold
    up the next."""
    outcome = _try(email)
    if email.recipient_id is not None:
        _forget_whoever_was_erased(email)
    return outcome


def _try(email: OutgoingEmail) -> Outcome:
    with translation.override(settings.LANGUAGE_CODE):
        if email.attempts > MAX_ATTEMPTS:
            return _park(email, _("Sending broke off several times."))
        try:
            return _deliver(email)
        except mailer.Refused as error:
            return _park(email, str(error))
        except mailer.TryLater as error:
            _pause(email, str(error), MAX_ATTEMPTS)
            return Outcome.UNREACHABLE if error.is_away else Outcome.FAILED
        except Exception as error:
            # A worker's outermost loop.
            said = "".join(traceback.format_exception(error))
            logger.error("Email %s cannot be written\n%s", email.pk, _without_secrets(said))
            return _pause(email, f"{type(error).__name__}: {error}", MAX_BROKEN)


def _deliver(email: OutgoingEmail) -> Outcome:
    reason = mail_receivers.reason_to_withhold(email)
    if reason:
        return _end(email, Outcome.WITHHELD, state=EmailState.WITHHELD, error=reason)
    if mail_attachments.is_pending(email):
        return _postpone(email)
    mail_bundles.absorb(email)
    if mail_outdated.drop(email):
        over = _("What it reminds of is over.")
        return _end(email, Outcome.WITHHELD, state=EmailState.WITHHELD, error=over)
    letter = compose(email)
    provider_id = mailer.send(letter)
    return _sent(email, letter.to, provider_id)


def compose(email: OutgoingEmail) -> mailer.Letter:
    """The letter with a way in of its own. The secret exists in it, and its hash in a table."""
    to = mail_receivers.receiver(email)
    rendered = _with_code(email) if email.kind == codes.KIND else render(email, url=_way_in(email))
    shop = PortalSettings.of(email.site)
    return mailer.Letter(
        to=mailer.mailbox(to.name, to.address),
        sender=mailer.mailbox(shop.name, sender_address(shop)),
        reply_to=shop.email or shop.mailbox,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        message_id=_message_id(email),
        # RFC 3834: what a machine wrote is not answered by machines.
        headers={} if email.written_text else {"Auto-Submitted": "auto-generated"},
        attached=mail_attachments.of(email),
        tag=f"portal-{email.kind}",
        metadata={"portal_email": email.message_id},
    )


def _message_id(email: OutgoingEmail) -> str:
    """The same at every try. But each brings another code, which a mailbox that has the first
    letter would drop."""
    if email.kind == codes.KIND and email.attempts > 1:
        return email.message_id.replace("<", f"<{email.attempts}.", 1)
    return email.message_id


def _with_code(email: OutgoingEmail) -> RenderedEmail:
    """It has a code and no way in. Like a link's secret, the code exists in the letter alone."""
    return render(email, url="", code=codes.make(email.facts["code"]))


def sender_address(shop: PortalSettings) -> str:
    """The shop's own sender, else the address of the site's ``DEFAULT_FROM_EMAIL``."""
    return shop.sender or mailer.address_of(settings.DEFAULT_FROM_EMAIL)


def _way_in(email: OutgoingEmail) -> str:
    if email.link is None or is_for_staff(email.kind):
        return mail_jobs.admin_url(email.document, email.site)
    return links.link_url(email.link, links.make_token(email.link, email=email))


def _forget_whoever_was_erased(email: OutgoingEmail) -> None:
    """While it was on its way: then its row has just been given the address again, or an error that
    quotes it."""
    gone = OutgoingEmail.objects.filter(pk=email.pk, recipient__erased_at__isnull=False)
    gone.exclude(state=EmailState.WITHHELD).update(address="", error="")


# -- what came of it ------------------------------------------------------------------------------


def _sent(email: OutgoingEmail, to: str, provider_id: str) -> Outcome:
    """A webhook may have said "delivered" or "bounced" before this row was written: that stays."""
    rows = OutgoingEmail.objects.filter(pk=email.pk)
    rows.update(
        sent_at=Now(),
        provider_id=provider_id[:255],
        address=mailer.address_of(to),
        lease_until=None,
    )
    unsettled = ~Q(state__in=[EmailState.DELIVERED, EmailState.BOUNCED])
    rows.filter(unsettled).update(state=EmailState.SENT, error="")
    return Outcome.SENT


def _postpone(email: OutgoingEmail) -> Outcome:
    """Its PDF is being made. That was no try."""
    return _end(
        email,
        Outcome.POSTPONED,
        state=EmailState.WAITING,
        attempts=F("attempts") - 1,
        not_before=Now() + mail_attachments.LOOK_AGAIN,
    )


def _pause(email: OutgoingEmail, reason: str, limit: int) -> Outcome:
    if email.attempts >= limit:
        return _park(email, reason)
    return _end(
        email,
        Outcome.FAILED,
        state=EmailState.WAITING,
        error=_without_secrets(reason)[:ERROR_LIMIT],
        not_before=Now() + PAUSES[email.attempts - 1],
    )


def _park(email: OutgoingEmail, reason: str) -> Outcome:
    reason = _without_secrets(reason)
    logger.warning("Email %s is parked: %s", email.pk, reason)
    return _end(email, Outcome.FAILED, state=EmailState.PARKED, error=reason[:ERROR_LIMIT])


def _without_secrets(text: str) -> str:
    """Whoever refuses a letter may quote it, with the way in. No row and no log keeps that."""
    return SECRET.sub("…", text).replace("\x00", "")


def _end(email: OutgoingEmail, outcome: Outcome, **values: Any) -> Outcome:
    """Only while the lease is still ours: a worker that woke up late changes nothing."""
    ours = OutgoingEmail.objects.filter(
        pk=email.pk, state=EmailState.SENDING, attempts=email.attempts
    )
    ours.update(lease_until=None, **values)
    return outcome

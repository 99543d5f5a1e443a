"""Emails on their way out: written with what they tell about, sent after it, each once.

A row is leased by a conditional UPDATE in the database's own time, so that two workers with wrong
clocks still agree. What a dead worker leased is taken over when the lease has run out; the email
then goes out with the same Message-ID, in case the first one had gone out after all.
"""

import random
import secrets
from collections import deque
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from wagtail.models import Site

from ..conf import conf
from ..models import DirectLink, OutgoingEmail, SalesDocument
from ..statuses import EmailState
from . import mail_delivery, mail_receivers, work
from .mail_delivery import Outcome
from .presentation.shop import document_language

#: Longer than any backend takes for one letter; a worker that dies holds an email up this long.
LEASE = timedelta(minutes=10)
#: After so many letters in a row that reached no server, the rest waits for the next round.
GIVE_UP_AFTER = 3
CLAIM_BATCH = 20
STUCK_AFTER = timedelta(hours=1)
#: As many emails of a document as can be about something of the last minutes.
RECENT = 200
LOADED = ("site", "document__site", "link", "recipient__contact", "recipient__customer", "staff")


def queue(
    *,
    kind: str,
    site: Any,
    document: SalesDocument | None = None,
    link: DirectLink | None = None,
    staff: Any = None,
    address: str = "",
    subject: str = "",
    text: str = "",
    facts: dict[str, Any] | None = None,
    attaches_pdf: bool = False,
    delay: bool = False,
    sent_by: Any = None,
) -> OutgoingEmail:
    """Write one email in the caller's transaction; it leaves after the commit, or never.

    To the person of ``link``, to ``staff`` (a user) or to ``address``. ``facts`` are ids and plain
    words as in ``mail_stories``. With ``delay`` it waits for others to the same person about the
    same document, and they become one.
    """
    wait = timedelta(seconds=conf.bundle_seconds if delay else 0)
    email = OutgoingEmail(
        kind=kind,
        site=site,
        document_id=document.pk if document else None,
        link=link,
        recipient=link.recipient if link else None,
        staff=staff,
        address=address,
        language=_language(site, document, link, staff),
        written_subject=subject[:300],
        written_text=text,
        facts=facts or {},
        # A code waits for no other email.
        thread="" if kind == "code" else _thread(document, link, staff, address),
        is_delayed=delay,
        attaches_pdf=attaches_pdf,
        not_before=Now() + wait,
        message_id=make_message_id(site),
        sent_by=sent_by,
    )
    email.save(force_insert=True)
    email.refresh_from_db(fields=["not_before"])
    work.wake("mail")
    return email


def make_message_id(site: Any) -> str:
    """Made once for a row and kept through every try (RFC 5322, section 3.6.4). A host in other
    letters stands in it as mail servers read it, or the header would be no Message-ID."""
    host = site.hostname
    if not host.isascii():
        host = host.encode("idna").decode()
    return f"<portal.{secrets.token_hex(16)}@{host}>"


def _thread(document: Any, link: Any, staff: Any, address: str) -> str:
    """Empty for an email that is about no document: it waits for no other."""
    if document is None:
        return ""
    if link is not None:
        return f"{document.pk} recipient {link.recipient_id}"
    return f"{document.pk} staff {staff.pk}" if staff is not None else f"{document.pk} {address}"


def _language(site: Any, document: Any, link: Any, staff: Any) -> str:
    if staff is not None:
        return mail_receivers.staff_language(staff)
    if link is not None and document is not None:
        return document_language(document.language)
    return mail_receivers.shop_language(site)


def drain() -> int:
    """Send what is due, each site's oldest first, while there is time. Returns how many went out.

    The sites take turns: what one shop sends to thousands holds up no other's receipt.
    """
    sent = unreachable = 0
    turns = deque(_sites())
    while work.time_left() and unreachable < GIVE_UP_AFTER and turns:
        email = claim(site=turns[0])
        if email is None:
            turns.popleft()
            continue
        turns.rotate(-1)
        outcome = mail_delivery.deliver(email)
        sent += outcome is Outcome.SENT
        unreachable = unreachable + 1 if outcome is Outcome.UNREACHABLE else 0
    return sent


def _sites() -> list[int]:
    """In another order each time: where time is short, it is not always the first that has some."""
    sites = list(Site.objects.values_list("pk", flat=True))
    return random.sample(sites, len(sites))


def claim(site: int | None = None) -> OutgoingEmail | None:
    """Lease the oldest email that may go now, of one site (its pk) or of all, or ``None``. No two
    callers get the same one."""
    columns = "pk", "state", "attempts"
    waiting = due().filter(site=site) if site is not None else due()
    while candidates := list(waiting.order_by("pk").values_list(*columns)[:CLAIM_BATCH]):
        for pk, state, attempts in candidates:
            if _lease(pk, state, attempts):
                return OutgoingEmail.objects.select_related(*LOADED).get(pk=pk)
    return None


def due() -> QuerySet[OutgoingEmail]:
    """What is due, or was leased by a worker that did not come back; in order per thread."""
    waits = Q(state=EmailState.WAITING, not_before__lte=Now())
    abandoned = Q(state=EmailState.SENDING, lease_until__lte=Now())
    return OutgoingEmail.objects.filter(waits | abandoned).exclude(_has_earlier())


def stuck_since(rows: Q) -> datetime | None:
    """When the oldest of these emails was due that has not left by now, an hour later: nobody works
    the queue off, or the mail server is away. What is tried again later is not due yet."""
    late = due().filter(rows, not_before__lt=Now() - STUCK_AFTER)
    return late.order_by("not_before").values_list("not_before", flat=True).first()


def _has_earlier() -> Exists:
    """An earlier email of the thread has still to go. One that only waits for others to join it may
    be overtaken: what a customer paid or decided is confirmed at once."""
    is_near = (
        Q(state=EmailState.SENDING)
        | Q(attempts__gt=0)
        | Q(not_before__lte=Now())
        | Q(is_delayed=False)
    )
    earlier = OutgoingEmail.objects.exclude(thread="").annotate(place=F("pk") + 0)
    # A sum, which no index has: SQLite 3.40, Debian 12's, leaves the bound of a search out that is
    # made by an index with ``IN``, once ``ANALYZE`` was run. Each email had itself before it then.
    earlier = earlier.filter(
        is_near,
        thread=OuterRef("thread"),
        place__lt=OuterRef("pk"),
        state__in=[EmailState.WAITING, EmailState.SENDING],
    )
    return Exists(earlier)


def _lease(pk: int, state: str, attempts: int) -> bool:
    """The number of attempts is the lease's own: whoever came in between has raised it."""
    still = OutgoingEmail.objects.filter(pk=pk, state=state, attempts=attempts)
    return bool(
        still.update(
            state=EmailState.SENDING, lease_until=Now() + LEASE, attempts=F("attempts") + 1
        )
    )


def retry(email: OutgoingEmail) -> bool:
    """Staff try again what could not be sent. ``False`` when it is not parked any more."""
    parked = OutgoingEmail.objects.filter(pk=email.pk, state=EmailState.PARKED)
    changed = parked.update(state=EmailState.WAITING, attempts=0, not_before=Now(), error="")
    work.wake("mail")
    return bool(changed)


def withhold(document: SalesDocument, fact: str, value: Any, reason: str) -> bool:
    """Keep back what is to tell customers of one thing, such as the ``comment`` of an id.

    ``False`` where one has gone by now, alone or together with another.
    """
    rows = OutgoingEmail.objects.filter(document=document.pk, thread__contains=" recipient ")
    about = [
        row.pk
        for row in rows.filter(kind__startswith="news_").order_by("-pk")[:RECENT]
        if any(each.get(fact) == value for each in row.facts.get("happenings", []))
    ]
    waiting = rows.filter(pk__in=about, state=EmailState.WAITING, attempts=0)
    waiting.update(state=EmailState.WITHHELD, error=reason)
    kept = rows.filter(pk__in=about, state=EmailState.WITHHELD, error=reason)
    return kept.count() == len(about)

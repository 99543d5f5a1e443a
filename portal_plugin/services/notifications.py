"""Who is told what: the customer what the shop and they did, staff what the customer did."""

from collections.abc import Callable, Iterable
from typing import Any

from ..models import DirectLink, OutgoingEmail, SalesDocument, Submission
from ..statuses import EmailState
from . import links, outbox, telling
from .mail_receivers import address_of, newest_of_each

#: Verbs that nobody is told about: looking at something, or opening the card form.
SILENT = frozenset({"pay", "pdf", "download"})
#: Confirmed at once, never kept for others to join: a decision, or money.
AT_ONCE = frozenset(
    {
        "approve",
        "approve_multiple",
        "decline",
        "decline_all",
        "order_approved",
        "confirm_change",
        "invite",
        "payment",
        "payment_failed",
        "refund",
        "refund_forgiven",
        "refund_owed_again",
        "payment_corrected",
        "cancelled",
        "invoice",
        "credit_note",
    }
)


def customer_acted(
    document: SalesDocument,
    verb: str,
    *,
    link: DirectLink | None,
    submission: Submission | None = None,
    facts: dict[str, Any] | None = None,
) -> list[OutgoingEmail]:
    """A receipt for the customer, and a notice to staff. In the caller's transaction.

    Without a ``link`` staff recorded it for the customer, or Stripe told us: everybody who has a
    way in gets the receipt.
    """
    if verb in SILENT:
        return []
    happening = _happening(facts, submission)
    if link is None and verb != "payment":
        happening["is_recorded"] = True
    receivers = [link] if link is not None else _receivers(document)
    emails = [_to_customer(document, each, "receipt", verb, happening) for each in receivers]
    return [*emails, *_to_staff(document, verb, happening, link)]


def shop_acted(
    document: SalesDocument,
    verb: str,
    *,
    facts: dict[str, Any] | None = None,
    concerns: Callable[[DirectLink], bool] | None = None,
) -> list[OutgoingEmail]:
    """One email for each person who has a way in: ``comment``, ``proof``, ``version``,
    ``change_to_confirm``, ``lower_total``, ``change_answered``, ``stage``, ``cancelled``,
    ``payment``, ``payment_failed``, ``payment_corrected``, ``refund``, ``refund_forgiven``,
    ``refund_owed_again``, ``instalment``, ``invoice`` or ``credit_note``. Only for those whom it
    ``concerns``, where that is asked."""
    happening = _happening(facts, None)
    receivers = [link for link in _receivers(document) if concerns is None or concerns(link)]
    return [_to_customer(document, link, "news", verb, happening) for link in receivers]


def reaches_anybody(document: SalesDocument) -> bool:
    """Whether news would become an email to at least one person."""
    return any(address_of(link.recipient) for link in _receivers(document))


def have_address(emails: Iterable[OutgoingEmail]) -> bool:
    """Whether one of these goes to anybody: the history tells of nothing that nobody was told."""
    return any(address_of(email.recipient) for email in emails if email.recipient)


def take_back(
    document: SalesDocument, verb: str, reason: str, *, to: Iterable[int | None] | None = None
) -> int:
    """News that are none any more: emails of theirs that have not left stay unsent, with the
    reason for staff. ``to``: ids of recipients, else everybody's. Returns how many."""
    waiting = document.emails.filter(
        kind=f"news_{verb}", state=EmailState.WAITING, is_delayed=True, attempts=0
    )
    if to is not None:
        waiting = waiting.filter(recipient__in=to)
    return waiting.update(state=EmailState.WITHHELD, error=reason)


def staff_told(
    document: SalesDocument, verb: str, *, facts: dict[str, Any] | None = None
) -> list[OutgoingEmail]:
    """Staff alone, about what nobody meant to do: money that is too much, or is taken back."""
    return _to_staff(document, verb, _happening(facts, None), None)


def invited(document: SalesDocument, link: DirectLink, *, by: DirectLink) -> OutgoingEmail:
    """The colleague gets the link that ``by`` had made for them."""
    return _to_customer(document, link, "news", "invite", {"by": by.recipient.name})


def _happening(facts: dict[str, Any] | None, submission: Submission | None) -> dict[str, Any]:
    happening = dict(facts or {})
    if submission is not None:
        happening["submission"] = submission.pk
    return happening


def _receivers(document: SalesDocument) -> list[DirectLink]:
    """One usable link per person, their newest: an order has those of its estimate, too."""
    return newest_of_each(links.of_document(document).usable().order_by("pk"))


def _to_customer(
    document: SalesDocument, link: DirectLink, audience: str, verb: str, happening: dict[str, Any]
) -> OutgoingEmail:
    kind = f"{audience}_{verb}"
    return outbox.queue(
        kind=kind,
        site=document.site,
        document=document,
        link=link,
        facts={"happenings": [{"kind": kind, **happening}]},
        delay=verb not in AT_ONCE,
    )


def _to_staff(
    document: SalesDocument, verb: str, happening: dict[str, Any], link: DirectLink | None
) -> list[OutgoingEmail]:
    """Whom ``telling`` names. Never with a way in."""
    by = link.recipient.name if link is not None else ""
    kind = f"staff_{verb}"
    return [
        outbox.queue(
            kind=kind,
            site=document.site,
            document=document,
            staff=told.staff,
            address=told.address,
            facts={"happenings": [{"kind": kind, "by": by, **happening}]},
            delay=True,
        )
        for told in telling.told_at_once(document)
    ]

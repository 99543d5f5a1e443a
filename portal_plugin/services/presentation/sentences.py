"""What the page says in plain words: where it stands, and what comes next."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ... import days
from ...models import DirectLink, SalesDocument
from ...models.shop import WhoConverts
from ...statuses import DocumentState, ItemState
from .decided import together
from .document import DocumentView


def state_sentence(view: DocumentView, link: DirectLink | None = None) -> str:
    """One sentence: whose turn it is, with the number that matters, to the person of ``link``."""
    for_all, waiting = len(view.waiting_items), len(view.waiting_for(link))
    if view.to_confirm and not waiting and view.state == DocumentState.WAITING:
        return _confirm_sentence(view, link)
    if view.state in (DocumentState.WAITING, DocumentState.PARTLY_APPROVED):
        if not for_all:
            return _nothing_chosen(view, link)
        if link is not None and link.is_limited:
            return ngettext(
                "Waiting for approval: %(count)d item",
                "Waiting for approval: %(count)d items",
                for_all,
            ) % {"count": for_all}
        if not waiting:
            return others_sentence(view.document)
        return ngettext(
            "Waiting for you: %(count)d item", "Waiting for you: %(count)d items", waiting
        ) % {"count": waiting}
    if view.state == DocumentState.CHANGES_REQUESTED:
        return _("You asked for a change. The shop is on it.")
    if view.state == DocumentState.CONVERTED:
        return _("You approved this estimate. It became an order.")
    if view.state == DocumentState.EXPIRED and view.valid_until:
        return _("This estimate expired on %(date)s.") % {"date": date_format(view.valid_until)}
    if view.state == DocumentState.DECLINED:
        return _("You declined this.")
    if view.state == DocumentState.CANCELLED:
        return _("This was cancelled.")
    return _approved_sentence(view)


def _nothing_chosen(view: DocumentView, link: DirectLink | None) -> str:
    """Of options and alternatives alone, as long as none of them is in the total."""
    if view.document.is_order or (link is not None and link.is_limited):
        return view.state_label
    return _("Waiting for you: choose what you want.")


def _confirm_sentence(view: DocumentView, link: DirectLink | None) -> str:
    if link is not None and link.is_limited:
        return _("Waiting for what changed to be confirmed")
    if not view.document.standing.asks_to_confirm(link):
        return others_sentence(view.document)
    return _("Waiting for you: please confirm what changed.")


def _approved_sentence(view: DocumentView) -> str:
    if view.is_payment_pending:
        return _("Your payment is under way.")
    is_completed = view.state == DocumentState.COMPLETED
    if view.is_deposit_due and not is_completed:
        return _first_due(view)
    if view.next_instalment and view.next_instalment.state == "overdue":
        return instalment_sentence(view)
    if is_completed:
        if view.has_balance:
            return _("Completed. %(amount)s is still due.") % {"amount": view.balance_due}
        return _("Completed and paid. Thank you.") if view.is_fully_paid else _("Completed.")
    if view.stage_label:
        return view.stage_label
    if view.is_fully_paid:
        return _("Approved and paid. Thank you.")
    if view.next_instalment:
        return _("Approved. %(sentence)s") % {"sentence": instalment_sentence(view)}
    if view.document.is_order and view.has_balance:
        return _("Approved. %(amount)s is due.") % {"amount": view.balance_due}
    return _how_many_approved([item.state for item in view.items if item.is_decidable])


def _how_many_approved(states: list[str]) -> str:
    """What was declined is no part of "all"."""
    total, count = len(states), states.count(ItemState.APPROVED)
    if count < total:
        words = {"count": count, "total": total}
        return _("Approved: %(count)d of %(total)d items.") % words
    return ngettext("%(count)d item approved.", "All %(count)d items approved.", total) % {
        "count": total
    }


def _first_due(view: DocumentView) -> str:
    if view.plan:
        message = _("Approved. The first instalment of %(amount)s is due.")
        return message % {"amount": view.deposit_due}
    return _("Approved. A deposit of %(amount)s is due.") % {"amount": view.deposit_due}


def instalment_sentence(view: DocumentView) -> str:
    """Which instalment is next, what is left of it, and by when; empty where none is."""
    row = view.next_instalment
    if row is None:
        return ""
    words = {"number": row.number, "amount": row.left, "date": row.day}
    if row.state == "overdue":
        return _("Instalment %(number)s of %(amount)s was due on %(date)s.") % words
    if row.day:
        return _("Instalment %(number)s of %(amount)s is due by %(date)s.") % words
    return _("Instalment %(number)s of %(amount)s is due.") % words


def others_sentence(document: SalesDocument) -> str:
    """For whoever has said yes where others have to, too."""
    names = [str(link.recipient) for link in document.standing.missing_people]
    return _("You have approved. It waits for %(names)s.") % {"names": together(names)}


def deadline_sentence(view: DocumentView, link: DirectLink | None = None) -> str:
    """By when the shop asks for an answer; empty where none was asked for or nothing waits."""
    document = view.document
    if not document.approve_by or not view.waiting_for(link) or view.is_over:
        return ""
    words = {"date": date_format(document.approve_by), "reason": document.approve_by_reason}
    if document.approve_by < days.today():
        return _(
            "The shop asked for your answer by %(date)s. You can still answer; ask the shop "
            "whether its dates still hold."
        ) % {"date": words["date"]}
    if words["reason"]:
        return _("Please answer by %(date)s: %(reason)s") % words
    return _("Please answer by %(date)s.") % words


def next_sentence(view: DocumentView) -> str:
    """What happens next, or an empty string where there is nothing to say."""
    state = view.state
    if state in (DocumentState.WAITING, DocumentState.PARTLY_APPROVED):
        return _after_approval(view)
    if state == DocumentState.CHANGES_REQUESTED:
        return _("You get an email as soon as the shop has answered.")
    if state == DocumentState.EXPIRED:
        return _("Prices may have changed. Ask the shop for a new estimate below.")
    if state == DocumentState.DECLINED:
        return _("Did you change your mind? Write to the shop below.")
    if state == DocumentState.CANCELLED:
        return view.why_cancelled
    if state == DocumentState.APPROVED and view.document.is_estimate:
        return _("The shop turns this into an order and writes to you.")
    if view.is_payment_pending:
        return _("Your bank confirms it. You get a receipt by email; there is nothing more to do.")
    if view.is_deposit_due and state != DocumentState.COMPLETED:
        if view.plan:
            return _("The shop starts when the first instalment has arrived.")
        return _("The shop starts when the deposit has arrived.")
    return ""


def _after_approval(view: DocumentView) -> str:
    if view.to_confirm and not view.waiting_items:
        if view.document.standing.missing_people:
            return _("The shop goes on when everybody has confirmed it.")
        return _("The shop goes on when you have confirmed it.")
    if view.document.is_order:
        return _("The shop starts when everything is approved.")
    if view.shop.settings.who_converts == WhoConverts.STAFF:
        return _("When every item is decided, the shop turns this into an order.")
    if view.document.totals.deposit:
        return _first_after_order(view)
    return _("When every item is decided, this becomes an order.")


def _first_after_order(view: DocumentView) -> str:
    if view.plan:
        return _(
            "When every item is decided, this becomes an order and a first instalment of "
            "%(amount)s is due."
        ) % {"amount": view.plan[0].amount}
    deposit = next(row.amount for row in view.totals if row.kind == "deposit")
    return _(
        "When every item is decided, this becomes an order and a deposit of %(amount)s is due."
    ) % {"amount": deposit}

"""The history of a document as sentences for staff."""

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from .. import registry
from ..models import Activity, LineItem, Submission
from ..money import format_money, priced_in
from ..services.mail_phrases import Phrase
from ..services.mail_receivers import staff_name
from ..statuses import ActorKind, MoneyAfterCancel
from .words import language_of_admin

#: Verb to a sentence with ``who`` in it.
SENTENCES = {
    "link_made": gettext_noop("%(who)s made a direct link"),
    "link_reopened": gettext_noop("%(who)s opened a stopped direct link again"),
    "invite": gettext_noop("%(who)s invited a colleague"),
    "code_confirmed": gettext_noop("%(who)s typed the code from the email"),
    "link_limited": gettext_noop("%(who)s changed what a person may do"),
    "link_copied": gettext_noop("%(who)s copied a new direct link"),
    "link_stopped": gettext_noop("%(who)s stopped a direct link"),
    "send": gettext_noop("%(who)s sent the document by email"),
    "convert": gettext_noop("An order was made from this estimate"),
    "split": gettext_noop("%(who)s moved items to a new estimate"),
    "duplicate": gettext_noop("%(who)s made a copy as a new draft"),
    "cancel": gettext_noop("%(who)s cancelled it"),
    "complete": gettext_noop("%(who)s completed it"),
    "reopen": gettext_noop("%(who)s opened it again"),
    "stage": gettext_noop("%(who)s moved it to another stage"),
    "extend": gettext_noop("%(who)s made it valid for longer"),
    "proof_added": gettext_noop("%(who)s added a proof"),
    "proof_damaged": gettext_noop("The file of a proof was not what had been uploaded"),
    "file_added": gettext_noop("%(who)s added a file"),
    "file_shown": gettext_noop("%(who)s showed a file to the customer"),
    "file_removed": gettext_noop("%(who)s removed a file"),
    "approve": gettext_noop("%(who)s approved an item"),
    "decline": gettext_noop("%(who)s declined an item"),
    "decline_all": gettext_noop("%(who)s declined all that waited"),
    "deadline": gettext_noop("The customer was reminded of the day to answer by"),
    "instalment": gettext_noop("The customer was reminded of an instalment"),
    "order_approved": gettext_noop("%(who)s ordered the approved items"),
    "choose": gettext_noop("%(who)s chose options"),
    "confirm_change": gettext_noop("%(who)s confirmed what changed around the items"),
    "confirmed_for_customer": gettext_noop("%(who)s recorded a confirmation for the customer"),
    "comment": gettext_noop("%(who)s wrote a message"),
    "change_request": gettext_noop("%(who)s asked for a change"),
    "proof_points": gettext_noop("%(who)s marked on a proof what should be different"),
    "point_done": gettext_noop("%(who)s ticked off a point of a change request"),
    "point_open": gettext_noop("%(who)s opened a point of a change request again"),
    "withdraw_change_request": gettext_noop("%(who)s withdrew a change request"),
    "upload": gettext_noop("%(who)s sent files"),
    "send_link": gettext_noop("%(who)s sent a link to a file"),
    "pay": gettext_noop("%(who)s began to pay"),
    "reply": gettext_noop("%(who)s answered the customer"),
    "reply_taken_back": gettext_noop("%(who)s took a message back"),
    "erased": gettext_noop("%(who)s erased a person with access"),
    "person_exported": gettext_noop("%(who)s took a copy of what is stored about a person"),
    "link_renewed": gettext_noop("%(who)s asked for a new direct link"),
    "file_damaged": gettext_noop("A file is not any more what was stored"),
    "file_refused": gettext_noop("A file did not pass the virus check"),
    "surplus": gettext_noop("More was paid than was due"),
    "comments_read": gettext_noop("%(who)s marked the messages as answered"),
    "payment": gettext_noop("A payment arrived"),
    "payment_failed": gettext_noop("A payment did not go through"),
    "overpaid": gettext_noop("More was paid than was due"),
    "refund": gettext_noop("%(who)s paid money back"),
    "refund_failed": gettext_noop("A refund did not go through"),
    "refund_returned": gettext_noop("A refund came back to the shop"),
    "refund_forgiven": gettext_noop("%(who)s wrote down that a refund is not owed again"),
    "refund_owed_again": gettext_noop("%(who)s wrote down that a refund is owed again"),
    "dispute": gettext_noop("The customer's bank asks about a payment"),
    "chargeback": gettext_noop("The customer's bank took a payment back"),
    "chargeback_returned": gettext_noop("The customer's bank returned a payment"),
    "payment_corrected": gettext_noop("%(who)s corrected a payment"),
    "note": gettext_noop("%(who)s wrote an internal note"),
    "change_answered": gettext_noop("%(who)s answered a change request"),
    "approved_for_customer": gettext_noop("%(who)s recorded an approval for the customer"),
    "declined_for_customer": gettext_noop("%(who)s recorded a decline for the customer"),
    "undo": gettext_noop("%(who)s took a decision back"),
    "responsible": gettext_noop("%(who)s changed who is responsible"),
    "invoice": gettext_noop("%(who)s issued an invoice"),
    "credit_note": gettext_noop("%(who)s issued a credit note"),
    "seen": gettext_noop("%(who)s opened the page"),
    "pdf_drawn": gettext_noop("A PDF was made"),
}


#: Verbs about what is owed: they say how much, and moved no money.
OF_OWING = {"refund_forgiven", "refund_owed_again"}
#: Verbs that moved money, and say how much.
WITH_AMOUNT = {
    *OF_OWING,
    "payment",
    "refund",
    "refund_failed",
    "refund_returned",
    "chargeback",
    "chargeback_returned",
    "payment_corrected",
}

#: So many items are named beside a sentence; of more, the first.
MOST_NAMED = 3

#: What a cancellation says about what was paid.
MONEY = {
    MoneyAfterCancel.KEPT: gettext_noop("What was paid is kept."),
    MoneyAfterCancel.REFUND: gettext_noop("What was paid is to be paid back."),
}


@dataclass(frozen=True)
class Entry:
    when: datetime
    sentence: Phrase
    is_from_customer: bool
    note: str = ""
    items: str = ""


def entries(document, limit=100) -> list[Entry]:
    """Newest first; an order shows what was said on its estimate, too."""
    rows = list(
        Activity.objects.noteworthy()
        .filter(document__in=[document.pk, *document.ancestors])
        .select_related("staff", "link__recipient", "document")
        .order_by("-created_at", "-pk")[:limit]
    )
    notes, names = _notes(rows), _names(rows)
    return [
        Entry(
            when=row.created_at,
            sentence=sentence(row),
            is_from_customer=row.actor == ActorKind.CUSTOMER,
            note=_note(row, notes),
            items=_items(row, names),
        )
        for row in rows
    ]


def sentence(row) -> Phrase:
    """Verbs of actions that a site added are shown by their button's text."""
    data = _data(row)
    if row.verb == "version":
        return _version(data)
    if row.verb == "stage" and data.get("name"):
        return Phrase(_("%(who)s moved it to “%(stage)s”"), who=who(row), stage=data["name"])
    if row.verb in WITH_AMOUNT and data.get("amount"):
        said = _(SENTENCES[row.verb]) % {"who": who(row)}
        return Phrase(_("%(sentence)s: %(amount)s"), sentence=said, amount=_amount(row.verb, data))
    if row.verb == "approve_multiple":
        count = len(data.get("items", [])) or int(data.get("count", 1) or 1)
        text = ngettext(
            "%(who)s approved %(count)d item", "%(who)s approved %(count)d items", count
        )
        return Phrase(text, who=who(row), count=count)
    if row.verb == "link_extended":
        until = _moment(data.get("until"))
        text = _("%(who)s made a direct link last until %(date)s")
        return Phrase(text, who=who(row), date=until)
    if row.verb in SENTENCES:
        return Phrase(_(SENTENCES[row.verb]), who=who(row))
    return Phrase(_("%(who)s: %(what)s"), who=who(row), what=_label(row.verb))


def _version(data) -> Phrase:
    number, again = str(data.get("version", "")), len(data.get("again", []))
    if not again:
        return Phrase(_("Version %(number)s went out"), number=number)
    text = ngettext(
        "Version %(number)s went out: %(count)d decided item waits again",
        "Version %(number)s went out: %(count)d decided items wait again",
        again,
    )
    return Phrase(text, number=number, count=again)


def labels() -> list[tuple[str, str]]:
    """Every verb that can be looked for, with its sentence without a name."""
    known = {verb: _(text) % {"who": "…"} for verb, text in SENTENCES.items()}
    actions = {action.name: str(action.label) for action in registry.actions()}
    filled = {
        "version": _("Version %(number)s went out") % {"number": "…"},
        "link_extended": _("%(who)s made a direct link last until %(date)s")
        % {"who": "…", "date": "…"},
    }
    return sorted({**actions, **known, **filled}.items(), key=lambda pair: pair[1])


def who(row) -> str:
    """A full name, or who it was; never a username."""
    if row.actor == ActorKind.CUSTOMER:
        return (row.link.recipient.name if row.link else "") or _("The customer")
    if row.actor == ActorKind.STAFF:
        return (staff_name(row.staff) if row.staff else "") or _("Staff")
    return _("The portal")


def _label(verb):
    found = [action for action in registry.actions() if action.name == verb]
    return str(found[0].label) if found else verb.replace("_", " ")


def _notes(rows) -> dict:
    """Submission to what staff wrote with it, or what a customer gave: the history itself keeps no
    words of persons."""
    ids = {_data(row).get("submission"): row.actor == ActorKind.STAFF for row in rows}
    found = Submission.objects.filter(pk__in=[pk for pk in ids if pk])
    found = found.defer("terms_text", "withdrawal_text")  # pages of text, once for each of them
    return {row.pk: row.note if ids[row.pk] else given(row) for row in found}


def _keys(row) -> list[str]:
    """Of the items that it is about, no more of them than one line can name."""
    data = _data(row)
    items = data.get("items")
    keys = items if isinstance(items, list) else [data.get("item")]
    return [str(key) for key in keys if key][: MOST_NAMED + 1]


def _names(rows) -> dict[str, str]:
    """Key to the name that the item has now; the oldest first, so that an order's own stays."""
    keys = {key for row in rows for key in _keys(row)}
    if not keys:
        return {}
    found = LineItem.objects.filter(document__in={row.document_id for row in rows}, key__in=keys)
    return {str(key): name for key, name in found.order_by("document").values_list("key", "name")}


def _items(row, names) -> str:
    keys = _keys(row)
    found = [names[key] for key in keys[:MOST_NAMED] if names.get(key)]
    if found and len(keys) > MOST_NAMED:
        found.append("…")
    return ", ".join(found)


def given(submission) -> str:
    """Signature, order number and checklist, in one line for staff."""
    said = []
    if submission.signature:
        said.append(_("Signed: %(name)s") % {"name": submission.signature})
    elif submission.signature_strokes:
        said.append(_("Signed by hand"))
    if submission.purchase_order_number:
        words = {"number": submission.purchase_order_number}
        said.append(_("Their order number: %(number)s") % words)
    if submission.checklist:
        lines = ", ".join(json.loads(submission.checklist))
        said.append(_("Checked: %(lines)s") % {"lines": lines})
    return " · ".join(said)


def _note(row, notes) -> str:
    data = _data(row)
    said = str(data.get("reason") or notes.get(data.get("submission")) or "")
    money = data.get("money") if row.verb == "cancel" else ""
    return " · ".join(text for text in (said, MONEY.get(money, "") and _(MONEY[money])) if text)


def _amount(verb, data) -> str:
    """Without a sign, where the sentence says which way it went; a correction goes both ways."""
    amount = Decimal(data.get("forgiven", 0) if verb in OF_OWING else data["amount"])
    currency = priced_in(data.get("currency", ""))
    is_signed = verb == "payment_corrected"
    return format_money(amount if is_signed else abs(amount), currency, language_of_admin())


def _data(row) -> dict:
    try:
        return json.loads(row.data)
    except ValueError:
        return {}


def _moment(text) -> str:
    moment = parse_datetime(text or "")
    return date_format(localtime(moment), "DATE_FORMAT") if moment else ""

"""Headlines: what happened in a few plain words, for the subject line and above each happening."""

from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext, pgettext

from .. import registry
from ..models import SalesDocument
from . import mail_money
from .mail_phrases import Phrase
from .mail_stories import Story

Headline = Callable[[Story], Phrase]


def headline(story: Story) -> Phrase:
    if story.headline:
        return Phrase("%(headline)s", headline=story.headline)
    say = HEADLINES.get(story.kind) or UNKNOWN[story.audience]
    return say(story)


def document_name(document: SalesDocument) -> Phrase:
    """``Order 2026-0001``, in the active language."""
    return Phrase(
        _("%(kind)s %(number)s"),
        kind=str(document.get_kind_display()),
        number=document.number or _("Draft"),
    )


def note(story: Story) -> str:
    """A sentence below the headline: that staff wrote it down; or what the page answered to an
    action that has no headline of its own."""
    if story.is_recorded and story.audience == "receipt":
        return _(
            "We wrote this down for you, as you told us. Please answer this email if it is wrong."
        )
    if story.kind == "news_change_to_confirm":
        return _("Please confirm it on the page, or write to us there.")
    if story.audience == "news" and story.points:
        message = ngettext(
            "%(done)s of %(count)s point is done.",
            "%(done)s of %(count)s points are done.",
            story.points,
        )
        return message % {"done": story.points_done, "count": story.points}
    if story.kind in mail_money.AFTER:
        return " ".join(mail_money.AFTER[story.kind](story))
    if story.audience == "receipt" and story.kind not in HEADLINES:
        return story.message
    return ""


def quote_label(story: Story) -> str:
    """Whose words the quoted ones are; for staff the headline has said it."""
    if story.audience == "receipt" or story.kind == "news_change_answered":
        return _("You wrote")
    return story.by if story.audience == "news" else ""


# -- to the customer: what you did ----------------------------------------------------------------


def _you_approved(story: Story) -> Phrase:
    message = ngettext(
        "You approved %(count)s item", "You approved %(count)s items", story.count or 1
    )
    return Phrase(message, count=story.count or 1)


def _you_declined(story: Story) -> Phrase:
    message = ngettext(
        "You declined %(count)s item", "You declined %(count)s items", story.count or 1
    )
    return Phrase(message, count=story.count or 1)


def _we_have_your_files(story: Story) -> Phrase:
    count = len(story.files) or 1
    message = ngettext("We have your file", "We have your %(count)s files", count)
    return Phrase(message, count=count)


def _you_did(story: Story) -> Phrase:
    return Phrase(_("We have your answer: %(action)s"), action=_label(story.verb))


# -- to the customer: what the shop did -----------------------------------------------------------


def _look_at_proof(story: Story) -> Phrase:
    count = story.count or 1
    message = ngettext(
        "There is a new proof for you", "There are %(count)s new proofs for you", count
    )
    return Phrase(message, count=count)


def _new_version(story: Story) -> Phrase:
    if not story.items:
        return Phrase(_("There is a new version"))
    message = ngettext(
        "%(count)s item changed and waits for you again",
        "%(count)s items changed and wait for you again",
        len(story.items),
    )
    return Phrase(message, count=len(story.items))


def _moved_on(story: Story) -> Phrase:
    return Phrase(_("Where your order is now: %(stage)s"), stage=story.stage)


def _cancelled(story: Story) -> Phrase:
    return Phrase(pgettext("document", "Cancelled"))


# -- to staff -------------------------------------------------------------------------------------


def _they_approved(story: Story) -> Phrase:
    count = story.count or 1
    message = ngettext(
        "%(name)s approved %(count)s item", "%(name)s approved %(count)s items", count
    )
    return Phrase(message, name=_who(story), count=count)


def _they_declined(story: Story) -> Phrase:
    count = story.count or 1
    message = ngettext(
        "%(name)s declined %(count)s item", "%(name)s declined %(count)s items", count
    )
    return Phrase(message, name=_who(story), count=count)


def _they_sent_files(story: Story) -> Phrase:
    count = len(story.files) or 1
    message = ngettext("%(name)s sent a file", "%(name)s sent %(count)s files", count)
    return Phrase(message, name=_who(story), count=count)


def _they_have_no_proof(story: Story) -> Phrase:
    return Phrase(
        _("The file of a proof of “%(item)s” has changed in the storage. Upload it again."),
        item=story.items[0] if story.items else "",
    )


def _they_did(story: Story) -> Phrase:
    return Phrase(_("%(name)s: %(action)s"), name=_who(story), action=_label(story.verb))


def _with_number(message: str) -> Headline:
    """``message`` is marked with ``gettext_noop`` where it is written."""
    return lambda story: Phrase(_(message), number=story.reference)


def _by_name(message: str) -> Headline:
    """``message`` is marked with ``gettext_noop`` where it is written."""
    return lambda story: Phrase(_(message), name=_who(story))


def _plain(message: str) -> Headline:
    return lambda story: Phrase(_(message))


def _who(story: Story) -> str:
    if story.is_recorded:
        return _("%(name)s, for the customer,") % {"name": story.by} if story.by else _("Staff")
    if story.owner and story.by and story.by != story.owner:
        return _("%(name)s (with the link of %(owner)s)") % {
            "name": story.by,
            "owner": story.owner,
        }
    return story.by or story.owner or _("The customer")


def _label(verb: str) -> str:
    """What the button says that the customer pressed, also of an action that a site added."""
    found = [action for action in registry.actions() if action.name == verb]
    return str(found[0].label) if found else verb.replace("_", " ")


HEADLINES: dict[str, Headline] = {
    "receipt_approve": _you_approved,
    "receipt_approve_multiple": _you_approved,
    "receipt_decline": _you_declined,
    "receipt_decline_all": _you_declined,
    "receipt_order_approved": _plain(gettext_noop("You ordered the approved items")),
    "receipt_confirm_change": _plain(gettext_noop("You confirmed what changed")),
    "receipt_comment": _plain(gettext_noop("We have your message")),
    "receipt_change_request": _plain(gettext_noop("We have your change request")),
    "receipt_proof_points": _plain(gettext_noop("We have your change request")),
    "receipt_withdraw_change_request": _plain(gettext_noop("You withdrew your change request")),
    "receipt_choose": _plain(gettext_noop("We have your choice")),
    "receipt_invite": _plain(gettext_noop("You invited a colleague")),
    "receipt_upload": _we_have_your_files,
    "receipt_send_link": _plain(gettext_noop("We have your link")),
    "receipt_files": _we_have_your_files,
    "receipt_payment": mail_money.we_have_your_payment,
    "news_invite": _by_name(gettext_noop("%(name)s shares this with you")),
    "news_comment": _plain(gettext_noop("There is a message for you")),
    "news_proof": _look_at_proof,
    "news_version": _new_version,
    "news_undo": _plain(gettext_noop("We took a decision of yours back and ask you again")),
    "news_change_to_confirm": _plain(gettext_noop("Please confirm what changed")),
    "news_lower_total": _plain(gettext_noop("The total is lower now")),
    "news_change_answered": _plain(gettext_noop("Your change request was answered")),
    "news_deadline": _plain(gettext_noop("Your answer is still missing")),
    "news_stage": _moved_on,
    "news_cancelled": _cancelled,
    "news_payment": mail_money.we_have_your_payment,
    "news_refund": mail_money.we_paid_back,
    "news_refund_forgiven": mail_money.of_money(
        gettext_noop("%(amount)s is taken off the price of your order")
    ),
    "news_refund_owed_again": mail_money.of_money(
        gettext_noop("%(amount)s that we paid back to you is to be paid again")
    ),
    "news_payment_corrected": mail_money.we_corrected,
    "news_instalment": _plain(gettext_noop("An instalment is due")),
    "news_invoice": _with_number(gettext_noop("Your invoice %(number)s")),
    "news_credit_note": _with_number(gettext_noop("Your credit note %(number)s")),
    "news_payment_failed": _plain(gettext_noop("Your payment did not go through")),
    "news_link": _plain(gettext_noop("Here is your new link")),
    "staff_approve": _they_approved,
    "staff_approve_multiple": _they_approved,
    "staff_decline": _they_declined,
    "staff_decline_all": _they_declined,
    "staff_order_approved": _by_name(gettext_noop("%(name)s ordered the approved items")),
    "staff_confirm_change": _by_name(gettext_noop("%(name)s confirmed what changed")),
    "staff_comment": _by_name(gettext_noop("%(name)s wrote a message")),
    "staff_change_request": _by_name(gettext_noop("%(name)s asks for a change")),
    "staff_proof_points": _by_name(gettext_noop("%(name)s marked on a proof what to change")),
    "staff_withdraw_change_request": _by_name(gettext_noop("%(name)s withdrew a change request")),
    "staff_choose": _by_name(gettext_noop("%(name)s chose options")),
    "staff_invite": _by_name(gettext_noop("%(name)s invited a colleague")),
    "staff_upload": _they_sent_files,
    "staff_send_link": _by_name(gettext_noop("%(name)s sent a link to a file")),
    "staff_files": _they_sent_files,
    "staff_payment": mail_money.they_paid,
    "staff_payment_failed": _plain(gettext_noop("A payment did not go through")),
    "staff_waiting": _plain(gettext_noop("This has waited for us for a working day")),
    "staff_proof_damaged": _they_have_no_proof,
    "staff_file_refused": _plain(gettext_noop("A file did not pass the virus check")),
    "staff_file_damaged": _plain(gettext_noop("A file is not any more what was stored")),
    "staff_overpaid": _plain(gettext_noop("This order is paid too much")),
    "staff_refund_failed": mail_money.of_money(
        gettext_noop("A refund of %(amount)s did not go through")
    ),
    "staff_dispute": mail_money.of_money(gettext_noop("A bank asks about a payment of %(amount)s")),
    "staff_chargeback": mail_money.of_money(gettext_noop("A bank has taken %(amount)s back")),
    "staff_chargeback_returned": mail_money.of_money(
        gettext_noop("A bank has returned %(amount)s")
    ),
}
UNKNOWN: dict[str, Headline] = {
    "receipt": _you_did,
    "news": _plain(gettext_noop("There is news")),
    "staff": _they_did,
}

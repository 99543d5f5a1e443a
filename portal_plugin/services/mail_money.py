"""What emails say of money that came or went back. The amounts are in the story, as words."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from .mail_phrases import Phrase
from .mail_stories import Story

# -- Headlines ------------------------------------------------------------------------------------


def of_money(message: str) -> Callable[[Story], Phrase]:
    """``message`` is marked with ``gettext_noop`` where it is written."""
    return lambda story: Phrase(_(message), amount=story.amount)


def we_have_your_payment(story: Story) -> Phrase:
    if not story.amount:
        return Phrase(_("We have your payment"))
    return Phrase(_("We have your payment of %(amount)s"), amount=story.amount)


def we_paid_back(story: Story) -> Phrase:
    if not story.amount:
        return Phrase(_("We have paid money back to you"))
    return Phrase(_("We have paid %(amount)s back to you"), amount=story.amount)


def we_corrected(story: Story) -> Phrase:
    return Phrase(
        _("We corrected a payment of yours: it was %(before)s and is %(amount)s now"),
        before=story.amount_before,
        amount=story.amount,
    )


def they_paid(story: Story) -> Phrase:
    if not story.amount:
        return Phrase(_("A payment arrived"))
    return Phrase(_("A payment of %(amount)s arrived"), amount=story.amount)


# -- Below the headline: what follows for who got it -----------------------------------------------


def _after_refund(story: Story) -> list[str]:
    said = [_("It can take your bank some days until you see it.")]
    if story.is_forgiven:
        said.append(_("You do not have to pay it again."))
    return said + _still_due(story)


def _after_forgiving(story: Story) -> list[str]:
    """It may have become owed again before this email could leave."""
    said = [_("You do not have to pay it again.")] if story.is_forgiven else []
    return said + _still_due(story)


def _after_owing(story: Story) -> list[str]:
    return [*_still_due(story), *_after_correcting(story)]


def _after_correcting(story: Story) -> list[str]:
    return [_("Please answer this email if it is wrong.")]


def _still_due(story: Story) -> list[str]:
    if not story.due:
        return []
    return [_("%(amount)s of your order is to be paid.") % {"amount": story.due}]


def _after_our_late_payment(story: Story) -> list[str]:
    """For staff."""
    if not story.is_too_late:
        return []
    return [_("The order was cancelled before: pay it back, or open the order again.")]


def _after_your_late_payment(story: Story) -> list[str]:
    if not story.is_too_late:
        return []
    return [_("Your order was cancelled before: we pay it back to you.")]


#: Kind of a happening to sentences about it.
AFTER: dict[str, Callable[[Story], list[str]]] = {
    "staff_payment": _after_our_late_payment,
    "receipt_payment": _after_your_late_payment,
    "news_refund": _after_refund,
    "news_refund_forgiven": _after_forgiving,
    "news_refund_owed_again": _after_owing,
    "news_payment_corrected": _after_correcting,
}

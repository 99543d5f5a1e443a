"""Why a payment failed, in a sentence that helps: https://docs.stripe.com/declines/codes, and
https://docs.stripe.com/error-codes where it was no card.

Stripe asks shops not to tell a customer that a card was reported lost or stolen: every code that is
not here gets the general sentence.
"""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

_GENERAL = gettext_noop("Your bank declined the payment.")
_SENTENCES = {
    "insufficient_funds": gettext_noop("There is not enough money on this card or account."),
    "withdrawal_count_limit_exceeded": gettext_noop("The limit of this card is reached."),
    "card_velocity_exceeded": gettext_noop("The limit of this card is reached."),
    "expired_card": gettext_noop("This card has expired."),
    "incorrect_cvc": gettext_noop("The security code of the card is not right."),
    "invalid_cvc": gettext_noop("The security code of the card is not right."),
    "incorrect_number": gettext_noop("The number of the card is not right."),
    "invalid_number": gettext_noop("The number of the card is not right."),
    "card_not_supported": gettext_noop("This card cannot be used for this payment."),
    "currency_not_supported": gettext_noop("This card cannot be used for this payment."),
    "processing_error": gettext_noop("The bank could not process the payment just now."),
    "payment_intent_authentication_failure": gettext_noop(
        "The payment was not confirmed with your bank."
    ),
    "authentication_required": gettext_noop("The payment was not confirmed with your bank."),
    "payment_intent_payment_attempt_expired": gettext_noop("It was not paid in time."),
    "payment_method_provider_timeout": gettext_noop("It was not paid in time."),
    "payment_method_customer_decline": gettext_noop("The payment was broken off."),
    "debit_not_authorized": gettext_noop("Your bank did not allow the direct debit."),
    "amount_too_small": gettext_noop("This amount is too small to be paid by card."),
    "amount_too_large": gettext_noop("This amount is too large to be paid by card."),
}


def sentence(code: str) -> str:
    """Translated, with the sentence that matters most to whoever reads it."""
    why = _(_SENTENCES.get(code, _GENERAL))
    return _("%(reason)s You have not been charged.") % {"reason": why}

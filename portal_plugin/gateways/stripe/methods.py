"""Ways of paying by Stripe's names: https://docs.stripe.com/payments/payment-methods/overview.

Those are here that can be left out of a payment (``excluded_payment_method_types``). Apple Pay and
Google Pay are cards.
"""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

_NAMES = {
    "card": gettext_noop("Card"),
    "us_bank_account": gettext_noop("US bank account (ACH)"),
    "paypal": "PayPal",
    "klarna": "Klarna",
    "affirm": "Affirm",
    "afterpay_clearpay": "Afterpay, Clearpay",
    "amazon_pay": "Amazon Pay",
    "cashapp": "Cash App Pay",
    "revolut_pay": "Revolut Pay",
    "alipay": "Alipay",
    "wechat_pay": "WeChat Pay",
    "zip": "Zip",
    "acss_debit": gettext_noop("Canadian pre-authorized debit"),
    "au_becs_debit": gettext_noop("Australian direct debit (BECS)"),
    "bacs_debit": gettext_noop("UK direct debit (Bacs)"),
    "nz_bank_account": gettext_noop("New Zealand direct debit"),
    "sepa_debit": gettext_noop("SEPA direct debit"),
    "bancontact": "Bancontact",
    "eps": "EPS",
    "grabpay": "GrabPay",
    "ideal": "iDEAL",
    "mobilepay": "MobilePay",
    "p24": "Przelewy24",
    "promptpay": "PromptPay",
    "swish": "Swish",
    "twint": "TWINT",
}


def method_names() -> list[tuple[str, str]]:
    """Each with its name in the active language."""
    return [(method, _(name)) for method, name in _NAMES.items()]


def method_name(method: str) -> str:
    """In the active language."""
    return _(_NAMES[method]) if method in _NAMES else method.replace("_", " ").capitalize()


def is_let_in(way: str, methods: str) -> bool:
    """Whether what a payment came in is what ``limits`` let it come in. Link is in no list of
    Stripe's, and comes with whatever it pays by; an empty ``way`` is not known."""
    if not methods or way in ("", "link"):
        return True
    names = methods.removeprefix("-").split(",")
    return (way in names) != methods.startswith("-")


def limits(methods: str) -> Any:
    """What Stripe is told of them, as ``PaymentAttempt.methods`` says it. Nothing for all.

    The card form has to be told just the same: Stripe refuses a payment whose ways are not the
    form's. (``payment_method_types`` is gone since 2026-09-30.)
    """
    if methods.startswith("-"):
        return {"excluded_payment_method_types": methods[1:].split(",")}
    return {"allowed_payment_method_types": methods.split(",")} if methods else {}

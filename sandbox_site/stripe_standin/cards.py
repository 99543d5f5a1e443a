"""The test cards: https://docs.stripe.com/testing. No other number is ever charged."""

import dataclasses
import time

SUCCEEDS = "succeeds"
AUTHENTICATES = "authenticates"
# https://docs.stripe.com/testing#refunds: pending for a while; and succeeded, then failed.
REFUND_WAITS = "refund_waits"
REFUND_FAILS = "refund_fails"


@dataclasses.dataclass(frozen=True)
class Decline:
    """`decline_code` is None where Stripe's `code` says it all."""

    code: str
    decline_code: str | None
    message: str


DECLINED = Decline("card_declined", "generic_decline", "Your card was declined.")
INSUFFICIENT_FUNDS = Decline(
    "card_declined", "insufficient_funds", "Your card has insufficient funds."
)
EXPIRED = Decline("expired_card", None, "Your card has expired.")
INCORRECT_CVC = Decline("incorrect_cvc", None, "Your card's security code is incorrect.")
PROCESSING_ERROR = Decline(
    "processing_error",
    None,
    "An error occurred while processing your card. Try again in a little bit.",
)
NOT_A_TEST_CARD = Decline(
    "card_declined",
    "test_mode_live_card",
    "Your card was declined. Your request was in test mode, but used a non test (live) card. "
    "For a list of valid test cards, visit: https://docs.stripe.com/testing.",
)
DECLINES = {
    "4000000000000002": DECLINED,
    "4000000000009995": INSUFFICIENT_FUNDS,
    "4000000000000069": EXPIRED,
    "4000000000000127": INCORRECT_CVC,
    "4000000000000119": PROCESSING_ERROR,
}
WORKING = {"4242424242424242", "5555555555554444", "378282246310005"}
ASKING = {"4000002500003155", "4000002760003184"}
# https://docs.stripe.com/testing#disputes
DISPUTES = {"disputed": "needs_response", "inquired": "warning_needs_response"}
LATER = {
    "4000000000000259": "disputed",
    "4000000000001976": "inquired",
    "4000000000007726": REFUND_WAITS,
    "4000000000005126": REFUND_FAILS,
}

# Stripe's ready-made payment methods, which servers use where browsers type numbers.
READY_MADE = {
    "pm_card_visa": "4242424242424242",
    "pm_card_mastercard": "5555555555554444",
    "pm_card_amex": "378282246310005",
    "pm_card_visa_chargeDeclined": "4000000000000002",
    "pm_card_visa_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_authenticationRequiredOnSetup": "4000002500003155",
    "pm_card_authenticationRequired": "4000002760003184",
    "pm_card_createDispute": "4000000000000259",
    "pm_card_createDisputeInquiry": "4000000000001976",
    "pm_card_pendingRefund": "4000000000007726",
    "pm_card_refundFail": "4000000000005126",
}


def behaviour(number: str) -> str:
    """What is kept of the number besides its last four digits."""
    if number in WORKING:
        return SUCCEEDS
    if number in ASKING:
        return AUTHENTICATES
    if number in LATER:
        return LATER[number]
    return f"declines:{number}" if number in DECLINES else "declines:live"


def decline(kept: str) -> Decline | None:
    if not kept.startswith("declines:"):
        return None
    return DECLINES.get(kept.removeprefix("declines:"), NOT_A_TEST_CARD)


def brand(number: str) -> str:
    if number.startswith(("34", "37")):
        return "amex"
    return "mastercard" if number.startswith("5") else "visa"


def passes_luhn(number: str) -> bool:
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(number))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def is_past(month: int, year: int) -> bool:
    """A card works to the end of the month that is printed on it."""
    today = time.gmtime()
    return (year, month) < (today.tm_year, today.tm_mon)

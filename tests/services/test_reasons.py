"""What a customer reads of a payment that failed."""

import pytest

from portal_plugin.services.payments import reasons

GENERAL = "Your bank declined the payment. You have not been charged."


@pytest.mark.parametrize(
    "code", ["lost_card", "stolen_card", "pickup_card", "fraudulent", "merchant_blacklist"]
)
def test_nobody_is_told_that_a_card_was_reported(code):
    assert reasons.sentence(code) == GENERAL


@pytest.mark.parametrize("code", ["", "a_code_of_tomorrow"])
def test_what_is_not_known_is_said_in_general(code):
    assert reasons.sentence(code) == GENERAL


def test_what_the_customer_can_mend_is_said():
    assert reasons.sentence("expired_card") == "This card has expired. You have not been charged."


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("payment_intent_payment_attempt_expired", "It was not paid in time."),
        ("payment_method_provider_timeout", "It was not paid in time."),
        ("payment_method_customer_decline", "The payment was broken off."),
    ],
)
def test_no_bank_is_named_where_none_was_asked(code, why):
    assert reasons.sentence(code) == f"{why} You have not been charged."

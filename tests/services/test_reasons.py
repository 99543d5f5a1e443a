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

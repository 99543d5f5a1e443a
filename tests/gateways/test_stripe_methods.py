"""Ways of paying by Stripe's names: which are let in, and what each is called."""

import pytest
from django.utils import translation

from portal_plugin.gateways import stripe
from portal_plugin.gateways.stripe.methods import limits
from tests.gateways.test_stripe import order
from tests.paying import ask, standin

__all__ = ["standin"]


@pytest.mark.parametrize(
    ("way", "methods", "expected"),
    [
        ("card", "card,ideal", True),
        ("sepa_debit", "card,ideal", False),
        ("card", "-card,ideal", False),
        ("sepa_debit", "-card,ideal", True),
        ("sepa_debit", "", True),
        ("link", "card", True),
        ("link", "-link", True),
        ("", "card", True),
    ],
)
def test_a_payment_is_let_in_by_what_its_order_said(way, methods, expected):
    assert stripe.is_let_in(way, methods) is expected


@pytest.mark.parametrize(
    ("methods", "said"),
    [
        ("", {}),
        ("card,ideal", {"allowed_payment_method_types": ["card", "ideal"]}),
        ("-card,ideal", {"excluded_payment_method_types": ["card", "ideal"]}),
    ],
)
def test_stripe_is_told_of_them_in_its_own_words(methods, said):
    assert limits(methods) == said


@pytest.mark.parametrize(
    ("methods", "has_card", "has_others"),
    [("card", True, False), ("-card", False, True), ("", True, True)],
)
def test_a_payment_can_be_made_in_those_alone(standin, methods, has_card, has_others):
    made = stripe.create_payment(order(methods=methods))
    types = ask(standin).v1.payment_intents.retrieve(made.id).payment_method_types
    assert ("card" in types, bool(set(types) - {"card"})) == (has_card, has_others)


def test_each_has_a_name_also_one_that_nobody_knows():
    with translation.override("de"):
        assert stripe.method_name("card") == "Karte"
        assert dict(stripe.method_names())["card"] == "Karte"
    assert stripe.method_name("ideal") == "iDEAL"
    assert stripe.method_name("some_new_wallet") == "Some new wallet"

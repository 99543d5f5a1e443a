"""Refunds: what Stripe pays back, what it refuses, and what fails days later."""

import pytest
import stripe

from sandbox_site.stripe_standin import Standin

from .conftest import client_of


@pytest.fixture
def refund(client):
    def made(intent, options=None, **params):
        return client.refunds.create({"payment_intent": intent.id, **params}, options or {})

    return made


def charge_of(client, intent):
    return client.charges.retrieve(intent.latest_charge, {"expand": ["refunds"]})


def test_in_full(client, pay, refund):
    intent = pay()
    made = refund(intent, reason="requested_by_customer", metadata={"refund": "7"})
    assert (made.status, made.amount, made.currency) == ("succeeded", 1200, "eur")
    assert (made.charge, made.metadata["refund"]) == (intent.latest_charge, "7")
    charge = charge_of(client, intent)
    assert (charge.amount_refunded, charge.refunded) == (1200, True)
    assert [each.id for each in charge.refunds.data] == [made.id]


def test_in_parts(client, pay, refund):
    intent = pay()
    for amount in (400, 500, 300):
        refund(intent, amount=amount)
    assert charge_of(client, intent).refunded
    found = client.refunds.list({"payment_intent": intent.id}).data
    assert [each.amount for each in found] == [300, 500, 400]
    assert client.refunds.list({"charge": intent.latest_charge}).data == found


def test_by_charge(client, pay):
    made = client.refunds.create({"charge": pay().latest_charge})
    assert client.refunds.retrieve(made.id).to_dict() == made.to_dict()


def refused(client, **params):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.refunds.create(params)
    return caught.value


def test_no_more_than_is_left(client, pay, refund):
    intent = pay()
    refund(intent, amount=1000)
    error = refused(client, payment_intent=intent.id, amount=201)
    assert error.param == "amount"
    assert "(€2.01) is greater than unrefunded amount on charge (€2.00)" in error.user_message
    assert charge_of(client, intent).amount_refunded == 1000


def test_not_again_after_all_of_it(client, pay, refund):
    intent = pay()
    refund(intent)
    assert refused(client, payment_intent=intent.id).code == "charge_already_refunded"


def test_not_what_never_came(client, pay, intent_factory):
    assert "successful charge" in str(refused(client, payment_intent=intent_factory().id))
    with pytest.raises(stripe.CardError) as declined:
        pay("pm_card_visa_chargeDeclined")
    assert "not a successful charge" in str(refused(client, charge=declined.value.error.charge))


def test_not_while_a_bank_has_taken_it_back(client, standin, pay):
    intent = pay()
    standin.dispute(intent.latest_charge)
    assert refused(client, payment_intent=intent.id).code == "charge_disputed"


def test_while_a_bank_only_asks(client, standin, pay, refund):
    intent = pay()
    standin.dispute(intent.latest_charge, "warning_needs_response")
    assert refund(intent).status == "succeeded"


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({}, None),
        ({"charge": "ch_nobody"}, "resource_missing"),
        ({"payment_intent": "pi_nobody"}, "resource_missing"),
        ({"charge": "ch_a", "payment_intent": "pi_a"}, "parameters_exclusive"),
        ({"charge": "ch_a", "colour": "red"}, "parameter_unknown"),
        ({"charge": "ch_a", "reason": "regret"}, None),
    ],
)
def test_bad_requests(client, params, code):
    assert refused(client, **params).code == code


@pytest.mark.parametrize("amount", [0, -5])
def test_amounts_that_are_none(client, pay, amount):
    assert refused(client, payment_intent=pay().id, amount=amount).param == "amount"


def test_the_same_key_refunds_once(client, pay, refund):
    intent = pay()
    key = {"idempotency_key": "refund-1"}
    first, second = refund(intent, key, amount=100), refund(intent, key, amount=100)
    assert first.id == second.id
    assert charge_of(client, intent).amount_refunded == 100
    with pytest.raises(stripe.IdempotencyError):
        refund(intent, key, amount=101)


def test_metadata_can_be_added(client, pay, refund):
    made = refund(pay(), metadata={"a": "1"})
    changed = client.refunds.update(made.id, {"metadata": {"b": "2"}})
    assert changed.metadata.to_dict() == {"a": "1", "b": "2"}


def test_what_is_told(site, standin, pay, refund):
    refund(pay())
    standin.wait_for_webhooks()
    assert site.types()[-3:] == ["refund.created", "charge.refunded", "charge.refund.updated"]


def test_a_direct_debit_waits(client, standin, pay, refund, sepa):
    intent = pay(sepa)
    assert "successful charge" in str(refused(client, payment_intent=intent.id))
    standin.settle(intent.id)
    made = refund(client.payment_intents.retrieve(intent.id))
    assert (made.status, made.pending_reason) == ("pending", "processing")
    standin.settle_refund(made.id)
    assert client.refunds.retrieve(made.id).status == "succeeded"


@pytest.mark.parametrize(("outcome", "moved"), [("succeeded", True), ("failed", False)])
def test_with_too_low_a_balance_it_waits(client, standin, pay, refund, outcome, moved):
    intent = pay()
    standin.settings.is_short = True
    made = refund(intent)
    assert (made.status, made.pending_reason) == ("pending", "insufficient_funds")
    assert made.balance_transaction is None
    standin.settle_refund(made.id, outcome)
    made = client.refunds.retrieve(made.id)
    assert (made.status, bool(made.balance_transaction)) == (outcome, moved)
    assert "failure_balance_transaction" not in made


def test_one_that_fails_later_gives_the_money_back(client, site, standin, pay, refund):
    intent = pay("pm_card_refundFail")
    made = refund(intent, amount=500)
    assert made.status == "succeeded"
    standin.settle_refund(made.id, "failed")
    failed = client.refunds.retrieve(made.id, {"expand": ["failure_balance_transaction"]})
    assert (failed.status, failed.failure_reason) == ("failed", "expired_or_canceled_card")
    assert failed.failure_balance_transaction.amount == 500
    assert charge_of(client, intent).amount_refunded == 0
    standin.wait_for_webhooks()
    assert site.types()[-1] == "refund.failed"


def test_they_settle_by_themselves(tmp_path):
    with Standin(data=tmp_path / "quick", settle_after=0.05) as standin:
        client = client_of(standin).v1
        made = []
        for card in ("pm_card_pendingRefund", "pm_card_refundFail"):
            how = {"payment_method": card, "confirm": True, "return_url": "https://shop.example/"}
            intent = client.payment_intents.create({"amount": 900, "currency": "eur", **how})
            made.append(client.refunds.create({"payment_intent": intent.id}))
        assert [each.status for each in made] == ["pending", "succeeded"]
        for _try in range(100):
            now = [client.refunds.retrieve(each.id).status for each in made]
            if now == ["succeeded", "failed"]:
                return
        raise AssertionError(now)


def test_the_balance_adds_up(client, standin, pay, refund):
    first, second = pay(), pay(amount=5000)
    refund(first, amount=200)
    dispute = standin.dispute(second.latest_charge)
    rows = client.balance_transactions.list({"limit": 100}).data
    assert sorted(row.net for row in rows) == [-5000, -200, 1200, 5000]
    standin.dispute_becomes(dispute["id"], "won")
    rows = client.balance_transactions.list({"source": dispute["id"]}).data
    assert [row.net for row in rows] == [5000, -5000]
    assert client.balance_transactions.retrieve(rows[0].id).net == 5000

"""Disputes: opened by a card or on a tester's word, and what the bank decides."""

import pytest
import stripe


@pytest.fixture
def disputed(client, pay):
    """A payment that its card's owner disputes at once, and the dispute."""
    intent = pay("pm_card_createDispute")
    return intent, client.disputes.list({"payment_intent": intent.id}).data[0]


def test_the_test_card_disputes(client, site, standin, disputed):
    intent, dispute = disputed
    assert (dispute.status, dispute.amount) == ("needs_response", 1200)
    assert [row.amount for row in dispute.balance_transactions] == [-1200]
    assert not dispute.is_charge_refundable
    assert client.charges.retrieve(intent.latest_charge).disputed
    standin.wait_for_webhooks()
    assert site.types()[-2:] == ["charge.dispute.created", "charge.dispute.funds_withdrawn"]


def test_won_gives_it_back(client, site, standin, disputed):
    _intent, dispute = disputed
    standin.dispute_becomes(dispute.id, "under_review")
    standin.dispute_becomes(dispute.id, "won")
    found = client.disputes.retrieve(dispute.id)
    assert [row.amount for row in found.balance_transactions] == [-1200, 1200]
    standin.wait_for_webhooks()
    assert site.types()[-3:] == [
        "charge.dispute.updated",
        "charge.dispute.funds_reinstated",
        "charge.dispute.closed",
    ]


def test_what_was_won_is_taken_again_when_it_is_lost(client, site, standin, disputed):
    _intent, dispute = disputed
    for status in ("won", "lost"):
        standin.dispute_becomes(dispute.id, status)
    found = client.disputes.retrieve(dispute.id)
    assert [row.amount for row in found.balance_transactions] == [-1200, 1200, -1200]
    standin.wait_for_webhooks()
    assert site.types()[-2:] == ["charge.dispute.funds_withdrawn", "charge.dispute.closed"]


def test_giving_in_loses_it(client, disputed):
    _intent, dispute = disputed
    assert client.disputes.close(dispute.id).status == "lost"
    with pytest.raises(stripe.InvalidRequestError):
        client.disputes.close(dispute.id)
    assert client.balance_transactions.list({"source": dispute.id}).data[0].amount == -1200


def test_an_inquiry_moves_nothing(client, site, standin, pay):
    intent = pay("pm_card_createDisputeInquiry")
    (dispute,) = client.disputes.list({"charge": intent.latest_charge}).data
    assert (dispute.status, dispute.is_charge_refundable) == ("warning_needs_response", True)
    standin.dispute_becomes(dispute.id, "warning_closed")
    assert not client.balance_transactions.list({"source": dispute.id}).data
    standin.wait_for_webhooks()
    assert "charge.dispute.funds_withdrawn" not in site.types()


def test_an_inquiry_may_become_a_dispute(client, standin, pay):
    opened = standin.dispute(pay().latest_charge, "warning_needs_response")
    standin.dispute_becomes(opened["id"], "needs_response")
    dispute = client.disputes.retrieve(opened["id"])
    assert [row.amount for row in dispute.balance_transactions] == [-1200]
    assert not dispute.is_charge_refundable


def test_only_one_on_a_charge(standin, disputed):
    intent, dispute = disputed
    with pytest.raises(Exception, match="cannot be disputed"):
        standin.dispute(intent.latest_charge)
    with pytest.raises(Exception, match="does not become"):
        standin.dispute_becomes(dispute.id, "warning_closed")

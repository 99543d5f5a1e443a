"""What tests of disputes share: a payment that its card's owner disputes, and what follows."""

import pytest

from portal_plugin.gateways import stripe as gateway
from portal_plugin.models import Dispute, LedgerEntry

from .paying import paid, take_all


def ledger(entry):
    found = LedgerEntry.objects.filter(document=entry.document).order_by("pk")
    return [(row.kind, row.amount) for row in found]


def document(entry):
    return type(entry.document).objects.get(pk=entry.document_id)


@pytest.fixture
def disputed(standin):
    """A payment that its card's owner disputes at once."""
    entry = paid(standin, "0259")
    take_all(standin)
    return entry


def become(standin, *states):
    for state in states:
        standin.dispute_becomes(Dispute.objects.get().stripe_dispute, state)
    take_all(standin)


def answer_of(row):
    return gateway.find_dispute(row.stripe_dispute, gateway.shared())

"""Our ledger held against Stripe's, order by order and letter by letter."""

from collections import Counter, defaultdict
from decimal import Decimal

from portal_plugin.models import LedgerEntry, OutgoingEmail
from portal_plugin.services import outbox
from portal_plugin.statuses import LedgerKind
from tests.paying import ask


def of_stripe(standin):
    """Public id of a document to what Stripe has put on the shop's balance for it, in cents."""
    client, found = ask(standin).v1, defaultdict(int)
    intents = client.payment_intents.list({"limit": 100})
    document_of = {one.id: one.metadata["portal_document"] for one in intents.auto_paging_iter()}
    for charge in client.charges.list({"limit": 100}).auto_paging_iter():
        if charge.status == "succeeded":
            found[document_of[charge.payment_intent]] += charge.amount
    for refund in client.refunds.list({"limit": 100}).auto_paging_iter():
        if refund.status != "failed":
            found[document_of[refund.payment_intent]] -= refund.amount
    for dispute in client.disputes.list({"limit": 100}).auto_paging_iter():
        if dispute.status in ("needs_response", "under_review", "lost"):
            found[document_of[dispute.payment_intent]] -= dispute.amount
    return {name: cents for name, cents in found.items() if cents}


def of_ours():
    found = defaultdict(int)
    for entry in LedgerEntry.objects.select_related("document"):
        cents = entry.amount * 100
        assert cents == int(cents)
        found[entry.document.public_id] += int(cents)
    return {name: cents for name, cents in found.items() if cents}


def receipts(mailoutbox):
    """Message-ID to how often it went out, of the receipts alone."""
    while outbox.drain():
        continue
    kept = OutgoingEmail.objects.filter(kind="receipt_payment")
    ids = set(kept.values_list("message_id", flat=True))
    sent = Counter(letter.extra_headers["Message-ID"] for letter in mailoutbox)
    return {name: sent[name] for name in ids}


def hold(standin, mailoutbox):
    """To the cent, and one receipt for each payment."""
    assert of_ours() == of_stripe(standin)
    paid = LedgerEntry.objects.filter(kind=LedgerKind.PAYMENT)
    told = OutgoingEmail.objects.filter(kind="receipt_payment")
    assert paid.count() == told.count()
    assert set(receipts(mailoutbox).values()) <= {1}
    assert all(entry.amount > Decimal(0) for entry in paid)

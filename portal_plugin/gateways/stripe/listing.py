"""Everything of a time, for whoever compares: https://docs.stripe.com/api/pagination.

Newest first. Stripe keeps events for 30 days; payments, refunds and disputes for ever.
"""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from . import disputes, payments, refunds
from .accounts import Account
from .client import asking, client
from .events import Event, event_of

if TYPE_CHECKING:
    from stripe.params import EventListParams

#: The most that Stripe gives at once.
PAGE = 100
#: The most types that Stripe takes in one question.
MOST_TYPES = 20


def events_since(since: datetime, types: Collection[str], account: Account) -> Iterator[Event]:
    """Raises ``StripeTrouble``, also in the middle."""
    named = sorted(types)
    for start in range(0, len(named), MOST_TYPES):
        params: EventListParams = {
            "types": named[start : start + MOST_TYPES],
            "created": {"gte": int(since.timestamp())},
            "limit": PAGE,
        }
        with asking():
            for event in client(account).v1.events.list(params).auto_paging_iter():
                yield event_of(event.to_dict())


def payments_since(since: datetime, account: Account) -> Iterator[payments.Payment]:
    """Those that have our words on them; of other programs in the account none."""
    with asking():
        found = client(account).v1.payment_intents.list(
            {
                "created": {"gte": int(since.timestamp())},
                "expand": [f"data.{path}" for path in payments.EXPANDED],
                "limit": PAGE,
            }
        )
        for intent in found.auto_paging_iter():
            payment = payments.read(intent)
            if payment.document:
                yield payment


def refunds_since(since: datetime, account: Account) -> Iterator[refunds.Refund]:
    with asking():
        found = client(account).v1.refunds.list(
            {"created": {"gte": int(since.timestamp())}, "limit": PAGE}
        )
        for refund in found.auto_paging_iter():
            yield refunds.read(refund)


def disputes_since(since: datetime, account: Account) -> Iterator[disputes.Dispute]:
    with asking():
        found = client(account).v1.disputes.list(
            {"created": {"gte": int(since.timestamp())}, "limit": PAGE}
        )
        for dispute in found.auto_paging_iter():
            yield disputes.read(dispute)

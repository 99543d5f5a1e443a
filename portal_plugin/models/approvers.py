"""Where everybody has to say yes: who was asked, who has said it, and who has not.

One no declines, as it does where one yes is enough. What staff wrote down for the customer counts
for all of them. Whoever is given a link after everybody had said yes is not asked any more.
"""

from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import Any

from ..statuses import Verdict


def person_of(link: Any) -> tuple:
    """The same for all links of one person, on an estimate and on its order, also where their name
    was written differently once."""
    one = link.recipient
    if not one.email:
        return (one.pk,)
    return (one.customer_id, one.contact_id, one.email.lower())


def approvers(document: Any) -> list:
    """A link of each person who is asked for a yes, the first that they had. The rest of an
    estimate that was sent to nobody yet still asks those of the estimate."""
    from .access import DirectLink

    found = DirectLink.objects.approving().filter(document__in=[document.pk, *document.ancestors])
    rows = list(found.select_related("recipient").order_by("pk"))
    own = {document.pk, getattr(document, "source_estimate_id", None)}
    by_person: dict[tuple, Any] = {}
    for link in [row for row in rows if row.document_id in own] or rows:
        by_person.setdefault(person_of(link), link)
    return list(by_person.values())


def yes_in_a_row(decisions: Sequence, since_id: int, after: int) -> list:
    """The newest decisions on one item, as far as all of them say yes to what it is now. ``after``
    is the submission of the newest change request."""
    newest_first = takewhile(
        lambda d: (
            d.verdict == Verdict.APPROVE and d.since_id == since_id and d.submission_id > after
        ),
        reversed(decisions),
    )
    return list(newest_first)[::-1]


def missing(said: Sequence, asked: Iterable) -> list:
    """Links of whoever has still to say yes; none where everybody had who was asked by then."""
    if any(decision.submission.link is None for decision in said):
        return []
    people = {person_of(decision.submission.link) for decision in said}
    silent = [link for link in asked if person_of(link) not in people]
    newest = said[-1].created_at
    return silent if any(link.asked_since <= newest for link in silent) else []

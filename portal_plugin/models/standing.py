"""Where a document stands: which item waits, which was approved, and what that makes of the whole.

Nothing of this is stored. It follows from the current version, the decisions and the change
requests of its thread, read once in four queries however many items there are; in five where all
have to say yes.
"""

from dataclasses import dataclass
from functools import cache, cached_property

from ..statuses import (
    ApprovalsNeeded,
    ChangeRequestState,
    DocumentKind,
    DocumentState,
    ItemState,
    Verdict,
)
from . import approvers
from .prepared import Prepared
from .since_agreed import since_agreed
from .threads import PreparedThread


@dataclass(frozen=True)
class ItemStanding:
    """One item of the current version. ``decision`` is the one that counts, if any."""

    key: object
    state: ItemState
    item_hash: str
    since_id: int
    canonical: str = ""
    decision: object = None
    earlier: object = None
    change_request: object = None
    #: Where all have to say yes and some have: their decisions, and links of the others.
    approvals: tuple = ()
    missing: tuple = ()
    #: Where all have to say yes: the decisions that say it to what the item is now.
    yeses: tuple = ()

    def has_yes_of(self, link) -> bool:
        """Whether the person behind the link has said theirs, and it waits for others."""
        if link is None or not self.approvals:
            return False
        who = approvers.person_of(link)
        return any(approvers.person_of(d.submission.link) == who for d in self.approvals)


class Standing:
    """A reading of one moment. Take a new one under the lock before writing."""

    def __init__(self, document):
        self.document = document

    @cached_property
    def version_items(self):
        if self.document.current_version_id is None:
            return []
        return _items_of_versions().rows(self.document.current_version_id)

    @cached_property
    def decisions(self):
        """Newest last; the submission's id is the order, not the clock."""
        return _decisions(self.needs_all).of(self.document)

    @cached_property
    def decisions_of(self) -> dict:
        """Item key to the decisions on it, newest last."""
        found: dict = {}
        for decision in self.decisions:
            found.setdefault(decision.item_key, []).append(decision)
        return found

    @property
    def needs_all(self) -> bool:
        return self.document.approvals_needed == ApprovalsNeeded.ALL

    @cached_property
    def approvers(self) -> list:
        """Links of whoever is asked, where all of them have to say yes."""
        return approvers.approvers(self.document) if self.needs_all else []

    @cached_property
    def change_requests(self):
        """Those on this document and its items. What was asked about the whole of an estimate goes
        on to its order, and not to the estimate of the rest."""
        return self.without_foreign(_change_requests().of(self.document))

    def without_foreign(self, found) -> list:
        """Of the change requests of a thread those that keep something of this document waiting."""
        own = {self.document.pk, getattr(self.document, "source_estimate_id", None)}
        return [r for r in found if r.item_key is not None or r.document_id in own]

    @cached_property
    def items(self) -> dict:
        """Item key to ``ItemStanding``, for the items that ask for a decision."""
        counted = self.document.counted_keys
        undecidable = {line.key for line in self.document.lines} - counted
        return {
            item.key: self._of_item(item)
            for item in self.version_items
            if item.key not in undecidable
        }

    def _of_item(self, item):
        decided = self.decisions_of.get(item.key, [])
        newest = decided[-1] if decided else None
        counting = newest if newest and newest.since_id == item.since_id else None
        requests = [r for r in self.change_requests if self._covers(r, item.key, counting)]
        open_request = next((r for r in requests if r.is_open), None)
        said, missing = [], []
        if open_request:
            state, counting = ItemState.CHANGES_REQUESTED, None
        elif (
            counting is None
            or counting.verdict == Verdict.UNDO
            or any(_order(r) > counting.submission_id for r in requests)
        ):
            state, counting = ItemState.WAITING, None
        elif counting.verdict == Verdict.APPROVE:
            state = ItemState.APPROVED
            if self.needs_all:
                after = max(map(_order, requests), default=0)
                said = approvers.yes_in_a_row(decided, item.since_id, after)
                missing = approvers.missing(said, self.approvers)
            if missing:
                state, counting = ItemState.WAITING, None
        else:
            state = ItemState.DECLINED
        return ItemStanding(
            key=item.key,
            state=state,
            item_hash=item.item_hash,
            since_id=item.since_id,
            canonical=item.canonical,
            decision=counting,
            earlier=newest if newest is not counting and not missing else None,
            change_request=open_request,
            approvals=tuple(said) if missing else (),
            missing=tuple(missing),
            yeses=tuple(said),
        )

    def _covers(self, request, key, counting):
        """Whether it keeps the item from approval. On an order a request for the whole comes too
        late for an item with a yes before it, as one for that item alone does."""
        if request.is_late or request.item_key not in (None, key):
            return False
        is_for_all = self.document.is_order and request.item_key is None
        has_yes = counting is not None and counting.verdict == Verdict.APPROVE
        return not (is_for_all and has_yes and _order(request) > counting.submission_id)

    def keys(self, state) -> list:
        return [key for key, item in self.items.items() if item.state == state]

    @property
    def waiting_keys(self):
        return self.keys(ItemState.WAITING)

    def waiting_for(self, link) -> list:
        """Keys of the items that wait for the yes of this person."""
        items = self.items
        return [key for key in self.waiting_keys if not items[key].has_yes_of(link)]

    def asks(self, link) -> bool:
        """Whether it waits for this person, and they may answer."""
        if link.is_limited:
            return False
        return bool(self.waiting_for(link)) or self.asks_to_confirm(link)

    def asks_to_confirm(self, link) -> bool:
        """Whether what changed around the items waits for the yes of this person. Without a link:
        of anybody."""
        if self.change_to_confirm is None:
            return False
        missing = self.since_agreed.missing
        if link is None or not missing:
            return True
        return approvers.person_of(link) in {approvers.person_of(one) for one in missing}

    @property
    def missing_people(self) -> list:
        """Links of those whose yes is missing where others have said theirs, each once."""
        missing = [link for item in self.items.values() for link in item.missing]
        if self.change_to_confirm is not None and self.since_agreed.confirmed:
            missing += self.since_agreed.missing
        return list({link.pk: link for link in missing}.values())

    @cached_property
    def never_wanted_keys(self):
        """Declined, and never approved before: a no to a later proof of what was ordered is about
        the proof, and its price stays."""
        approved = {d.item_key for d in self.decisions if d.verdict == Verdict.APPROVE}
        return [key for key in self.keys(ItemState.DECLINED) if key not in approved]

    @property
    def ends_by_declining(self) -> bool:
        """Whether what was declined is all that was ever wanted of it. A no to a later proof of
        what was ordered ends no order."""
        declined = self.keys(ItemState.DECLINED)
        return not self.document.is_order or len(self.never_wanted_keys) == len(declined)

    @cached_property
    def since_agreed(self):
        """What changed around the items since the customer agreed to the whole, and whom it waits
        for: a ``SinceAgreed``, or ``None``."""
        return since_agreed(self)

    @property
    def change_since_agreed(self):
        """What of it changed: a ``version_changes.Change``, or ``None``."""
        return self.since_agreed.change if self.since_agreed is not None else None

    @property
    def change_to_confirm(self):
        """The part of it that waits for the customer's yes."""
        found = self.change_since_agreed
        return found if found is not None and found.asks else None

    @property
    def is_raised(self) -> bool:
        """Whether more would be paid than the customer agreed to, or earlier: they confirm it
        first."""
        change = self.change_to_confirm
        return change is not None and change.moves_money

    @property
    def open_requests(self):
        return [r for r in self.change_requests if r.state == ChangeRequestState.OPEN]

    @property
    def is_out(self) -> bool:
        return self.document.live and self.document.current_version_id is not None

    @cached_property
    def state(self) -> DocumentState:
        document = self.document
        if not self.is_out:
            return DocumentState.UNPUBLISHED
        if document.final_state:
            return DocumentState(document.final_state)
        if document.cancelled_at:
            return DocumentState.CANCELLED
        if document.completed_at:
            return DocumentState.COMPLETED
        derived = self._from_items()
        still_open = derived not in (DocumentState.APPROVED, DocumentState.DECLINED)
        if still_open and document.kind == DocumentKind.ESTIMATE and document.is_past_validity:
            return DocumentState.EXPIRED
        return derived

    def _from_items(self):
        states = {item.state for item in self.items.values()}
        if ItemState.CHANGES_REQUESTED in states:
            return DocumentState.CHANGES_REQUESTED
        if ItemState.WAITING in states:
            partly = len(states) > 1 and self.document.kind == DocumentKind.ESTIMATE
            return DocumentState.PARTLY_APPROVED if partly else DocumentState.WAITING
        if states == {ItemState.DECLINED}:
            return DocumentState.DECLINED
        is_agreed = states and self.change_to_confirm is None
        return DocumentState.APPROVED if is_agreed else DocumentState.WAITING


def _order(request):
    return request.submission_id or 0


@cache
def _items_of_versions():
    from .versions import VersionItem

    return Prepared(VersionItem.objects.all(), "version", 0)


@cache
def _decisions(needs_all):
    from .decisions import Decision

    of_people = "submission__link__recipient" if needs_all else "submission"
    rows = Decision.objects.select_related(of_people, "version").defer("version__content")
    return PreparedThread(rows.order_by("submission_id", "pk"))


@cache
def _change_requests():
    from .conversation import ChangeRequest

    return PreparedThread(ChangeRequest.objects.order_by("pk"))

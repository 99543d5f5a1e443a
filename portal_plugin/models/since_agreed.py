"""What the customer last said yes to of a document as a whole, and what changed around it since.

Nothing of this is stored as a flag: it follows from the versions, from which of them the standing
approvals were given for, and from the entries of the history that confirm a later one. Where
everybody has to say yes, each person's own approvals and confirmations are looked at.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from django.db.models import OuterRef, Q, Subquery

from .. import version_changes
from ..statuses import ItemState
from .activity import Activity
from .approvers import person_of

#: Verbs of the history that say yes to a version's total, deposit and delivery.
CONFIRMING = ("confirm_change", "confirmed_for_customer")


@dataclass(frozen=True)
class SinceAgreed:
    """What waits for a yes, or is only good news. Where everybody has to say yes, links of those
    who have agreed to what is out now, and of those who have not; else both are empty."""

    change: version_changes.Change
    confirmed: tuple = ()
    missing: tuple = ()


def since_agreed(standing, content=None) -> SinceAgreed | None:
    """``None`` where no approval stands or nothing changed around the items since. ``content`` is
    what holds now, where that is not the version that is out: a draft's, before it is published.

    No query where the approvals are about the version that is out, one where it went out again
    since, two where a change was agreed; three where everybody has to agree.
    """
    approved = standing.keys(ItemState.APPROVED)
    if not approved or standing.document.current_version_id is None:
        return None
    found = _Yeses(standing, approved, content)
    return None if found.is_newest and content is None else found.since()


@dataclass
class _Yeses:
    """Everybody's yes to the document, as the numbers of the versions that they gave it to."""

    standing: Any
    approved: list
    content: Any
    contents: dict = field(default_factory=dict)

    def __post_init__(self):
        self.document = self.standing.document
        self.items = [self.standing.items[key] for key in self.approved]
        self.oldest = min(self._number(item.decision) for item in self.items)
        #: Those who are asked one by one; without them one yes is that of all.
        self.asked = {person_of(link): link for link in self.standing.approvers}
        self.given = {who: self._approved_by(who) for who in self.asked or [None]}

    @property
    def is_newest(self) -> bool:
        """Whether all of them are about the version that is out; told from rows that are read."""
        newest = {
            item.decision.version.number
            for item in self.items
            if item.decision.version_id == self.document.current_version_id
        }
        return {self.oldest, *self.given.values()} == newest

    def since(self) -> SinceAgreed | None:
        entries = self._confirmations()
        newest = {who: max([n, *_confirmed(entries, who)]) for who, n in self.given.items()}
        silent = {who for who, n in newest.items() if self._change(n).asks}
        if self.asked and silent and not self._is_anybody_asked(silent, entries):
            # All who were to be asked have agreed: then it is about the newest that they agreed to.
            silent = set()
            newest = {who: n for who, n in newest.items() if not self._change(n).asks} or {
                None: max(number for number in self.contents if not self._change(number).asks)
            }
        change = self._change(min(newest[who] for who in silent or newest))
        if not change.is_any:
            return None
        missing = tuple(link for who, link in self.asked.items() if who in silent)
        confirmed = [link for who, link in self.asked.items() if who not in silent]
        return SinceAgreed(change, tuple(confirmed) if missing else (), missing)

    def _approved_by(self, who) -> int:
        """The oldest version that an approval of the person is about; what staff wrote down is said
        by everybody. Of whoever approved nothing, the oldest that anybody's is about."""
        if who is None:
            return self.oldest
        said = []
        for item in self.items:
            own = [self._number(d) for d in item.yeses if _is_by(d.submission.link, who)]
            said += [max(own)] if own else []
        return min(said, default=self.oldest)

    def _number(self, decision) -> int:
        """An order is made of what was agreed to on its estimate: that is its first version."""
        return decision.version.number if decision.document_id == self.document.pk else 1

    def _read(self, numbers) -> str | None:
        """Versions into ``contents``. Returns what the newest entry that confirms one keeps."""
        if not numbers:
            return None
        current = self.document.current_version_id
        entries = Activity.objects.filter(document=OuterRef("document"), verb__in=CONFIRMING)
        newest = entries.order_by("-sequence").values("data")[:1]
        found = self.document.versions.filter(Q(number__in=numbers) | Q(pk=current))
        rows = list(found.annotate(confirming=Subquery(newest)))
        for row in rows:
            content = json.loads(row.content)
            if row.pk == current:
                self.content = self.content or content
            if row.number in numbers:
                self.contents[row.number] = content
        return rows[0].confirming

    def _confirmations(self) -> list:
        """Numbers of the versions that were confirmed, each with its entry of the history; without
        one it is everybody's. None where nothing changed since."""
        confirming = self._read({self.oldest, *self.given.values()})
        if confirming is None or not any(self._change(n).is_any for n in self.given.values()):
            return []
        found = self._entries() if self.asked else [(json.loads(confirming)["version"], None)]
        self._read({number for number, _row in found} - self.contents.keys())
        return found

    def _entries(self) -> list:
        found = Activity.objects.filter(document=self.document.pk, verb__in=CONFIRMING)
        rows = found.select_related("link__recipient").order_by("sequence")
        return [(json.loads(row.data)["version"], row) for row in rows]

    def _change(self, number) -> version_changes.Change:
        """From the version of that number."""
        wanted, unwanted = self.document.customers_choices
        if self.document.is_order:
            unwanted = unwanted | set(self.standing.never_wanted_keys)
        return version_changes.change(
            self.contents[number],
            self.content,
            approved={str(key) for key in self.approved},
            chosen={str(key) for key in wanted},
            left_out={str(key) for key in unwanted},
        )

    def _is_anybody_asked(self, silent, entries) -> bool:
        """Whoever is given a link after the last yes to what is out now is not asked any more."""
        decisions = [decision for item in self.items for decision in item.yeses]
        yeses = [*entries, *((self._number(decision), decision) for decision in decisions)]
        agreed = {number for number in self.contents if not self._change(number).asks}
        said = [row.created_at for number, row in yeses if number in agreed]
        return not said or any(self.asked[who].asked_since <= max(said) for who in silent)


def _is_by(link, who) -> bool:
    return link is None or who is None or person_of(link) == who


def _confirmed(entries, who) -> list[int]:
    return [number for number, row in entries if row is None or _is_by(row.link, who)]

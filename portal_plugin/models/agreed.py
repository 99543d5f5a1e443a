"""What the customer last said yes to of a document as a whole, and what changed around it since.

Nothing of this is stored as a flag: it follows from the versions, from which of them the standing
approvals were given for, and from the entries of the history that confirm a later one.
"""

import json

from .. import agreement
from ..statuses import ItemState

#: Verbs of the history that say yes to a version's total, deposit and delivery.
CONFIRMING = ("confirm_change", "confirmed_for_customer")


def change_since_agreed(standing, content=None) -> agreement.Change | None:
    """``None`` where no approval stands or nothing changed around the items since. ``content`` is
    what holds now, where that is not the version that is out: a draft's, before it is published.

    One query where the document went out again after the approvals, three where it changed.
    """
    document = standing.document
    approved = standing.keys(ItemState.APPROVED)
    version_id = document.current_version_id
    if not approved or version_id is None:
        return None
    first = _first_agreed(standing, approved)
    if first == version_id and content is None:
        return None
    versions = {version.pk: version for version in _versions(document, first, version_id)}
    agreed = versions[first] if first else min(versions.values(), key=lambda row: row.number)
    content = content or json.loads(versions[version_id].content)
    words = {
        "approved": {str(key) for key in approved},
        "left_out": {str(key) for key in standing.never_wanted_keys} if document.is_order else (),
    }
    found = agreement.change(json.loads(agreed.content), content, **words)
    if not found.is_any:
        return None
    confirmed = _confirmed(document, agreed)
    if confirmed is not None:
        found = agreement.change(json.loads(confirmed.content), content, **words)
    return found if found.is_any else None


def _first_agreed(standing, approved) -> int | None:
    """The id of the version that the oldest standing approval is about. ``None`` is the document's
    first one: an order is made of what was agreed to on its estimate."""
    decisions = [standing.items[key].decision for key in approved]
    if any(decision.document_id != standing.document.pk for decision in decisions):
        return None
    return min(decision.version_id for decision in decisions)


def _versions(document, first, current):
    wanted = {"pk__in": [first, current]} if first else {}
    if wanted:
        return document.versions.filter(**wanted)
    return document.versions.filter(number=1) | document.versions.filter(pk=current)


def _confirmed(document, agreed):
    """The newest version after ``agreed`` that the customer confirmed."""
    entries = document.activities.filter(verb__in=CONFIRMING).order_by("-sequence")
    newest = entries.values_list("data", flat=True).first()
    if newest is None:
        return None
    number = json.loads(newest)["version"]
    return document.versions.filter(number=number).first() if number > agreed.number else None

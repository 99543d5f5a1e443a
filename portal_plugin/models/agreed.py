"""What the customer last said yes to of a document as a whole, and what changed around it since.

Nothing of this is stored as a flag: it follows from the versions, from which of them the standing
approvals were given for, and from the entries of the history that confirm a later one.
"""

import json

from django.db.models import OuterRef, Q, Subquery

from .. import agreement
from ..statuses import ItemState
from .activity import Activity

#: Verbs of the history that say yes to a version's total, deposit and delivery.
CONFIRMING = ("confirm_change", "confirmed_for_customer")


def change_since_agreed(standing, content=None) -> agreement.Change | None:
    """``None`` where no approval stands or nothing changed around the items since. ``content`` is
    what holds now, where that is not the version that is out: a draft's, before it is published.

    One query where the document went out again after the approvals, two where a change was agreed.
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
    wanted, unwanted = document.customers_choices
    if document.is_order:
        unwanted = unwanted | set(standing.never_wanted_keys)
    words = {
        "approved": {str(key) for key in approved},
        "chosen": {str(key) for key in wanted},
        "left_out": {str(key) for key in unwanted},
    }
    found = agreement.change(json.loads(agreed.content), content, **words)
    if not found.is_any:
        return None
    confirmed = _confirmed(document, agreed, versions[version_id].confirming)
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
    """With ``confirming``: what the newest entry of the history that confirms one keeps."""
    oldest = Q(pk=first) if first else Q(number=1)
    entries = Activity.objects.filter(document=OuterRef("document"), verb__in=CONFIRMING)
    newest = entries.order_by("-sequence").values("data")[:1]
    found = document.versions.filter(oldest | Q(pk=current))
    return found.annotate(confirming=Subquery(newest))


def _confirmed(document, agreed, newest):
    """The newest version after ``agreed`` that the customer confirmed."""
    if newest is None:
        return None
    number = json.loads(newest)["version"]
    return document.versions.filter(number=number).first() if number > agreed.number else None

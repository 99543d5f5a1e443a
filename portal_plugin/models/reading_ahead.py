"""What many documents would each ask the database for, read for all of them at once.

An export reads thousands of them, and each total follows from items, choices and decisions.
"""

from collections import defaultdict

from ..statuses import Verdict
from .choices import Choice, newest_of
from .conversation import ChangeRequest
from .decisions import Decision
from .items import LineItem
from .versions import VersionItem


def for_totals(documents) -> None:
    """``totals`` of each then asks for nothing. At most six queries, however many there are; where
    all have to say yes, one more for each document with a no."""
    _items(documents)
    _choices([document for document in documents if document.has_choices])
    _refusals([document for document in documents if document.is_order])


def _items(documents):
    rows = defaultdict(list)
    ids = [document.pk for document in documents]
    for item in LineItem.objects.filter(document__in=ids).order_by("sort_order", "pk"):
        rows[item.document_id].append(item)
    for document in documents:
        document.lines = rows[document.pk]


def _choices(documents):
    found = Choice.objects.order_by("pk").by_document(documents)
    for document in documents:
        document.chosen = newest_of(found[document.pk])


def _refusals(documents):
    """Few orders have an item that was declined; how all others stand does not matter."""
    declined = Decision.objects.filter(verdict=Verdict.DECLINE).defer("canonical")
    found = declined.order_by("pk").by_document(documents)
    for document in documents:
        if not found[document.pk]:
            document.standing.never_wanted_keys = []
    _standings([document for document in documents if found[document.pk]])


def _standings(documents):
    items = defaultdict(list)
    versions = {document.current_version_id for document in documents}
    for item in VersionItem.objects.filter(version__in=versions) if documents else []:
        items[item.version_id].append(item)
    decisions = Decision.objects.select_related("submission__link__recipient", "version")
    decisions = decisions.defer("version__content").order_by("submission_id", "pk")
    decided = decisions.by_document(documents)
    asked = ChangeRequest.objects.order_by("pk").by_document(documents)
    for document in documents:
        document.standing.version_items = items[document.current_version_id]
        document.standing.decisions = decided[document.pk]
        document.standing.change_requests = document.standing.without_foreign(asked[document.pk])

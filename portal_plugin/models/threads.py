"""A document and what it was made from: an order has the past of its estimate.

What becomes of the rest of an estimate is another document's business, though all of them are one
family: other people may have a link to it.
"""

from collections import defaultdict
from operator import itemgetter

from django.db import models

from .prepared import Prepared


class ThreadQuerySet(models.QuerySet):
    """Rows that hang on a document, and may be about one of its items."""

    #: Lookup of the row that has ``document`` and ``item_key``, where it is not this one.
    through = ""
    #: Whether such a row may be about the whole document; it then has ``created_at``.
    is_also_of_whole = True

    def of_thread(self, document):
        """Those on the document itself, and of what it was made from those about an item that it
        has, and about the whole."""
        found = self._at(document=document.pk)
        if document.ancestors:
            keys = [line.key for line in document.lines]
            found |= self._at(document__in=document.ancestors, item_key__in=keys)
            if self.is_also_of_whole:
                found |= self._of_whole(document)
        return self.filter(found)

    def by_document(self, documents) -> dict:
        """Document's id to what ``of_thread`` would find for it, in one query for all of them and
        in the order of this queryset. For rows that have ``document`` and ``item_key`` themselves.
        """
        ids = {pk for document in documents for pk in (document.pk, *document.ancestors)}
        rows = defaultdict(list)
        for place, row in enumerate(self._at_any(ids)):
            rows[row.document_id].append((place, row))
        return {document.pk: self._of_one(document, rows) for document in documents}

    def _at_any(self, ids):
        return self.filter(self._at(document__in=ids)) if ids else []

    def _of_one(self, document, rows) -> list:
        keys = {line.key for line in document.lines}
        found = list(rows[document.pk])
        for pk in document.ancestors:
            found += [
                (place, row)
                for place, row in rows[pk]
                if row.item_key in keys or self._is_of_whole(row, document)
            ]
        return [row for _place, row in sorted(found, key=itemgetter(0))]

    def _is_of_whole(self, row, document) -> bool:
        """As ``_of_whole``, of a row that is there."""
        if not self.is_also_of_whole or row.item_key is not None:
            return False
        is_of_source = document.is_order and row.document_id == document.ancestors[0]
        return is_of_source or row.created_at < document.created_at

    def _of_whole(self, document):
        """An order goes on with its estimate; elsewhere what is said after the parting is about
        what stayed behind."""
        before = models.Q(document__in=document.ancestors, created_at__lt=document.created_at)
        if document.is_order:
            before |= models.Q(document=document.ancestors[0])
        return before & models.Q(item_key=None)

    def _at(self, **lookups):
        return models.Q(**{f"{self.through}{name}": value for name, value in lookups.items()})


class PreparedThread:
    """``rows.of_thread``, put together once for documents that were made from nothing."""

    def __init__(self, rows):
        self._rows = rows
        self._own = Prepared(rows, f"{rows.through}document", 0)

    def of(self, document) -> list:
        if document.ancestors:
            return list(self._rows.of_thread(document))
        return self._own.rows(document.pk)

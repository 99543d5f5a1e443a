"""A document and what it was made from: an order has the past of its estimate.

What becomes of the rest of an estimate is another document's business, though all of them are one
family: other people may have a link to it.
"""

from django.db import models


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

    def _of_whole(self, document):
        """An order goes on with its estimate; elsewhere what is said after the parting is about
        what stayed behind."""
        before = models.Q(document__in=document.ancestors, created_at__lt=document.created_at)
        if document.is_order:
            before |= models.Q(document=document.ancestors[0])
        return before & models.Q(item_key=None)

    def _at(self, **lookups):
        return models.Q(**{f"{self.through}{name}": value for name, value in lookups.items()})

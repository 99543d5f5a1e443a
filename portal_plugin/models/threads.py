"""A document and what it was made from: an order has the past of its estimate.

What becomes of the rest of an estimate is another document's business, though all of them are one
family: other people may have a link to it.
"""

from django.db import models


class ThreadQuerySet(models.QuerySet):
    """Rows that hang on a document, and may be about one of its items."""

    #: Lookup of the row that has ``document`` and ``item_key``, where it is not this one.
    through = ""

    def of_thread(self, document):
        """Those on the document itself, and on what it was made from those about the whole or
        about an item that it has."""
        own = models.Q(**{f"{self.through}document": document.pk})
        if not document.ancestors:
            return self.filter(own)
        about = models.Q(**{f"{self.through}item_key": None})
        about |= models.Q(**{f"{self.through}item_key__in": [line.key for line in document.lines]})
        earlier = models.Q(**{f"{self.through}document__in": document.ancestors})
        return self.filter(own | (earlier & about))

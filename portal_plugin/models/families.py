"""An estimate, the order made from it and the rest of its items are one family."""

from django.db import models


class FamilyQuerySet(models.QuerySet):
    """Rows that hang on a document."""

    def of_family(self, document):
        """Also those on the estimate that an order was made from."""
        return self.filter(document__family=document.family)

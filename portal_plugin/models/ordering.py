"""Rows that a shop puts in an order of its own."""

from django.db import models


class OrderedQuerySet(models.QuerySet):
    """Of models with a ``site`` and a ``position``; positions are counted per site."""

    def next_position(self, site) -> int:
        """Where a new row of the site goes: to the end."""
        last = self.filter(site=site).aggregate(last=models.Max("position"))["last"]
        return 0 if last is None else last + 1

    def put_in_order(self, rows) -> None:
        """``rows`` of one site, in the order that they are to have."""
        for position, row in enumerate(rows):
            row.position = position
        self.bulk_update(rows, ["position"])

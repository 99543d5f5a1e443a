"""What customers chose of what an estimate offers: options, and one of several alternatives."""

from collections import defaultdict

from django.db import models

from .threads import ThreadQuerySet


class ChoiceQuerySet(ThreadQuerySet):
    is_also_of_whole = False

    def newest(self, document) -> dict:
        """Item key to the newest row that is about it, the oldest first."""
        return newest_of(self.of_thread(document).order_by("pk"))


class Choice(models.Model):
    """One tick or its taking back. Rows are added, never changed: the newest of an item counts.

    It is written by the customer and part of no revision; what an item costs, and so what a
    decision is about, is the same whether it is chosen or not.
    """

    submission = models.ForeignKey(
        "portal_plugin.Submission", on_delete=models.PROTECT, related_name="choices"
    )
    document = models.ForeignKey(
        "portal_plugin.SalesDocument", on_delete=models.PROTECT, related_name="choices"
    )
    item_key = models.UUIDField()
    is_chosen = models.BooleanField()
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ChoiceQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["document", "item_key"], name="portal_choice_item")]

    def __str__(self):
        return f"{self.item_key} · {self.is_chosen}"


def newest_of(choices) -> dict:
    """What ``newest`` gives, of a document's rows, the oldest first."""
    rows = {}
    for row in choices:
        rows.pop(row.item_key, None)
        rows[row.item_key] = row
    return rows


def counted_keys(lines, chosen) -> set:
    """Keys of the items that count: all that are no option, the options that were chosen, and one
    of each group of alternatives. ``chosen`` is what ``newest`` gives; where the customer has not
    said anything, staff's own selection holds."""
    counted, groups = set(), defaultdict(list)
    for item in lines:
        if item.alternative_group:
            groups[item.alternative_group].append(item)
            continue
        row = chosen.get(item.key)
        if not item.is_optional or (row.is_chosen if row else item.is_selected):
            counted.add(item.key)
    return counted | {_pick(items, chosen) for items in groups.values()}


def _pick(items, chosen):
    keys = {item.key for item in items}
    picked = [key for key, row in chosen.items() if key in keys and row.is_chosen]
    if picked:
        return picked[-1]
    selected = [item.key for item in items if item.is_selected]
    return (selected or [item.key for item in items])[0]

"""What a document is now, and whose turn it is."""

from collections import defaultdict
from functools import cached_property

from .. import days
from ..statuses import DocumentState, WaitingFor
from .choices import Choice, counted_keys
from .standing import Standing


class Turns:
    """Derived from rows; see ``standing`` for the items."""

    @cached_property
    def lines(self) -> list:
        """The line items in order; works on unsaved ones in a preview."""
        items = self.line_items.all()
        return sorted(items, key=lambda item: (item.sort_order or 0, item.pk or 0))

    @cached_property
    def counted_keys(self) -> set:
        """Of the items that make the total."""
        return counted_keys(self.lines, self.chosen)

    @cached_property
    def chosen(self) -> dict:
        """What the customer said of options and alternatives, as ``ChoiceQuerySet.newest`` gives
        it. Costs a query only where something can be chosen."""
        return Choice.objects.newest(self) if self.pk is not None and self.has_choices else {}

    @property
    def customers_choices(self) -> tuple[set, set]:
        """Keys of the items that count and of those that do not because of what the customer chose,
        not of what staff ticked."""
        own = {item.key for item in self.lines if item.alternative_group} | set(self.chosen)
        return own & self.counted_keys, own - self.counted_keys

    @property
    def has_choices(self) -> bool:
        return any(item.is_choice for item in self.lines)

    @property
    def options(self) -> list:
        return [item for item in self.lines if item.is_optional and not item.alternative_group]

    @property
    def alternatives(self) -> dict:
        """Name of each group to its items."""
        groups = defaultdict(list)
        for item in self.lines:
            if item.alternative_group:
                groups[item.alternative_group].append(item)
        return dict(groups)

    def with_alternatives(self, keys) -> set:
        """The keys, and those of what can be chosen in place of their items: a choice stays whole
        wherever it goes."""
        groups = {item.alternative_group for item in self.lines if item.key in keys} - {""}
        return set(keys) | {item.key for item in self.lines if item.alternative_group in groups}

    @cached_property
    def standing(self) -> Standing:
        return Standing(self)

    @property
    def state(self) -> DocumentState:
        return self.standing.state

    @property
    def last_valid_day(self):
        return self.valid_until_override or self.valid_until

    @property
    def is_past_validity(self):
        """True once the last valid day has ended in the site's time zone."""
        today = days.today()
        return self.last_valid_day is not None and self.last_valid_day < today

    @property
    def whose_turn(self) -> WaitingFor:
        """Whom the work waits for now."""
        state = self.state
        if state in (
            DocumentState.CONVERTED,
            DocumentState.DECLINED,
            DocumentState.CANCELLED,
            DocumentState.EXPIRED,
        ):
            return WaitingFor.US if self._is_left_to_do(state) else WaitingFor.NOBODY
        if state in (DocumentState.UNPUBLISHED, DocumentState.CHANGES_REQUESTED):
            return WaitingFor.US
        if self.standing.open_requests or self.has_unanswered_comment:
            return WaitingFor.US
        if state in (DocumentState.WAITING, DocumentState.PARTLY_APPROVED):
            return WaitingFor.CUSTOMER
        return self._turn_after_approval(state)

    def _is_left_to_do(self, state) -> bool:
        """By the shop, where nothing else goes on. What was paid for an order is not over with a
        no."""
        if self.has_unanswered_comment or self.refund_due:
            return True
        if state == DocumentState.CANCELLED:
            return False
        if self.standing.open_requests:
            return True
        if state != DocumentState.DECLINED:
            return False
        return not self.standing.ends_by_declining or self.overpaid > 0

    def _turn_after_approval(self, state):
        if state == DocumentState.COMPLETED or (self.is_order and self.is_in_final_stage):
            return WaitingFor.CUSTOMER if self.balance_due else WaitingFor.NOBODY
        if self.is_order and (self.deposit_due or (self.stage and self.stage.waits_for_customer)):
            return WaitingFor.CUSTOMER
        return WaitingFor.US

    @property
    def is_in_final_stage(self):
        """The shop has done its part; it may still be paid."""
        return self.stage is not None and self.stage.is_final

    @property
    def has_unanswered_comment(self):
        return self.comments.unanswered().exists()

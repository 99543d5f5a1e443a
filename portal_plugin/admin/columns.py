"""The columns of the lists of estimates and orders: at most seven."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn

from .. import days
from ..models import Order
from ..money import format_money
from ..statuses import DocumentState, WaitingFor
from .words import language_of_admin, state_tag

#: What says more about an order than the stage that it was last in.
ENDED = {DocumentState.CANCELLED, DocumentState.COMPLETED, DocumentState.UNPUBLISHED, ""}


#: Wagtail's table, whose rows are cards on a phone.
TABLE = "listing portal-admin-listing"


class NumberColumn(TitleColumn):
    """With a dot where the customer waits for an answer."""

    cell_template_name = "portal_plugin/admin/cells/number.html"


class SaidColumn(TitleColumn):
    """Somebody's own words, which may run the other way than the admin's language."""

    cell_template_name = "portal_plugin/admin/cells/said.html"


class TextColumn(Column):
    cell_template_name = "portal_plugin/admin/cells/text.html"


class TagColumn(Column):
    cell_template_name = "portal_plugin/admin/cells/tag.html"


class AmountColumn(Column):
    cell_template_name = "portal_plugin/admin/cells/amount.html"

    def __init__(self, name, *, classname="portal-admin-amount", **kwargs):
        super().__init__(name, classname=classname, **kwargs)


class BalanceColumn(AmountColumn):
    """With the day it was to be paid by, once that day is over."""

    cell_template_name = "portal_plugin/admin/cells/balance.html"

    def get_cell_context_data(self, instance, parent_context):
        context = super().get_cell_context_data(instance, parent_context)
        return context | {"due_since": overdue_since(instance)}


class WaitingColumn(Column):
    cell_template_name = "portal_plugin/admin/cells/waiting.html"


class StageColumn(Column):
    """The stage, or the state of an order that has none or has ended."""

    cell_template_name = "portal_plugin/admin/cells/stage.html"


@dataclass(frozen=True)
class StageTag:
    name: str
    colour: str

    def __str__(self):
        return self.name


def of(model):
    """Besides the number. Sorting is offered where the database has an index."""
    is_order = model is Order
    found = [
        TextColumn("customer", label=_("Customer"), accessor=customer_of),
        AmountColumn("total", label=_("Total"), accessor=total_of, sort_key="listed_total"),
    ]
    if is_order:
        found.append(
            BalanceColumn("balance", label=_("Balance"), accessor=balance_of, sort_key=BALANCE)
        )
    found.append(WaitingColumn("waiting_for", label=_("Waiting for"), accessor=waiting_of))
    if is_order:
        found.append(StageColumn("production", label=_("Production"), accessor=stage_of))
    else:
        found.append(TagColumn("state", label=_("State"), accessor=state_tag))
    return [*found, DateColumn("updated", label=_("Updated"), accessor=updated_of, width="12%")]


BALANCE = "listed_balance"


def customer_of(document):
    """A draft may have none yet."""
    return document.customer.name if document.customer else ""


def amount(document, value):
    return format_money(value, document.priced_in, language_of_admin())


def total_of(document):
    return amount(document, document.listed_total) if document.listed_state else ""


def balance_of(document):
    return amount(document, document.listed_balance) if document.listed_state else ""


def overdue_since(document):
    """The last day to pay, where it is over, by the same rule as the filter; else nothing."""
    due_on = document.listed_due_on
    if document.cancelled_at or not due_on or document.listed_balance <= 0:
        return None
    return due_on if due_on < days.today() else None


def waiting_of(document):
    """Whose turn it is, and for how long: ``Us · 2 days``."""
    if not document.listed_state:
        return _("Not sent yet")
    if document.waiting_for == WaitingFor.NOBODY:
        return ""
    who = document.get_waiting_for_display()
    if document.waiting_since is None:
        return who
    how_long = timesince(document.waiting_since, timezone.now(), depth=1)
    return _("%(who)s · %(how_long)s") % {"who": who, "how_long": how_long}


def stage_of(document):
    if document.stage is None or document.listed_state in ENDED:
        return state_tag(document)
    return StageTag(document.stage.name, document.stage.colour)


def updated_of(document):
    revision = document.latest_revision
    moments = [revision.created_at if revision else None, document.waiting_since]
    return max((moment for moment in moments if moment), default=document.created_at)

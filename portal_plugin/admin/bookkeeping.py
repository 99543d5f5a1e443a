"""The columns of an exported list, as a bookkeeper wants them: numbers stay numbers."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.coreutils import multigetattr

from .. import days
from ..money import round_money
from ..services.mail_receivers import staff_name
from ..statuses import DocumentState

HEADINGS = {
    "number": pgettext_lazy("of a document", "Number"),
    "created": _("Created"),
    "customer": _("Customer"),
    "company": _("Company"),
    "title": _("Title"),
    "state": _("State"),
    "waiting_for": _("Waiting for"),
    "production": _("Production"),
    "total": _("Total"),
    "paid": _("Paid"),
    "balance": _("Balance"),
    "currency": _("Currency"),
    "responsible": _("Responsible"),
}
OF_ORDERS = list(HEADINGS)
OF_ESTIMATES = [name for name in HEADINGS if name not in ("production", "paid", "balance")]


def _day(document):
    return days.local(document.created_at).date()


def _state(document):
    return str(DocumentState(document.listed_state).label) if document.listed_state else ""


def _money(column):
    """``Decimal`` with the currency's own digits; nothing of a draft, whose sums are not kept."""
    return lambda row: round_money(getattr(row, column), row.priced_in) if row.listed_state else ""


#: Name of a column to its value; the row is read with its customer, stage and ``with_paid()``.
CELLS = {
    "number": lambda row: row.number or "",
    "created": _day,
    "customer": lambda row: row.customer.name if row.customer else "",
    "company": lambda row: row.customer.company if row.customer else "",
    "title": lambda row: row.title,
    "state": _state,
    "waiting_for": lambda row: row.get_waiting_for_display() if row.listed_state else "",
    "production": lambda row: row.stage.name if row.stage else "",
    "total": _money("listed_total"),
    "paid": _money("listed_paid"),
    "balance": _money("listed_balance"),
    "currency": lambda row: row.currency,
    "responsible": lambda row: staff_name(row.responsible) if row.responsible else "",
}


def value_of(document, name):
    """Columns that a site added are read as Wagtail reads them: ``customer.tax_number``."""
    cell = CELLS.get(name)
    return cell(document) if cell else multigetattr(document, name)

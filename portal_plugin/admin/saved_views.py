"""The links above a list: views that staff open again and again, each an address of its own."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from ..models import Order
from ..statuses import WaitingFor

#: What an address may say besides the view: where on it one is, and how it was asked for.
ASIDE = {"p", "ordering", "_w_filter_fragment"}


@dataclass(frozen=True)
class Chip:
    label: str
    url: str
    is_current: bool


def chips(model, asked, index_url) -> list[Chip]:
    """``asked`` is the query of the request: the chip with just its filters is the current one."""
    said = {name: asked.get(name) for name in asked if name not in ASIDE and asked.get(name)}
    return [
        Chip(label, f"{index_url}?{urlencode(query)}" if query else index_url, query == said)
        for label, query in _views(model)
    ]


def _views(model):
    yield _("All"), {}
    yield _("Waiting for us"), {"waiting_for": str(WaitingFor.US)}
    yield _("Waiting for the customer"), {"waiting_for": str(WaitingFor.CUSTOMER)}
    yield _("No answer for a week"), {"waiting_for": str(WaitingFor.CUSTOMER), "overdue": "7"}
    if model is Order:
        yield _("Ready to start"), {"worklist": "ready"}
        yield _("Unpaid"), {"worklist": "unpaid"}
        yield _("Payment is overdue"), {"overdue": "payment"}

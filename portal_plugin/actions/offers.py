"""Which buttons a customer gets: the actions that are available now, as plain links."""

from dataclasses import dataclass, field, replace
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from .. import registry
from ..addresses import short
from ..money import format_money
from ..services.presentation import DocumentView
from ..services.presentation.rows import counted
from ..statuses import DocumentState
from .base import Scope


@dataclass(frozen=True)
class Offer:
    """``count`` or ``amount`` go on the button; ``accessible_label`` carries the item's name after
    the label that is seen."""

    name: str
    label: str
    accessible_label: str
    url: str
    opens: str = "dialog"
    count: int | str | None = None
    amount: str | None = None


@dataclass(frozen=True)
class PageItem:
    item: Any
    approve: Offer | None = None
    decline: Offer | None = None
    quiet: list[Offer] = field(default_factory=list)


@dataclass(frozen=True)
class Offers:
    """``asks_how_to_pay``: Pay Now would be one of them, and there is no way to pay."""

    primary: Offer | None
    items: list[PageItem]
    document: list[Offer]
    asks_how_to_pay: bool = False


def offers(visit, view: DocumentView) -> Offers:
    """Every button of the page. Costs no query beyond those of the view."""
    urls = _Urls(visit.document)
    items = [_page_item(visit, view, urls, item) for item in view.items]
    whole = [
        offer
        for action_class in registry.actions()
        if action_class.is_offered
        and action_class.scope != Scope.ITEM
        and (offer := _offer(action_class, visit, view, urls))
    ]
    primary = _primary(whole, items) or _ask_anew(whole, view)
    rest = [offer for offer in whole if offer is not primary]
    return Offers(primary, items, rest, _asks_how_to_pay(visit))


def offer(visit, view: DocumentView, name: str) -> Offer | None:
    """One document-wide action by name, or ``None`` while it is not available."""
    return _offer(registry.action(name), visit, view, _Urls(visit.document))


def _asks_how_to_pay(visit) -> bool:
    return bool(getattr(registry.action("pay")(visit), "has_no_way", False))


class _Urls(dict):
    """Action name to its address. Asked of the URLconf once, and not once for each item."""

    def __init__(self, document):
        self.public_id = document.public_id

    def __missing__(self, name):
        kwargs = {"public_id": self.public_id, "action": name}
        self[name] = reverse("portal_plugin:action", kwargs=kwargs)
        return self[name]


def _page_item(visit, view, urls, item):
    found = {}
    for action_class in registry.actions():
        if not action_class.is_offered or action_class.scope == Scope.DOCUMENT:
            continue
        made = _offer(action_class, visit, view, urls, item)
        if made:
            found[action_class.name] = made
    return PageItem(
        item, found.pop("approve", None), found.pop("decline", None), list(found.values())
    )


def _offer(action_class, visit, view, urls, item=None):
    action = action_class(visit, item.key if item else None)
    if not action.is_available():
        return None
    label = str(action.label)
    named = _("%(label)s: %(item)s") % {"label": label, "item": item.name} if item else label
    return Offer(
        name=action.name,
        label=label,
        accessible_label=named,
        # An item's address is the action's with the item's key behind it.
        url=f"{urls[action.name]}{short(item.key)}/" if item else urls[action.name],
        opens=action.opens,
        count=_count(action.name, visit, view, item),
        amount=_amount(action.name, view),
    )


def _count(name, visit, view, item):
    if name == "approve_multiple":
        return len(view.waiting_for(visit.link))
    if name == "comment":
        return counted(item.comments_count if item else len(view.rows.comments))
    if name == "upload":
        return counted(item.files_count if item else len(view.rows.attachments))
    return None


def _amount(name, view):
    if name != "pay":
        return None
    document = view.document
    return format_money(document.amount_due, view.currency, view.language)


def _ask_anew(whole, view):
    """Of an expired estimate a new one can only be asked for, in a message."""
    if view.state != DocumentState.EXPIRED:
        return None
    label = _("Ask for a new estimate")
    for each in whole:
        if each.name == "comment":
            return replace(each, label=label, accessible_label=label, count=None)
    return None


def _primary(whole, items):
    """The one thing to do next: confirm what changed, else approve, else pay."""
    by_name = {offer.name: offer for offer in whole}
    if "confirm_change" in by_name:
        return by_name["confirm_change"]
    if "approve_multiple" in by_name:
        return by_name["approve_multiple"]
    waiting = [item.approve for item in items if item.approve]
    return waiting[0] if waiting else by_name.get("pay")

"""What changed between what was last sent to a customer and what is out now, in sentences."""

import json
from collections.abc import Iterable

from django.utils.translation import gettext as _

from ..models import DocumentVersion, LineItem, SalesDocument, VersionItem
from ..money import format_money
from .versions import changes_between


def since_last_sent(document: SalesDocument, language: str) -> list[str] | None:
    """``None`` where it was never sent, empty where nothing changed. Amounts in ``language``."""
    sent = document.activities.filter(verb="send").order_by("-sequence").first()
    now = document.current_version
    if sent is None or now is None:
        return None
    before = document.versions.filter(created_at__lte=sent.created_at).order_by("-number").first()
    if before is None:
        return None
    return [] if before.pk == now.pk else _sentences(before, now, document.currency, language)


def _sentences(
    before: DocumentVersion, now: DocumentVersion, currency: str, language: str
) -> list[str]:
    old = {item.key: item for item in before.items.all()}
    new = {item.key: item for item in now.items.all()}
    found = []
    if added := [item for key, item in new.items() if key not in old]:
        found.append(_("New: %(names)s") % {"names": _names(added)})
    if gone := [item for key, item in old.items() if key not in new]:
        found.append(_("Removed: %(names)s") % {"names": _names(gone)})
    for key, item in new.items():
        if key in old and old[key].item_hash != item.item_hash:
            fields = changes_between(_content(old[key]), _content(item))
            words = {"name": _content(item)["name"], "fields": labels(fields)}
            found.append(_("Changed: %(name)s (%(fields)s)") % words)
    if before.total != now.total:
        amounts = {
            "old": format_money(before.total, currency, language),
            "new": format_money(now.total, currency, language),
        }
        found.append(_("Total: %(old)s before, %(new)s now") % amounts)
    return found or [_("Texts, dates or terms of payment")]


def why(old: str, new: str) -> str:
    """What differs between two contents of an item, in words."""
    return labels(changes_between(json.loads(old), json.loads(new)))


def _content(item: VersionItem) -> dict:
    return json.loads(item.canonical)


def _names(items: Iterable[VersionItem]) -> str:
    return ", ".join(_content(item)["name"] for item in items)


def labels(fields: Iterable[str]) -> str:
    """Columns of an item as a person calls them, with commas between."""
    known = {field.name: str(field.verbose_name) for field in LineItem._meta.fields}
    known |= {"proofs": _("proof"), "currency": _("currency")}
    return ", ".join(known[name] for name in fields)

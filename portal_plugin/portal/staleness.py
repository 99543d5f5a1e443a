"""What changed between the page that the customer saw and now, in sentences."""

import json

from django.utils.translation import gettext as _

from ..models import VersionItem
from ..services.versions import changes_between


def sentences(before, after, keys) -> list[str]:
    """One sentence for each changed item. ``before`` is the document as it was resolved, ``after``
    the one read now."""
    return [_sentence(after, key) for key in keys]


def _sentence(document, key):
    newest = document.standing.items.get(key)
    found = VersionItem.objects.filter(version__document=document, key=key).order_by(
        "-version__number"
    )
    now = found.first()
    if newest is None or now is None:
        return _("An item was taken out of the document.")
    earlier = found.exclude(item_hash=now.item_hash).first()
    new = json.loads(now.canonical)
    if earlier is None:
        return _("“%(item)s” changed.") % {"item": new["name"]}
    return _describe(json.loads(earlier.canonical), new)


def _describe(old, new):
    changed = changes_between(old, new)
    words = [
        _("%(field)s: %(old)s → %(new)s")
        % {"field": _field(name), "old": old[name] or "–", "new": new[name] or "–"}
        for name in changed
        if name in _SHOWN
    ]
    if "proofs" in changed:
        words.append(_("there is a new proof"))
    name = new["name"]
    if not words:
        return _("“%(item)s” changed.") % {"item": name}
    return _("“%(item)s” changed: %(changes)s.") % {"item": name, "changes": ", ".join(words)}


_SHOWN = ("name", "description", "quantity", "unit", "unit_price")


def _field(name):
    return {
        "name": _("name"),
        "description": _("details"),
        "quantity": _("quantity"),
        "unit": _("unit"),
        "unit_price": _("unit price"),
    }[name]

"""What changed between the page that the customer saw and now, in sentences."""

import json

from django.utils.translation import gettext as _

from ..models import VersionItem
from ..services.versions import changes_between


def sentences(document, seen) -> list[str]:
    """One sentence for each key in ``seen``, which holds the hashes that the page showed: several
    publishes may lie between."""
    rows = VersionItem.objects.filter(version__document=document, key__in=seen)
    contents = {(row.key, row.item_hash): row.canonical for row in rows}
    standing = document.standing.items
    return [
        _sentence(contents.get((key, shown)), contents.get((key, standing[key].item_hash)))
        if key in standing
        else _("An item was taken out of the document.")
        for key, shown in seen.items()
    ]


def _sentence(old, new):
    """``old`` is missing where the page showed something that never went out."""
    new = json.loads(new)
    if old is None:
        return _("“%(item)s” changed.") % {"item": new["name"]}
    return _describe(json.loads(old), new)


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

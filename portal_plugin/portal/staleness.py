"""What changed between the page that the customer saw and now, in sentences."""

import json

from django.utils.translation import gettext as _

from ..models import VersionItem
from ..money import format_money
from ..services.presentation.changed import delivery_sentence
from ..services.versions import changes_between, delivery_changes, version_shown


def sentences(document, seen, since=None) -> list[str]:
    """One sentence for each key in ``seen``, which holds the hashes that the page showed: several
    publishes may lie between. Then those about the whole since the version ``since``."""
    return [*_of_items(document, seen), *_of_whole(document, since)]


def _of_whole(document, since):
    old = version_shown(document, since)
    if old is None:
        return []
    new = document.current_version

    def show(amount):
        return format_money(amount, document.currency, document.language)

    found = []
    if old.total != new.total:
        found.append(
            _("The total changed from %(old)s to %(new)s.")
            % {"old": show(old.total), "new": show(new.total)}
        )
    if old.deposit != new.deposit:
        found.append(
            _("The deposit changed from %(old)s to %(new)s.")
            % {"old": show(old.deposit), "new": show(new.deposit)}
        )
    changes = delivery_changes(old, new)
    return found + [delivery_sentence(*each) for each in changes]


def _of_items(document, seen):
    if not seen:
        return []
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

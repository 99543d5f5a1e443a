"""Countries to choose from, in the language of the admin."""

from ..money import babel_locale
from .words import language_of_admin

EMPTY = "—"


def choices(empty=EMPTY, current="") -> list[tuple[str, str]]:
    """By ISO 3166-1 code, sorted as they read. ``current`` is offered whatever it is."""
    names = babel_locale(language_of_admin()).territories
    known = {code: name for code, name in names.items() if code.isalpha() and code not in UNREAL}
    if current:
        known.setdefault(current, current)
    return [("", empty), *sorted(known.items(), key=lambda pair: pair[1].casefold())]


#: Two letters of CLDR's that are no country: outlying Oceania, the European Union, the euro area,
#: the United Nations, pseudo-locales and an unknown region.
UNREAL = {"QO", "EU", "EZ", "UN", "XA", "XB", "ZZ"}

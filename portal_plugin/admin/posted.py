"""What a form on the overview posts: ids and keys, read so that nonsense names no row."""

from uuid import UUID

from django.utils.translation import gettext as _

from ..exceptions import PortalError


def number(request, name) -> int:
    """The id of a row; 0, which no row has, for anything else."""
    return row_id(request.POST.get(name, ""))


def row_id(text: str) -> int:
    """As ``number``. No id is longer than 64 bits, and no database is asked for one that is."""
    is_number = text.isascii() and text.isdigit() and len(text) < 19
    return int(text) if is_number else 0


def item_keys(request) -> list[UUID]:
    """Ticked items. What is no key of an item is none of this document's."""
    try:
        return [UUID(text) for text in request.POST.getlist("item")]
    except ValueError as error:
        raise PortalError(_("This item is not part of the document.")) from error


def errors(form) -> str:
    """What is wrong with each field, one sentence after the other: whoever left three empty mends
    them in one go."""
    return " ".join(
        _("%(field)s: %(error)s") % {"field": form[name].label, "error": found[0]}
        for name, found in form.errors.items()
    )


def item_key(document, request) -> UUID | None:
    """The item that something is about, or ``None`` for the whole document."""
    if not request.POST.get("item"):
        return None
    key = item_keys(request)[0]
    if all(item.key != key for item in document.lines):
        raise PortalError(_("This item is not part of the document."))
    return key

"""Words and numbers of the admin's own, in the language of whoever is signed in."""

from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ..statuses import DocumentState

#: Wagtail's own tag has two looks: primary stands out.
OUTSTANDING = {DocumentState.CHANGES_REQUESTED, DocumentState.APPROVED, DocumentState.EXPIRED}


@dataclass(frozen=True)
class Tag:
    label: str
    is_primary: bool = False

    def __str__(self):
        return self.label


def language_of_admin() -> str:
    return get_language() or "en"


def state_tag(document) -> Tag:
    """What lists show; a document that was never out has no state in its row."""
    if not document.listed_state:
        return Tag(_("Draft"))
    state = DocumentState(document.listed_state)
    return Tag(str(state.label), state in OUTSTANDING)


def number_of(document) -> str:
    """The number and the title, the draft's where there is one."""
    title = document.title
    if document.latest_revision_id and document.latest_revision:
        title = document.latest_revision.content.get("title") or title
    name = document.number or _("Draft")
    return f"{name} · {title}" if title else name

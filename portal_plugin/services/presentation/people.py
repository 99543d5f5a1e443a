"""Who may do what on a document, and who was asked, in sentences for its customers."""

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from ...models import DirectLink, SalesDocument
from ...statuses import LinkRole
from .. import links
from .decided import names_of
from .document import DocumentView


def who_may(document: SalesDocument, role: str) -> str:
    """Who has the right that somebody lacks; empty where nobody has it."""
    found = links.of_document(document)
    if role == LinkRole.APPROVE:
        sentence, found = _("%(names)s may approve this."), found.approving()
    else:
        sentence, found = _("%(names)s may pay this."), found.paying()
    names = names_of(found.order_by("pk"))
    return sentence % {"names": either(names)} if names else ""


def limit_sentence(view: DocumentView, link: DirectLink | None) -> str:
    """For whoever may not do what is to be done now; empty for everybody else, at no query."""
    if link is None or not link.is_limited:
        return ""
    if view.waiting_items and not view.is_over:
        needed = LinkRole.APPROVE
    elif link.role == LinkRole.LOOK and view.has_balance:
        needed = LinkRole.PAY
    else:
        return ""
    return who_may(view.document, needed) or _("Ask the shop if you want to answer this.")


def either(names: list[str]) -> str:
    return get_text_list(names, _("or"))

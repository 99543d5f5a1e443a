"""The daily email to one person of the staff: a line for each of their documents."""

from django.utils.translation import gettext as _

from ..models import OutgoingEmail, SalesDocument
from ..statuses import DocumentState
from .mail_stories import Story
from .mail_words import document_name

KIND = "staff_digest"


def stories(email: OutgoingEmail) -> list[Story]:
    """As the documents stand when the email is written, in the order of ``facts["documents"]``."""
    wanted = email.facts.get("documents", [])
    found = SalesDocument.objects.select_related("customer").in_bulk(wanted)
    return [Story(kind=KIND, headline=_line(found[pk])) for pk in wanted if pk in found]


def _line(document: SalesDocument) -> str:
    state = DocumentState(document.listed_state).label if document.listed_state else ""
    return _("%(document)s for %(customer)s: %(state)s") % {
        "document": document_name(document),
        "customer": document.customer.name if document.customer else _("the customer"),
        "state": state,
    }

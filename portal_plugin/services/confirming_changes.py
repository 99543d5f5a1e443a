"""Say yes to what changed around the items, and tell customers that it did."""

import json
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from .. import version_changes
from ..exceptions import NotAvailable, StaleDocument
from ..models import DirectLink, DocumentVersion, Order, SalesDocument, Submission
from ..models.documents import reread
from ..statuses import OPEN_TO_AGREEMENT
from . import activity, deciding, notifications, pdfs
from .presentation.changed import sentences
from .presentation.shop import document_language
from .previewing import AsIfPublished

#: Verbs of the news about it: it waits for a yes, or it is only good news.
NEWS = ("change_to_confirm", "lower_total")


def confirm(
    document: SalesDocument,
    verb: str,
    *,
    shown: int | None,
    submission: Submission,
    link: DirectLink | None = None,
    user: Any = None,
) -> Order | None:
    """The yes to the version that is out, with its digest in the history. The caller holds the
    lock. Returns the order, where nothing but this was missing for one.

    ``shown`` is the number of the version that the page showed. Raises ``StaleDocument`` where
    another is out by now, and ``NotAvailable`` where nothing waits for this person's yes. Where
    everybody has to say it, it goes on waiting for the others.
    """
    version = document.current_version
    if (
        version is None
        or document.state not in OPEN_TO_AGREEMENT
        or not document.standing.asks_to_confirm(link)
    ):
        raise NotAvailable(why_not(document))
    if shown != version.number:
        raise StaleDocument(since=shown)
    facts = {"version": version.number, "digest": version.digest}
    activity.record(document, verb, link=link, staff=user, data=facts, submission=submission)
    pdfs.order_render(document)
    deciding.forget(document)
    if not document.standing.change_to_confirm:
        notifications.take_back(document, NEWS[0], _("It was confirmed meanwhile."))
    return deciding.settle(document)


def why_not(document: SalesDocument) -> str:
    """For whoever has nothing to confirm, or has confirmed it where others have to, too."""
    if document.standing.change_to_confirm:
        return _("You have confirmed this. It waits for others now.")
    return _("Nothing waits for a confirmation any more.")


def change_to_come(document: SalesDocument, draft: SalesDocument) -> version_changes.Change | None:
    """What publishing ``draft`` would ask the customer to confirm."""
    if document.current_version_id is None or document.state not in OPEN_TO_AGREEMENT:
        return None
    return AsIfPublished(draft).change_to_confirm


def tell(document: SalesDocument, before: DocumentVersion, version: DocumentVersion) -> None:
    """News for whoever has a way in, where a version that goes out changes anything around the
    items that they agreed to. Called by whoever makes the version, under the lock."""
    step = version_changes.change(json.loads(before.content), json.loads(version.content))
    fresh = reread(document)
    if not step.is_any or fresh.state not in OPEN_TO_AGREEMENT:
        return
    change = fresh.standing.change_since_agreed
    if change is None:
        return
    language = document_language(document.language)
    with translation.override(language):
        said = " ".join(sentences(change, document.currency, language))
    notifications.shop_acted(document, NEWS[0 if change.asks else 1], facts={"headline": said})

"""What waits for the shop, as sentences that lead to where it is done. Most urgent first.

A source is one query of at most as many rows as are still wanted, so that the panel costs the same
for ten documents and for a million.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ..models import (
    ChangeRequest,
    Comment,
    LineItem,
    SalesDocument,
)
from ..models.listed import is_out
from ..services.mail_phrases import Phrase
from ..statuses import DocumentKind, WaitingFor
from . import sites, troubles
from .troubles import name_of


@dataclass(frozen=True)
class Row:
    """``action`` is the word on the button that leads to ``url``."""

    sentence: Phrase
    since: datetime | None
    action: str
    url: str

    @property
    def label(self) -> str:
        """The button's name for whoever does not see the sentence beside it."""
        return f"{self.action}: {self.sentence}"


class NeedsAction:
    MOST = 10
    #: A customer who has not answered for so long is asked about.
    LATE_AFTER = timedelta(days=7)
    #: And of one who has not for so long, nobody expects it any more.
    LOST_AFTER = timedelta(days=180)
    #: What went wrong longer ago is not news any more.
    RECENT = timedelta(days=30)

    def __init__(self, user):
        self.user = user
        self._of_user = {}

    def rows(self) -> list[Row]:
        found: list[Row] = []
        for source in (
            self.requests,
            self.comments,
            self.to_start,
            self.troubles,
            self.expired,
            self.late,
        ):
            left = self.MOST - len(found)
            if left > 0:
                found.extend(source(left))
        return found

    # -- what the customer said --------------------------------------------------------------------

    def requests(self, most) -> Iterator[Row]:
        item = LineItem.objects.filter(document=OuterRef("document"), key=OuterRef("item_key"))
        found = self._on_documents(ChangeRequest.objects.open(), waiting_for=WaitingFor.US)
        found = found.annotate(item_name=Subquery(item.values("name")[:1]))
        for row in found.order_by("created_at", "pk")[:most]:
            about = {"customer": _customer(row.document), "document": name_of(row.document)}
            if row.item_name:
                message = _("%(customer)s asked for a change on “%(item)s” of %(document)s")
                sentence = Phrase(message, item=row.item_name, **about)
            else:
                sentence = Phrase(_("%(customer)s asked for a change on %(document)s"), **about)
            yield Row(sentence, row.created_at, _("Answer"), _place(row.document, "requests"))

    def comments(self, most) -> Iterator[Row]:
        """One row for a document, however much was written about it."""
        found = self._on_documents(Comment.objects.first_unanswered())
        message = _("%(customer)s wrote about %(document)s")
        for row in found.order_by("created_at", "pk")[:most]:
            document = row.document
            sentence = Phrase(message, customer=_customer(document), document=name_of(document))
            yield Row(sentence, row.created_at, _("Answer"), _place(document, "messages"))

    def to_start(self, most) -> Iterator[Row]:
        found = self._documents(waiting_for=WaitingFor.US).ready_to_start().without_questions()
        for row in found.order_by("waiting_since", "pk")[:most]:
            about = {"customer": _customer(row), "document": name_of(row)}
            if row.is_order:
                message = _("%(document)s for %(customer)s is approved and ready to start")
                yield Row(Phrase(message, **about), row.waiting_since, _("Start"), _place(row))
            else:
                message = _("%(customer)s approved %(document)s: make the order")
                yield Row(
                    Phrase(message, **about), row.waiting_since, _("Make the order"), _place(row)
                )

    # -- what went wrong ---------------------------------------------------------------------------

    def troubles(self, most) -> Iterator[Row]:
        for trouble in troubles.of(self._theirs, self._recently(), most):
            yield Row(trouble.sentence, trouble.since, trouble.action, _place(*trouble.place))

    # -- what is left lying ------------------------------------------------------------------------

    def expired(self, most) -> Iterator[Row]:
        found = self._documents(kind=DocumentKind.ESTIMATE).half_approved().past_validity()
        message = _("%(document)s has expired, with items that %(customer)s approved")
        for row in found.order_by("-waiting_since", "pk")[:most]:
            sentence = Phrase(message, document=name_of(row), customer=_customer(row))
            yield Row(sentence, row.waiting_since, _("Order or extend"), _place(row))

    def late(self, most) -> Iterator[Row]:
        found = self._documents(
            waiting_for=WaitingFor.CUSTOMER, waiting_since__gte=timezone.now() - self.LOST_AFTER
        )
        found = found.waiting_longer_than(self.LATE_AFTER.days).within_validity()
        message = _("%(customer)s has not answered %(document)s")
        for row in found.order_by("waiting_since", "pk")[:most]:
            sentence = Phrase(message, customer=_customer(row), document=name_of(row))
            yield Row(sentence, row.waiting_since, _("Remind"), _place(row, "people"))

    # -- on whose documents ------------------------------------------------------------------------

    def _documents(self, **values) -> QuerySet:
        found = SalesDocument.objects.out().real().filter(self._theirs(), **values)
        return found.select_related("customer")

    def _on_documents(self, rows, **values) -> QuerySet:
        """Those of the rows whose document has these values; read with it, in one join."""
        wanted = {f"document__{name}": value for name, value in values.items()}
        found = rows.filter(is_out("document__"), self._theirs("document__"), **wanted)
        found = found.filter(document__is_sample=False)
        return found.select_related("document__customer")

    def _theirs(self, path="", *rights) -> Q:
        asked = (path, *rights)
        if asked not in self._of_user:
            self._of_user[asked] = sites.documents_of(self.user, *asked)
        return self._of_user[asked]

    def _recently(self) -> datetime:
        return timezone.now() - self.RECENT


def _customer(document) -> str:
    return document.customer.name if document.customer else _("The customer")


def _place(document, place="") -> str:
    if place == troubles.TO_EXPLAIN:
        return reverse("portal_admin:to_explain")
    url = reverse("portal_admin:overview", args=[document.pk])
    return f"{url}#{place}" if place else url

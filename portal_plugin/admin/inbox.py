"""What customers said and asked that nobody has answered yet, newest first, over all documents."""

from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter

from django.core.exceptions import PermissionDenied
from django.db.models import F, Q, Value
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import DateColumn
from wagtail.admin.views.generic.base import BaseListingView

from ..letters import sought
from ..models import ChangeRequest, Comment
from . import sites
from .columns import TABLE, SaidColumn, TagColumn, TextColumn
from .paging import PageReader
from .words import Tag

PER_PAGE = 25
#: Characters of a message that its row shows.
SHORT = 140
#: The menu has no room for more; the page says the rest.
MOST_ON_BADGE = 99


@dataclass(frozen=True)
class Row:
    pk: str
    text: str
    tag: Tag
    who: str
    document: str
    since: datetime
    url: str


def waiting(user):
    """The unanswered comments and the open change requests on documents that the user may see."""
    theirs = sites.documents_of(user, "document__") & Q(document__is_sample=False)
    requests = ChangeRequest.objects.open().filter(document__cancelled_at=None)
    return Comment.objects.unanswered().filter(theirs), requests.filter(theirs)


def count(user) -> int:
    """In one query, and no further than the menu can say: every page of the admin asks."""
    return _together(waiting(user))[: MOST_ON_BADGE + 1].count()


def _together(tables):
    comments, requests = (rows.order_by().values("pk") for rows in tables)
    return comments.union(requests, all=True).order_by()  # else Django 6.1 takes the model's order


class Waiting:
    """The rows of both tables in one order, newest first: their kind, time and id. What is shown
    of a row is read by the page."""

    def __init__(self, comments, requests):
        self.tables = {"comment": comments, "request": requests}

    def count(self):
        return _together(self.tables.values()).count()

    def page(self, start, end):
        """Of each table no more is read than the page may need. One query for both would gather
        and sort all that wait, and with them their documents."""
        found = [row for kind in self.tables for row in self._newest(kind, end)]
        return sorted(found, key=itemgetter("since"), reverse=True)[start:end]

    def _newest(self, kind, limit):
        rows = self.tables[kind].order_by("-created_at", "-pk")
        return rows.values(kind=Value(kind), since=F("created_at"), id_of_row=F("pk"))[:limit]


class MessagePaginator(PageReader):
    verbose_name = gettext_lazy("message")
    verbose_name_plural = gettext_lazy("messages")


class Inbox(BaseListingView):
    paginator_class = MessagePaginator
    page_title = gettext_lazy("Inbox")
    header_icon = "comment"
    index_url_name = "portal_admin:inbox"
    index_results_url_name = "portal_admin:inbox_results"
    paginate_by = PER_PAGE
    is_searchable = True
    table_classname = TABLE

    def dispatch(self, request, *args, **kwargs):
        if not sites.kinds_of(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def columns(self):
        return [
            SaidColumn("text", label=_("Message"), get_url=lambda row: row.url, width="40%"),
            TagColumn("tag", label=_("Kind")),
            TextColumn("who", label=_("From")),
            TextColumn("document", label=_("Document")),
            DateColumn("since", label=_("Since")),
        ]

    def get_queryset(self):
        return Waiting(*(rows.filter(self._matches()) for rows in waiting(self.request.user)))

    def _matches(self):
        text = sought(self.search_query)
        if not text:
            return Q()
        return (
            Q(text__icontains=text)
            | Q(author_name__icontains=text)
            | Q(document__number__icontains=text)
            | Q(document__title__icontains=text)
            | Q(document__customer__name__icontains=text)
        )

    def get_table(self, object_list):
        return super().get_table(_rows(object_list))

    @cached_property
    def no_results_message(self):
        if self.is_searching:
            return _("No message that waits for you holds this text.")
        return _("Nothing waits for you.")


def _rows(found) -> list[Row]:
    found = list(found)
    tables = {"comment": Comment, "request": ChangeRequest}
    rows = {
        kind: model.objects.select_related("document__customer").in_bulk(
            [row["id_of_row"] for row in found if row["kind"] == kind]
        )
        for kind, model in tables.items()
    }
    return [_row(row["kind"], rows[row["kind"]][row["id_of_row"]]) for row in found]


def _row(kind, said):
    document = said.document
    customer = document.customer.name if document.customer else ""
    who = said.author_name or customer
    is_request = kind == "request"
    place = "#requests" if is_request else "#messages"
    return Row(
        pk=f"{kind}-{said.pk}",
        text=Truncator(" ".join(said.text.split())).chars(SHORT),
        tag=Tag(_("Change request"), is_primary=True) if is_request else Tag(_("Comment")),
        who=who,
        document=_named(document, customer if customer != who else ""),
        since=said.created_at,
        url=reverse("portal_admin:overview", args=[document.pk]) + place,
    )


def _named(document, customer):
    return " · ".join(filter(None, (document.number or _("Draft"), document.title, customer)))


class InboxMenuItem(MenuItem):
    """Its label holds the number of what waits."""

    def __init__(self):
        super().__init__(
            gettext_lazy("Inbox"),
            reverse("portal_admin:inbox"),
            name="portal-inbox",
            icon_name="comment",
            order=350,
        )

    def is_shown(self, request):
        return bool(sites.kinds_of(request.user))

    def render_component(self, request):
        component = super().render_component(request)
        waiting_now = count(request.user)
        if waiting_now:
            shown = f"{MOST_ON_BADGE}+" if waiting_now > MOST_ON_BADGE else str(waiting_now)
            component.label = _("Inbox (%(count)s)") % {"count": shown}
        return component


inbox = Inbox.as_view()
inbox_results = Inbox.as_view(results_only=True)

"""The shape of all of them: which rows, which of them not and why, then each by its own service."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail import hooks
from wagtail.admin import messages
from wagtail.snippets.bulk_actions.snippet_bulk_action import SnippetBulkAction

from ...exceptions import PortalError
from ...models import Estimate, Order, SalesDocument
from .. import sites
from ..posted import row_id
from .listed import of_the_list

#: Documents that one press may change.
MOST = 200
#: Documents that a sentence names.
NAMED = 10


@dataclass(frozen=True)
class Refused:
    document: SalesDocument
    why: str

    def __str__(self):
        return f"{self.document}: {self.why}"


class DocumentsAction(SnippetBulkAction):
    """Not Wagtail's one transaction around all: each document is locked for its own change alone,
    and one that is refused leaves the others as they are done."""

    models = [Estimate, Order]
    template_name = "portal_plugin/admin/bulk.html"
    #: The right that it takes on the document's site.
    right = "change"
    button_label = ""
    #: Of the button that does it: Wagtail's "no" is red.
    button_class = ""
    introduction = ""

    # -- to be written by each -----------------------------------------------------------------

    def why_not(self, document) -> str:
        """A sentence where it is clear from the row that it cannot be done; the service has the
        last word."""
        return ""

    def perform(self, document, data) -> None:
        """One document, through its service. Raises ``PortalError``."""
        raise NotImplementedError

    def done_sentence(self, count) -> str:
        raise NotImplementedError

    # -- which rows ----------------------------------------------------------------------------

    @cached_property
    def chosen(self) -> list:
        """In the order in which they are locked, and one too many where there are too many."""
        theirs = sites.of_user(self.request.user, self.model).order_by().values("pk")
        rows = self.model.objects.filter(kind=sites.KINDS[self.model], site__in=theirs)
        ids = self.request.GET.getlist("id")
        if "all" in ids:
            rows = of_the_list(self.request, rows)
        else:
            rows = rows.filter(pk__in=_numbers(ids))
        related = ["customer", "site", "stage", "responsible"]
        return list(rows.select_related(*related).order_by("pk")[: MOST + 1])

    @cached_property
    def is_too_many(self) -> bool:
        return len(self.chosen) > MOST

    @cached_property
    def allowed_sites(self) -> set:
        return {site.pk for site in sites.of_user(self.request.user, self.model, self.right)}

    @cached_property
    def refused(self) -> list[Refused]:
        if self.is_too_many:
            return []
        found = ((row, self._why_not(row)) for row in self.chosen)
        return [Refused(row, why) for row, why in found if why]

    @cached_property
    def documents(self) -> list:
        """Those that it will be done to."""
        if self.is_too_many:
            return []
        refused = {row.document.pk for row in self.refused}
        return [row for row in self.chosen if row.pk not in refused]

    def _why_not(self, document):
        if document.site_id not in self.allowed_sites:
            return _("You have no right to do this.")
        return self.why_not(document)

    def get_actionable_objects(self):
        return self.documents, {"items_with_no_access": []}

    # -- the page ------------------------------------------------------------------------------

    def dispatch(self, request, *args, **kwargs):
        if not self.chosen:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get(self, request, *args, **kwargs):
        """What is confirmed is what was seen: "all" becomes the rows of this moment."""
        if "all" in request.GET.getlist("id") and not self.is_too_many:
            query = [("id", row.pk) for row in self.chosen] + [("next", self.next_url)]
            return redirect(f"{request.path}?{urlencode(query)}")
        return super().get(request, *args, **kwargs)

    def object_context(self, document):
        return {"item": document, "overview_url": overview_url(document)}

    def get_context_data(self, **kwargs):
        return {
            **super().get_context_data(**kwargs),
            "action": self,
            "refused": self.refused,
            "most": MOST,
        }

    def form_valid(self, form):
        if not self.documents:
            return self.render_to_response(self.get_context_data(form=form), status=409)
        if (answer := self._hooked("before_bulk_action")) is not None:
            return answer
        failed, count = self.do(form.cleaned_data)
        if (answer := self._hooked("after_bulk_action")) is not None:
            return answer
        self.tell(count, failed)
        return redirect(self.next_url)

    def do(self, data) -> tuple[list[Refused], int]:
        failed = []
        for document in self.documents:
            try:
                self.perform(document, data)
            except PortalError as error:
                failed.append(Refused(document, error.message))
        return failed, len(self.documents) - len(failed)

    def tell(self, count, failed):
        if count:
            messages.success(self.request, self.done_sentence(count))
        untouched = [*failed, *self.refused]
        if untouched:
            named = " ".join(str(row) for row in untouched[:NAMED])
            sentence = ngettext(
                "%(count)d was left as it is. %(which)s",
                "%(count)d were left as they are. %(which)s",
                len(untouched),
            )
            messages.warning(self.request, sentence % {"count": len(untouched), "which": named})

    def _hooked(self, name):
        for hook in hooks.get_hooks(name):
            answer = hook(self.request, self.action_type, self.documents, self)
            if hasattr(answer, "status_code"):
                return answer
        return None


def overview_url(document) -> str:
    return reverse("portal_admin:overview", args=[document.pk])


def _numbers(ids) -> list[int]:
    """What cannot be an id names no row; one more than is allowed is enough to say so."""
    return sorted({row_id(text) for text in ids} - {0})[: MOST + 1]

"""Many rows at once: only those of the user's sites, and only those they may do it to."""

from django.http import Http404
from wagtail.admin.views.bulk_action import BulkAction
from wagtail.snippets.bulk_actions.delete import DeleteBulkAction

from ..models import Customer, Estimate, Order
from . import sites


class OfUserSites:
    """Before a bulk action in the bases. ``right`` is what it takes, on each row."""

    right = "change"

    def get_queryset(self, model, object_ids):
        """Rows of another site do not exist: Wagtail would name those that may not be touched."""
        found = sites.rows_of(self.request.user, model).filter(pk__in=object_ids)
        if not found:
            raise Http404
        return found

    def check_perm(self, row):
        return sites.may(self.request.user, self.right, row)


class Delete(OfUserSites, DeleteBulkAction):
    """In place of Wagtail's, which asks for the right on every site and for no row."""

    right = "delete"
    models = [Customer, Estimate, Order]


ACTIONS: list[type[BulkAction]] = [Delete]

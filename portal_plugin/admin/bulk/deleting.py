"""Deleting many rows at once: only those of the user's sites that they may delete."""

from django.db import IntegrityError
from django.db.models import ProtectedError
from django.http import Http404
from wagtail.snippets.bulk_actions.delete import DeleteBulkAction

from ...models import Customer, Estimate, Order
from .. import refusals, sites
from .listed import of_the_list


class Delete(DeleteBulkAction):
    """In place of Wagtail's, which asks for the right on every site and for no row."""

    models = [Customer, Estimate, Order]

    def get_queryset(self, model, object_ids):
        """Rows of another site do not exist: Wagtail would name those that may not be touched."""
        found = sites.rows_of(self.request.user, model).filter(pk__in=object_ids)
        if not found:
            raise Http404
        return found

    def get_all_objects_in_listing_query(self, parent_id):
        """Wagtail's own forgets what the list was narrowed to."""
        rows = sites.rows_of(self.request.user, self.model)
        return of_the_list(self.request, rows).values_list("pk", flat=True)

    def check_perm(self, row):
        return sites.may(self.request.user, "delete", row)

    def form_valid(self, form):
        try:
            return super().form_valid(form)
        except (ProtectedError, IntegrityError):  # one came into use a moment ago
            pks = [row.pk for row in self.get_actionable_objects()[0]]
            now = list(self.model._default_manager.filter(pk__in=pks))
            return refusals.keep(self.request, refusals.first_kept(now) or now[0])

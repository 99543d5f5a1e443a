"""Wagtail's list of what awaits one's review, without documents of sites that are not one's own.

Workflows know groups and no sites: where managers of two shops are in one, each would read the
other's numbers.
"""

from wagtail.admin.views.home import WorkflowObjectsToModeratePanel

from ..models import SalesDocument
from . import sites
from .words import number_of


class OwnObjectsToModeratePanel(WorkflowObjectsToModeratePanel):
    def get_context_data(self, parent_context):
        context = super().get_context_data(parent_context)
        user = parent_context["request"].user
        context["states"] = [row for row in context["states"] if _is_visible(user, row["obj"])]
        for row in context["states"]:
            _name(row["obj"])
        return context


def _is_visible(user, row) -> bool:
    if not isinstance(row, SalesDocument):
        return True
    return sites.policy(type(row)).user_has_any_permission_for_instance(user, sites.ANY, row)


def _name(row):
    """The panel shows the words that Wagtail keeps with a revision: of a draft, no title. Nothing
    of this is saved."""
    if isinstance(row, SalesDocument) and row.latest_revision:
        row.latest_revision.object_str = number_of(row)


def replace(panels):
    """In the list of the home page's panels."""
    for place, panel in enumerate(panels):
        if type(panel) is WorkflowObjectsToModeratePanel:
            panels[place] = OwnObjectsToModeratePanel()

"""The portal's group in the admin's menu."""

from django.utils.translation import gettext_lazy as _
from wagtail.snippets.views.snippets import SnippetViewSetGroup

from . import inbox, registers, replacing


class PortalViewSetGroup(SnippetViewSetGroup):
    menu_label = _("Customer portal")
    menu_name = "customer-portal"
    menu_icon = "clipboard-list"
    menu_order = 250

    @property
    def items(self):
        """Asked for when the group is made: a site's own class may import ours."""
        return [replacing.viewset(name) for name in ("estimates", "orders", "customers")]

    def get_submenu_items(self):
        """What is no snippet, a group takes only as a menu item."""
        others = [inbox.InboxMenuItem(), *registers.menu_items("group")]
        return [*super().get_submenu_items(), *others]

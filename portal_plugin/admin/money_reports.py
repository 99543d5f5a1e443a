"""Reports about money, and their places in the menu: for whoever may record payments of a site."""

from django.core.exceptions import PermissionDenied
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from ..models import Order
from . import sites

RIGHT = "record_payment"


class MoneyReport(WagtailAdminTemplateMixin):
    def dispatch(self, request, *args, **kwargs):
        if not _may(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self):
        return [*super().get_breadcrumbs_items(), {"url": "", "label": self.get_page_title()}]


class MoneyReportItem(MenuItem):
    def is_shown(self, request):
        return _may(request.user)


def _may(user) -> bool:
    return sites.policy(Order).user_has_any_permission(user, [RIGHT])

"""Where a page that does one thing to a document stands: below its overview."""

from django.urls import reverse
from django.utils.text import capfirst
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from .words import number_of


class BelowOverview(WagtailAdminTemplateMixin):
    """``setup`` of the page sets ``document``, as ``finding.find`` gives it."""

    @property
    def overview_url(self):
        return reverse("portal_admin:overview", args=[self.document.pk])

    def get_page_subtitle(self):
        return number_of(self.document)

    def get_breadcrumbs_items(self):
        viewset = type(self.document).snippet_viewset
        label = capfirst(self.document._meta.verbose_name_plural)
        return [
            *super().get_breadcrumbs_items(),
            {"url": reverse(viewset.get_url_name("list")), "label": label},
            {"url": self.overview_url, "label": self.get_page_subtitle()},
            {"url": "", "label": self.page_title},
        ]

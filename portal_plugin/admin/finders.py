"""Where the admin finds a document that it only knows as a row of the shared table."""

from django.urls import reverse
from wagtail.admin.admin_url_finder import ModelAdminURLFinder

from ..models import SalesDocument
from . import sites


class DocumentURLFinder(ModelAdminURLFinder):
    model = SalesDocument

    def construct_edit_url(self, instance):
        specific = instance.specific
        if self.user is not None and not sites.may(self.user, "change", specific):
            return None
        return reverse(type(specific).snippet_viewset.get_url_name("edit"), args=[specific.pk])

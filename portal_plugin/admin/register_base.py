"""What the registers have in common: whoever has any right on the documents may look."""

from decimal import Decimal

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import lookup_field
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail_modeladmin.helpers import PermissionHelper
from wagtail_modeladmin.options import ModelAdmin
from wagtail_modeladmin.views import IndexView

from ..letters import sought
from ..models import Estimate, Invoice, LedgerEntry, Order
from ..money import format_money, round_money
from ..statuses import DocumentKind
from . import sites
from .exporting import FormulaSafeExport
from .register_looking import RegisterInspectView
from .words import language_of_admin


class LookOnly(PermissionHelper):
    """Whoever has any right on the documents may look; there is nothing to write."""

    @cached_property
    def documents(self):
        return [Order] if self.model in (LedgerEntry, Invoice) else [Estimate, Order]

    def user_can_list(self, user):
        return any(
            sites.policy(model).user_has_any_permission(user, sites.ANY) for model in self.documents
        )

    def user_can_create(self, user):
        return False

    def user_can_edit_obj(self, user, obj):
        return False

    def user_can_delete_obj(self, user, obj):
        return False

    def user_can_inspect_obj(self, user, obj):
        document = obj.document
        model = Order if document.kind == DocumentKind.ORDER else Estimate
        policy = sites.policy(model)
        return policy.user_has_any_permission_for_instance(user, sites.ANY, document)


class RegisterIndexView(FormulaSafeExport, IndexView):
    """With filters of ours: modeladmin says "By …" in English, and sixty choices as buttons."""

    def get_filters(self, request):
        """Nothing but what ``list_filter`` offers narrows the list. modeladmin takes any other
        lookup of the address as well, through whatever hangs on a row: the keys of its site, the
        password of its staff could be guessed letter by letter, from whether rows are left."""
        specs, has_filters, _others, needs_distinct = super().get_filters(request)
        return specs, has_filters, {}, needs_distinct

    def get_queryset(self, request=None):
        """A day that is none is no day of any row."""
        try:
            return super().get_queryset(request)
        except IncorrectLookupParameters:
            return self.get_base_queryset(request).none()

    def get_search_results(self, request, queryset, search_term):
        return super().get_search_results(request, queryset, sought(search_term))

    def to_row_dict(self, item):
        """What is empty is empty, and nothing is 0: modeladmin has a dash for both, which would be
        guarded as the beginning of a formula."""
        return {name: self._exported(item, name) for name in self.list_export}

    def _exported(self, row, name):
        _field, _attribute, value = lookup_field(name, row, self.model_admin)
        if isinstance(value, Decimal):
            return round_money(value, row.currency)
        return "" if value is None else value

    def get_context_data(self, **kwargs):
        filters = [
            {"title": spec.title, "choices": list(spec.choices(self))} for spec in self.filter_specs
        ]
        return super().get_context_data(filters=filters, **kwargs)


def amount_of(name, label):
    """A column: an amount of the row, in the row's currency."""

    def shown(register, row):
        return format_money(getattr(row, name), row.currency, language_of_admin())

    shown.short_description, shown.admin_order_field = label, name
    return shown


class Register(ModelAdmin):
    add_to_admin_menu = False
    inspect_view_enabled = True
    history_view_enabled = False
    permission_helper_class = LookOnly
    index_view_class = RegisterIndexView
    inspect_view_class = RegisterInspectView
    index_template_name = "portal_plugin/admin/register.html"
    list_per_page = 50

    def get_queryset(self, request):
        rows = super().get_queryset(request).select_related("document", "document__site")
        rows, user = rows.filter(document__is_sample=False), request.user
        if user.is_superuser:
            return rows
        found = self.model.objects.none()
        kinds = {Order: DocumentKind.ORDER, Estimate: DocumentKind.ESTIMATE}
        for model in self.permission_helper.documents:
            theirs = sites.of_user(user, model).values("pk")
            found = found | rows.filter(document__kind=kinds[model], document__site__in=theirs)
        return found

    def get_permissions_for_registration(self):
        """None to give: the rights on documents decide."""
        return super().get_permissions_for_registration().none()

    def register_indexing(self):
        """Rows of history refer to nothing that anybody could delete."""

    def document_name(self, row):
        return row.document.number or _("Draft")

    document_name.short_description = _("Document")
    document_name.admin_order_field = "document__number"

    def document_link(self, row):
        """The way to it: who sees the row may see the document."""
        url = reverse("portal_admin:overview", args=[row.document_id])
        return format_html('<a href="{}"><bdi>{}</bdi></a>', url, self.document_name(row))

    document_link.short_description = document_name.short_description
    document_link.admin_order_field = document_name.admin_order_field

    def title_of(self, row):
        """What stands above a row's own page."""
        return str(row)

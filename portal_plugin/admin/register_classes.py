"""Read-only registers: payments, activity, direct links. Nobody writes in them."""

from django.contrib.admin import SimpleListFilter
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail_modeladmin.helpers import PermissionHelper
from wagtail_modeladmin.menus import ModelAdminMenuItem
from wagtail_modeladmin.options import ModelAdmin
from wagtail_modeladmin.views import IndexView

from ..models import Activity, DirectLink, Estimate, Invoice, LedgerEntry, Order
from ..money import format_money
from ..statuses import DocumentKind
from . import sites, timeline
from .exporting import FormulaSafeExport
from .money_rows import label_of
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
    pass


class Register(ModelAdmin):
    add_to_admin_menu = False
    inspect_view_enabled = True
    history_view_enabled = False
    permission_helper_class = LookOnly
    index_view_class = RegisterIndexView
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


class PaymentRegister(Register):
    model = LedgerEntry
    menu_label = _("Payments")
    menu_icon = "decimal"
    menu_order = 400
    base_url_path = "portal/payments"
    list_display = ["occurred_at", "document_name", "what", "shown_amount", "method", "reference"]
    list_filter = ["kind", "currency", "occurred_at"]
    search_fields = ["document__number", "reference", "method", "document__customer__name"]
    list_export = [
        "occurred_at",
        "document_name",
        "kind",
        "amount",
        "surcharge",
        "currency",
        "method",
        "reference",
        "note",
    ]
    export_filename = "payments"
    inspect_view_fields = [
        "document",
        "kind",
        "amount",
        "surcharge",
        "currency",
        "method",
        "reference",
        "note",
        "occurred_at",
        "created_at",
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("about")

    def what(self, row):
        return label_of(row, row.about.kind if row.about else None)

    what.short_description = _("Kind")
    what.admin_order_field = "kind"

    def shown_amount(self, row):
        return format_money(row.amount, row.currency, language_of_admin())

    shown_amount.short_description = _("Amount")
    shown_amount.admin_order_field = "amount"


class InvoiceMenuItem(ModelAdminMenuItem):
    """Only where there is something to see: most shops have none."""

    def is_shown(self, request):
        """Asked twice for each page of the admin: for the group, and for what is in it."""
        if not super().is_shown(request):
            return False
        if not hasattr(request, "portal_has_invoices"):
            request.portal_has_invoices = Invoice.objects.exists()
        return request.portal_has_invoices


class InvoiceRegister(Register):
    model = Invoice
    menu_label = _("Invoices")
    menu_icon = "doc-full"
    menu_order = 410
    base_url_path = "portal/invoices"
    list_display = ["number", "issued_on", "kind", "document_name", "customer_name", "shown_total"]
    list_filter = ["kind", "currency", "issued_on"]
    search_fields = ["number", "document__number", "document__customer__name", "reason"]
    list_export = [
        "number",
        "issued_on",
        "kind",
        "document_name",
        "customer_name",
        "net",
        "tax",
        "rounding",
        "total",
        "currency",
        "takes_back",
        "reason",
        "digest",
    ]
    export_filename = "invoices"
    inspect_view_fields = [
        "number",
        "kind",
        "document",
        "refers_to",
        "reason",
        "net",
        "tax",
        "rounding",
        "total",
        "currency",
        "issued_at",
        "issued_by",
        "digest",
    ]

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        return rows.select_related("document__customer", "refers_to").defer("content")

    def get_menu_item(self, order=None):
        return InvoiceMenuItem(self, order or self.get_menu_order())

    def customer_name(self, row):
        return row.document.customer.name if row.document.customer else ""

    customer_name.short_description = _("Customer")

    def takes_back(self, row):
        return row.refers_to.number if row.refers_to else ""

    takes_back.short_description = _("Takes back")

    def shown_total(self, row):
        return format_money(row.total, row.currency, language_of_admin())

    shown_total.short_description = _("Total")
    shown_total.admin_order_field = "total"


class VerbFilter(SimpleListFilter):
    title = _("what happened")
    parameter_name = "verb"

    def lookups(self, request, model_admin):
        return timeline.labels()

    def queryset(self, request, queryset):
        return queryset.filter(verb=self.value()) if self.value() else queryset


class ActivityRegister(Register):
    model = Activity
    menu_label = _("Customer portal: activity")
    menu_icon = "history"
    menu_order = 1000
    base_url_path = "reports/portal-activity"
    list_display = ["created_at", "document_name", "sentence", "actor"]
    list_filter = ["actor", "created_at", VerbFilter]
    search_fields = ["document__number", "verb", "document__customer__name"]
    list_export = ["created_at", "document_name", "sequence", "verb", "actor", "data", "hash"]
    export_filename = "portal-activity"
    inspect_view_fields = ["document", "sequence", "verb", "actor", "staff", "created_at", "data"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("staff", "link__recipient")

    def sentence(self, row):
        return timeline.sentence(row)

    sentence.short_description = _("What happened")
    sentence.admin_order_field = "verb"


class LinkRegister(Register):
    model = DirectLink
    menu_label = _("Customer portal: direct links")
    menu_icon = "link"
    menu_order = 1010
    base_url_path = "reports/portal-links"
    list_display = ["recipient", "document_name", "state", "last_seen_at", "expires_at"]
    list_filter = ["role", "expires_at"]
    search_fields = ["document__number", "recipient__name", "recipient__email"]
    list_export = [
        "document_name",
        "recipient_name",
        "recipient_email",
        "role",
        "created_at",
        "expires_at",
        "revoked_at",
        "last_seen_at",
        "opened_count",
    ]
    export_filename = "portal-links"
    inspect_view_fields = [
        "document",
        "recipient",
        "role",
        "created_at",
        "expires_at",
        "revoked_at",
        "last_opened_at",
        "last_seen_at",
        "opened_count",
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("recipient")

    def recipient_name(self, row):
        return row.recipient.name

    recipient_name.short_description = _("Name")

    def recipient_email(self, row):
        return row.recipient.email

    recipient_email.short_description = _("Email")

    def state(self, row):
        if row.is_revoked:
            return _("Stopped")
        return _("Expired") if row.is_expired else _("In use")

    state.short_description = _("State")

"""Read-only registers: payments, activity, direct links. Nobody writes in them."""

from django.utils.translation import gettext_lazy as _
from wagtail_modeladmin.menus import ModelAdminMenuItem

from ..models import Activity, DirectLink, Invoice, LedgerEntry, Order
from ..money import format_money
from ..services.mail_receivers import staff_name
from . import sites, timeline
from .money_rows import label_of
from .register_base import Register, amount_of
from .register_filters import VerbFilter
from .words import language_of_admin


class PaymentRegister(Register):
    model = LedgerEntry
    menu_label = _("Payments")
    menu_icon = "portal-money"
    menu_order = 400
    base_url_path = "portal/payments"
    list_display = ["occurred_at", "document_link", "what", "shown_amount", "method", "reference"]
    list_filter = ["kind", "currency", "occurred_at"]
    search_fields = ["document__number", "reference", "method", "document__customer__name"]
    list_export = [
        "occurred_at",
        "document_name",
        "kind",
        "amount",
        "surcharge",
        "forgiven",
        "currency",
        "method",
        "reference",
        "note",
    ]
    export_filename = "payments"
    inspect_view_fields = [
        "document_link",
        "what",
        "shown_amount",
        "shown_surcharge",
        "shown_forgiven",
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

    shown_amount = amount_of("amount", _("Amount"))

    def shown_surcharge(self, row):
        """Empty where the customer paid none."""
        if not row.surcharge:
            return ""
        return format_money(row.surcharge, row.currency, language_of_admin())

    shown_surcharge.short_description = _("fee paid by the customer")

    def shown_forgiven(self, row):
        """Empty for what changes nothing of what is owed."""
        if not row.forgiven:
            return ""
        return format_money(row.forgiven, row.currency, language_of_admin())

    shown_forgiven.short_description = _("not owed any more")

    def title_of(self, row):
        return f"{self.what(row)} · {self.shown_amount(row)}"


class InvoiceMenuItem(ModelAdminMenuItem):
    """Only where the user's shops have any: most have none."""

    def is_shown(self, request):
        """Asked twice for each page of the admin: for the group, and for what is in it."""
        if not super().is_shown(request):
            return False
        if not hasattr(request, "portal_has_invoices"):
            theirs = sites.of_user(request.user, Order).order_by().values("pk")
            request.portal_has_invoices = Invoice.objects.filter(site__in=theirs).exists()
        return request.portal_has_invoices


class InvoiceRegister(Register):
    model = Invoice
    menu_label = _("Invoices")
    menu_icon = "doc-full"
    menu_order = 410
    base_url_path = "portal/invoices"
    list_display = ["number", "issued_on", "kind", "document_link", "customer_name", "shown_total"]
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
        "document_link",
        "customer_name",
        "refers_to",
        "reason",
        "shown_net",
        "shown_tax",
        "shown_total",
        "issued_at",
        "author",
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

    shown_net = amount_of("net", _("net"))
    shown_tax = amount_of("tax", _("tax"))
    shown_total = amount_of("total", _("Total"))

    def author(self, row):
        """A full name, never a username."""
        return staff_name(row.issued_by) if row.issued_by else ""

    author.short_description = _("By")


class ActivityRegister(Register):
    model = Activity
    menu_label = _("Customer portal: activity")
    menu_icon = "history"
    menu_order = 1000
    base_url_path = "reports/portal-activity"
    list_display = ["created_at", "document_link", "sentence", "actor"]
    list_filter = ["actor", "created_at", VerbFilter]
    search_fields = ["document__number", "verb", "document__customer__name"]
    list_export = ["created_at", "document_name", "sequence", "verb", "actor", "data", "hash"]
    export_filename = "portal-activity"
    inspect_view_fields = ["document_link", "sentence", "actor", "created_at"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("staff", "link__recipient")

    def sentence(self, row):
        return timeline.sentence(row)

    sentence.short_description = _("What happened")
    sentence.admin_order_field = "verb"

    def title_of(self, row):
        return self.sentence(row)


class LinkRegister(Register):
    model = DirectLink
    menu_label = _("Customer portal: direct links")
    menu_icon = "link"
    menu_order = 1010
    base_url_path = "reports/portal-links"
    list_display = ["person", "document_link", "state", "last_seen_at", "expires_at"]
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
        "document_link",
        "person",
        "role",
        "state",
        "created_at",
        "expires_at",
        "revoked_at",
        "last_opened_at",
        "last_seen_at",
        "opened_count",
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("recipient")

    def person(self, row):
        return row.recipient

    person.short_description = _("Recipient")
    person.admin_order_field = "recipient__name"

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

"""Settings › Terms: every wording that a shop's customers were ever shown. To look at only."""

from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views.generic import InspectView

from .. import languages
from ..models import PortalSettings, TermsText
from ..services import starter
from ..services.mail_receivers import staff_name
from . import set_up
from .columns import TextColumn


class TermsIndexView(set_up.SetUpIndexView):
    """Newest first; who wrote it is read with it."""

    page_title = pgettext_lazy("of an agreement", "Terms")

    def get_base_queryset(self):
        return super().get_base_queryset().select_related("created_by")

    @cached_property
    def columns(self):
        _name, *rest = super().columns
        return [
            self._get_title_column("kind", accessor=lambda t: t.get_kind_display(), width="20%"),
            Column("language", label=_("Language"), accessor=lambda t: languages.name(t.language)),
            TextColumn("begins", label=_("Begins"), accessor=begins),
            DateColumn("created_at", label=_("Since"), width="14%"),
            Column("author", label=_("By"), accessor=author, width="14%"),
            *rest,
        ]


class TermsInspectView(InspectView):
    """The text with its lines as they were written, in its own direction."""

    def get_page_subtitle(self):
        return f"{self.object.get_kind_display()} · {languages.name(self.object.language)}"

    def get_field_label(self, field_name, field):
        return _("By") if field_name == "created_by" else super().get_field_label(field_name, field)

    def get_language_display_value(self):
        return languages.name(self.object.language)

    def get_created_by_display_value(self):
        return author(self.object) or "-"

    def get_text_display_value(self):
        return format_html(
            '<div class="portal-admin-wording" dir="auto">{}</div>', self.object.text
        )


def begins(terms) -> str:
    return Truncator(terms.text).chars(80)


def author(terms) -> str:
    return staff_name(terms.created_by) if terms.created_by else ""


def warn_of_starter_texts(request, instance):
    """After the settings are saved: they are, but for terms that nobody has read yet."""
    if isinstance(instance, PortalSettings) and not starter.has_terms(instance.site):
        messages.warning(
            request,
            _(
                "Your terms are not saved yet: a starter text counts once you have read it, "
                "changed it and deleted its first line. Nothing can be published before."
            ),
        )


class TermsViewSet(set_up.SetUpViewSet):
    """The newest of a kind and language is the one that holds. A new one is written in the portal's
    settings; nobody changes an old one, because approvals were given under it."""

    model = TermsText
    name = "portal_terms"
    url_prefix = "portal/terms"
    icon = "history"
    menu_label = _("Terms: all wordings")
    menu_name = "portal-terms"
    menu_order = 1030
    sort_order_field = None
    ordering = ["-created_at", "-pk"]
    list_display = ["kind"]
    list_filter = ["kind", "language"]
    inspect_view_enabled = True
    inspect_view_fields = ["kind", "language", "created_at", "created_by", "text"]
    inspect_view_class = TermsInspectView
    index_view_class = TermsIndexView
    form_fields = ["text"]

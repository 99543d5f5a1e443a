"""Import customers or item templates from a file: first what would happen, then that.

Between the two pages nothing is kept on the server: what was read goes along in the form, signed.
"""

from django import forms
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic import WagtailAdminTemplateMixin
from wagtail.models import Site

from ..exceptions import FileRefused, NotAvailable, PortalError
from ..models import ItemTemplate
from ..services.importing import files, planning
from ..services.importing.kinds import Customers, ItemTemplates, Kind
from . import sites
from .forms import site_name
from .importing_rows import shown

SALT = "portal_plugin.import"
#: Seconds that somebody may take to look at the rows.
LOOKS_FOR = 12 * 60 * 60


class FileForm(forms.Form):
    site = forms.ModelChoiceField(
        queryset=Site.objects.none(), label=gettext_lazy("Site"), empty_label=None
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx"}),
    )
    all_or_none = forms.BooleanField(
        label=gettext_lazy("Import nothing while a row is refused"),
        help_text=gettext_lazy("Else the good rows are imported, and the others left out."),
        required=False,
    )

    def __init__(self, *args, for_sites, **kwargs):
        super().__init__(*args, **kwargs)
        self.for_sites = for_sites
        field = self.fields["site"]
        field.queryset, field.label_from_instance = for_sites, site_name
        if len(for_sites) < 2:
            del self.fields["site"]

    def clean_file(self):
        """As a table. What was too large is not read."""
        file = self.cleaned_data["file"]
        try:
            return files.read(b"" if file.size > files.MAX_BYTES else file.read(), size=file.size)
        except FileRefused as error:
            raise forms.ValidationError(error.message) from error

    @property
    def chosen_site(self):
        return self.cleaned_data.get("site") or self.for_sites[0]


class ImportView(WagtailAdminTemplateMixin, TemplateView):
    """A POST brings a file, or the rows that were looked at."""

    template_name = "portal_plugin/admin/import.html"
    http_method_names = ["get", "head", "post"]
    header_icon = "upload"
    kind: type[Kind]

    def dispatch(self, request, *args, **kwargs):
        if not self.for_sites:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def for_sites(self):
        return sites.of_user(self.request.user, self.kind.model, "add")

    def get_page_title(self):
        return capfirst(_("import %(rows)s") % {"rows": self.kind.model._meta.verbose_name_plural})

    def get_breadcrumbs_items(self):
        label = capfirst(self.kind.model._meta.verbose_name_plural)
        here = {"url": "", "label": self.get_page_title()}
        return [*super().get_breadcrumbs_items(), {"url": self.list_url, "label": label}, here]

    @property
    def list_url(self):
        return list_url(self.kind.model)

    def post(self, request, *args, **kwargs):
        if "looked_at" in request.POST:
            return self._import(request.POST["looked_at"])
        form = FileForm(request.POST, request.FILES, for_sites=self.for_sites)
        if not form.is_valid():
            return self._page(form, status=400)
        site, table = form.chosen_site, form.cleaned_data["file"]
        return self._look(form, site, table, all_or_none=form.cleaned_data["all_or_none"])

    def _look(self, form, site, table, *, all_or_none, status=200):
        try:
            plan = planning.plan(self.kind, table, site, may_change=self._may_change(site))
        except FileRefused as error:
            form.add_error("file", error.message)
            return self._page(form, status=400)
        held = bool(all_or_none and plan.counts[planning.Outcome.REFUSED])
        looked_at = {
            "kind": self.kind.name,
            "user": self.request.user.pk,
            "site": site.pk,
            "table": table.as_lists(),
            "digest": plan.digest,
            "all_or_none": all_or_none,
        }
        return self._page(
            form,
            status=status,
            shown=shown(plan),
            site_name=site_name(site) if len(self.for_sites) > 1 else "",
            is_held=held,
            looked_at="" if held else signing.dumps(looked_at, salt=SALT, compress=True),
        )

    def _import(self, signed):
        said = self._said(signed)
        site = self.for_sites.filter(pk=said["site"]).first() if said else None
        if site is None:
            messages.error(
                self.request,
                _("Nothing was imported: this page was too old. Choose the file again."),
            )
            return redirect(self.request.path)
        table = files.Table.from_lists(said["table"])
        try:
            plan = planning.apply(
                self.kind,
                table,
                site,
                digest=said["digest"],
                all_or_none=said["all_or_none"],
                may_change=self._may_change(site),
                user=self.request.user,
            )
        except PortalError as error:
            messages.error(self.request, error.message)
            form = FileForm(for_sites=self.for_sites)
            status, held = NotAvailable.status, said["all_or_none"]
            return self._look(form, site, table, all_or_none=held, status=status)
        messages.success(self.request, _sentence(plan))
        return redirect(self.list_url)

    def _said(self, signed):
        """What this user was shown on this page, or nothing."""
        try:
            said = signing.loads(signed, salt=SALT, max_age=LOOKS_FOR)
        except signing.BadSignature:
            return None
        theirs = said["user"] == self.request.user.pk and said["kind"] == self.kind.name
        return said if theirs else None

    def _may_change(self, site):
        return (
            sites.of_user(self.request.user, self.kind.model, "change").filter(pk=site.pk).exists()
        )

    def _page(self, form, *, status, **context):
        return self.render_to_response(self.get_context_data(form=form, **context), status=status)

    def get_context_data(self, **kwargs):
        kwargs.setdefault("form", FileForm(for_sites=self.for_sites))
        return super().get_context_data(
            **kwargs,
            columns=self.kind.labels(),
            is_parted=bool(self.kind.parts),
            most_rows=files.MAX_ROWS,
            list_url=self.list_url,
        )


def _sentence(plan):
    counts, outcome = plan.counts, planning.Outcome
    if not plan.to_do:
        return _("There was nothing to import: all of it is there already.")
    done = ngettext("%(count)d row was imported.", "%(count)d rows were imported.", plan.to_do)
    done %= {"count": plan.to_do}
    if counts[outcome.REFUSED]:
        left = ngettext(
            "%(count)d row was left out.", "%(count)d rows were left out.", counts[outcome.REFUSED]
        )
        done = f"{done} {left % {'count': counts[outcome.REFUSED]}}"
    return done


class ImportCustomersView(ImportView):
    kind = Customers


class ImportItemTemplatesView(ImportView):
    kind = ItemTemplates


def list_url(model):
    if model is ItemTemplate:
        return reverse("portal_item_templates:index")
    return reverse(model.snippet_viewset.get_url_name("list"))


customers = ImportCustomersView.as_view()
item_templates = ImportItemTemplatesView.as_view()

"""The forms behind the edit pages of customers and documents."""

from decimal import Decimal
from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import DELETION_FIELD_NAME
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from modelcluster.forms import BaseChildFormSet
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.models import Site

from .. import days
from ..models.items import TaxCategory
from ..money import is_currency
from ..services import publishing, removing
from . import defaults, languages, sites
from .directions import EitherDirection

CURRENCY = gettext_lazy("Three capital letters, such as EUR, USD or JPY.")


def clean_currency(code: str) -> str:
    """An ISO 4217 code that money can be shown in."""
    code = code.strip().upper()
    if code and not is_currency(code):
        raise ValidationError(_("Write the currency as three letters, such as EUR or USD."))
    return code


class TrimsDecimals:
    """Shows 240 where the column holds 240.000000. A draft may leave a number out: it is saved as
    the column's default, because the column holds no emptiness."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, value in self.initial.items():
            if isinstance(value, Decimal):
                self.initial[name] = _trimmed(value)
        for field in self.fields.values():
            if isinstance(field, forms.DecimalField):
                field.required = False

    def clean(self):
        data = super().clean()
        for name, value in self.cleaned_data.items():
            if value is None and isinstance(self.fields.get(name), forms.DecimalField):
                self.cleaned_data[name] = self._meta.model._meta.get_field(name).get_default()
        return data


def _trimmed(value: Decimal) -> Decimal:
    """Without trailing zeros, and never in the form 2.4E+2."""
    normal = value.normalize()
    return normal.quantize(Decimal(1)) if normal == normal.to_integral() else normal


class LineItemForm(EitherDirection, TrimsDecimals, WagtailAdminModelForm):
    """A line item with its ``key``, which a draft would lose otherwise: rows that were added in a
    draft of a published document have no id until they are published."""

    key = forms.UUIDField(required=False, widget=forms.HiddenInput)

    class Meta(WagtailAdminModelForm.Meta):
        pass

    def __init__(self, *args, instance=None, item_defaults=None, **kwargs):
        if instance is None and item_defaults:
            kwargs["initial"] = {**item_defaults, **(kwargs.get("initial") or {})}
        super().__init__(*args, instance=instance, **kwargs)
        if instance is not None:
            self.initial["key"] = instance.key

    def clean(self):
        data = super().clean()
        rate, category = self.cleaned_data.get("tax_rate"), self.cleaned_data.get("tax_category")
        if rate and category and category != TaxCategory.STANDARD:
            self.add_error("tax_category", _("This kind has no tax: write 0 as its rate."))
        return data

    def clean_key(self) -> UUID:
        return self.cleaned_data["key"] or uuid4()

    def _post_clean(self):
        super()._post_clean()
        if self.cleaned_data.get("key"):
            self.instance.key = self.cleaned_data["key"]

    def has_changed(self):
        """A new row that only has its default tax rate is still an empty one."""
        return bool(set(self.changed_data) - {"key"})

    def get_field_updates_for_resave(self):
        """After a background save the open page learns the key, or the next save makes another."""
        updates = super().get_field_updates_for_resave()
        name = self.add_prefix("key")
        if self.data.get(name) != str(self.instance.key):
            updates.append((name, str(self.instance.key)))
        return updates


class KnownRowField(forms.ModelChoiceField):
    """The id of a row. Those that the formset holds are not looked up one by one."""

    known: dict = {}

    def to_python(self, value):
        return self.known.get(str(value)) or super().to_python(value)


class LineItemFormSet(BaseChildFormSet):
    """Keeps keys apart: they are what decisions hang on."""

    @cached_property
    def _known(self):
        return {str(row.pk): row for row in self.get_queryset() if row.pk}

    def add_fields(self, form, index):
        super().add_fields(form, index)
        name = self.model._meta.pk.name
        field = form.fields[name]
        form.fields[name] = KnownRowField(
            field.queryset, initial=field.initial, required=False, widget=forms.HiddenInput
        )
        form.fields[name].known = self._known

    def clean(self):
        forms = [form for form in self.forms if form not in self.deleted_forms]
        self._find_saved(forms)
        self._part_equal_keys(forms)
        super().clean()
        self._refuse_removing({form.instance.key for form in forms})

    def _refuse_removing(self, kept):
        """What carries a decision or a payment comes back on the page, with a sentence above."""
        gone = self._out - kept
        if not gone:
            return
        document = type(self.instance).objects.get(pk=self.instance.pk)
        reasons = removing.kept_items(document, gone)
        if not reasons:
            return
        for form in self.deleted_forms:
            if form.instance.key in reasons:
                form.data = form.data.copy()
                form.data[form.add_prefix(DELETION_FIELD_NAME)] = ""
        raise ValidationError(list(reasons.values()))

    @cached_property
    def _out(self) -> set[UUID]:
        """Keys of the items that the customer has."""
        version = getattr(self.instance, "current_version", None)
        return set(version.items.values_list("key", flat=True)) if version else set()

    def _find_saved(self, forms):
        """A page that did not learn the id of a row that it saved sends its key all the same."""
        saved = {row.key: row.pk for row in self.get_queryset() if row.pk}
        sent = {form.instance.pk for form in self.forms}
        for form in forms:
            pk = saved.get(form.instance.key)
            if form.instance.pk is None and pk is not None and pk not in sent:
                form.instance.pk = pk

    def _part_equal_keys(self, forms):
        """Of two rows with one key the later gets a new one."""
        seen = set()
        for form in forms:
            if form.instance.key in seen:
                form.instance.key = form.cleaned_data["key"] = uuid4()
            seen.add(form.instance.key)


class SiteMixin:
    """A row's site is chosen while it is new, among those that the user may write on."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields.get("site")
        if field is None:
            return
        if not self.has_open_site:
            del self.fields["site"]
            return
        field.queryset = self._sites()
        field.empty_label = None
        field.label_from_instance = site_name
        if self.instance.site_id:
            field.initial = self.initial["site"] = self.instance.site_id
        field.required = False

    @property
    def has_open_site(self) -> bool:
        return self.instance._state.adding

    def _sites(self):
        if self.for_user is None:
            return Site.objects.all()
        return sites.of_user(self.for_user, type(self.instance), "add")

    def clean_site(self):
        return self.cleaned_data["site"] or (self.instance.site if self.instance.site_id else None)


def site_name(site):
    return site.site_name or site.hostname


class CustomerForm(EitherDirection, SiteMixin, WagtailAdminModelForm):
    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        shops = ("", _("The shop's language"))
        self.fields["language"].choices = _with_current(self.instance.language, [shops])

    def clean_currency(self):
        return clean_currency(self.cleaned_data["currency"])


class DocumentForm(EitherDirection, TrimsDecimals, SiteMixin, WagtailAdminModelForm):
    language = forms.ChoiceField(label=gettext_lazy("Language"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = _with_current(self.instance.language, [])
        went_out_at = self.initial.get("go_live_at")
        if went_out_at and went_out_at <= timezone.now():
            self.initial["go_live_at"] = None
        if "approvals_needed" in self.fields:
            self.fields["approvals_needed"].required = False  # other panels may leave it out
        self._give_new_items_defaults()

    @property
    def has_open_site(self) -> bool:
        """The first draft is saved half a second after its first word: it may still move."""
        return not self.instance.live and self.instance.current_version_id is None

    #: Wagtail's own dialog for it asks for an expiry date as well: the time is a field of ours.
    show_schedule_publishing_toggle = False

    def clean_currency(self):
        code = clean_currency(self.cleaned_data["currency"])
        before = publishing.currency_before(self.instance)
        if before not in ("", code):
            text = _("The customer has prices in %(currency)s: it stays.")
            if self.instance.paid:
                text = _("It was paid in %(currency)s: the currency stays.")
            raise ValidationError(text % {"currency": before})
        return code

    def clean_approvals_needed(self):
        return self.cleaned_data["approvals_needed"] or self.instance.approvals_needed

    def clean_valid_until(self):
        """A day that is over is refused where it is written, and where it would go out."""
        day = self.cleaned_data["valid_until"]
        is_going_out = bool(self.data.get("action-publish") or self.data.get("action-submit"))
        last = self.instance.valid_until_override or day
        today = days.today()
        if last and last < today and ("valid_until" in self.changed_data or is_going_out):
            raise ValidationError(_("This day is over. Choose today or a later day."))
        return day

    def clean(self):
        data = super().clean()
        customer, site = self.cleaned_data.get("customer"), self._site()
        if customer and site and customer.site_id != site.pk:
            self.add_error("customer", _("This customer belongs to another site."))
        if self.is_bound and self.cleaned_data.get("customer"):
            self.instance.customer = customer
        return data

    def _post_clean(self):
        super()._post_clean()
        self._filled = set()
        if "site" in self.changed_data:
            self._filled |= set(defaults.fill_from_site(self.instance, self.changed_data))
        self._filled |= set(defaults.fill_from_customer(self.instance, self.changed_data))
        defaults.fill_rounding(self.instance)

    def get_field_updates_for_resave(self):
        """The open page learns what was filled in for it, or its next save would undo it."""
        filled = [
            (name, str(getattr(self.instance, name) or ""))
            for name in sorted(self._filled & set(self.fields))
            if not isinstance(self.fields[name], forms.BooleanField)
        ]
        return [*super().get_field_updates_for_resave(), *filled]

    def _site(self):
        chosen = self.cleaned_data.get("site")
        return chosen or (self.instance.site if self.instance.site_id else None)

    def _give_new_items_defaults(self):
        formset = self.formsets.get("line_items")
        if formset is not None and self.instance.site_id:
            formset.form_kwargs["item_defaults"] = defaults.item_defaults(self.instance.site)


def _with_current(code, before):
    found = [*before, *languages.choices()]
    if code and code not in dict(found):
        found.append((code, languages.name(code)))
    return found

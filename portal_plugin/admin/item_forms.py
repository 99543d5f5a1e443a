"""The rows of line items on the edit page of a document: their keys are what decisions hang on."""

from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import DELETION_FIELD_NAME
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from wagtail.admin.forms.models import WagtailAdminModelForm

from ..models.items import TaxCategory
from ..money import MOST
from ..services import removing
from .directions import EitherDirection
from .forms import TrimsDecimals
from .rows import RowsFormSet


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
        quantity, price = self.cleaned_data.get("quantity"), self.cleaned_data.get("unit_price")
        if quantity and price and abs(quantity * price) > MOST:
            self.add_error("unit_price", _("The amount is too large."))
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


class LineItemFormSet(RowsFormSet):
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

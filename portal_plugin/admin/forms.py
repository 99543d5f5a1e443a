"""The forms behind the edit pages of customers and documents."""

from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.models import Site

from .. import days, languages
from ..models import PortalSettings
from ..money import MOST, is_currency
from ..services import publishing
from . import countries, defaults, sites
from .directions import EitherDirection
from .plan_field import PlanField, both_refused


def clean_currency(code: str) -> str:
    """An ISO 4217 code that money can be shown in."""
    code = code.strip().upper()
    if code and not is_currency(code):
        raise ValidationError(_("Write the currency as three letters, such as EUR or USD."))
    return code


class CountsDays:
    """Days to pay are no more than a day can follow from."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "payment_days" in self.fields:
            self.fields["payment_days"].validators.append(MaxValueValidator(days.MOST))


class TrimsDecimals:
    """Shows 240 where the column holds 240.000000, and a price of 18.9 as 18.90. A draft may leave
    a number out: it is saved as the column's default, because the column holds no emptiness. No
    number is taken that is more than any amount can be (``money.MOST``)."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, value in self.initial.items():
            if isinstance(value, Decimal):
                self.initial[name] = _trimmed(value, is_money=name.endswith(("price", "amount")))
        for field in self.fields.values():
            if isinstance(field, forms.DecimalField):
                field.required = False
                field.validators += [MaxValueValidator(MOST), MinValueValidator(-MOST)]

    def clean(self):
        data = super().clean()
        for name, value in self.cleaned_data.items():
            if value is None and isinstance(self.fields.get(name), forms.DecimalField):
                self.cleaned_data[name] = self._meta.model._meta.get_field(name).get_default()
        return data


def _trimmed(value: Decimal, *, is_money: bool) -> Decimal:
    """Without trailing zeros, and never in the form 2.4E+2; money of 18.9 is 18.90."""
    normal = value.normalize()
    if normal == normal.to_integral():
        return normal.quantize(Decimal(1))
    if is_money and normal.as_tuple().exponent == -1:
        return normal.quantize(Decimal("0.01"))
    return normal


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


def _say_empty(form, name, words):
    """What it means that nothing is chosen, in place of the dashes; panels may leave it out."""
    if name in form.fields:
        chosen = [choice for choice in form.fields[name].choices if choice[0]]
        form.fields[name].choices = [("", words), *chosen]


class CustomerForm(EitherDirection, CountsDays, SiteMixin, WagtailAdminModelForm):
    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)
    country = forms.ChoiceField(label=gettext_lazy("Country"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        shops = ("", _("The shop's language"))
        self.fields["language"].choices = _with_current(self.instance.language, [shops])
        _say_empty(self, "pays_by", _("Not said: online"))
        if "country" in self.fields:
            self._offer_countries()

    def _offer_countries(self):
        """For e-invoices, so that shops without them are not asked."""
        site = self.instance.site if self.instance.site_id else None
        found = PortalSettings.objects.filter(sends_einvoices=True)
        if not (self.instance.country or (found.filter(site=site) if site else found).exists()):
            del self.fields["country"]
            return
        own = self.instance.country
        self.fields["country"].choices = countries.choices(_("The shop's own"), own)
        self.fields["country"].help_text = _("For e-invoices.")

    def clean_currency(self):
        return clean_currency(self.cleaned_data["currency"])


class ContactForm(EitherDirection, WagtailAdminModelForm):
    """A row on the page of a customer."""


class DocumentForm(EitherDirection, CountsDays, TrimsDecimals, SiteMixin, WagtailAdminModelForm):
    language = forms.ChoiceField(label=gettext_lazy("Language"))
    instalments = PlanField()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = _with_current(self.instance.language, [])
        _say_empty(self, "pays_by", _("As set for the customer"))
        went_out_at = self.initial.get("go_live_at")
        if went_out_at and went_out_at <= timezone.now():
            self.initial["go_live_at"] = None
        if "approvals_needed" in self.fields:
            self.fields["approvals_needed"].required = False  # other panels may leave it out
        self._follow_shop()

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
        has_deposit = data.get("deposit_percent") or data.get("deposit_amount")
        if has_deposit and data.get("instalments") and not self.is_deferred_validation:
            self.add_error("instalments", both_refused())
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

    def _follow_shop(self):
        """New items begin as the shop wants them; a plan is asked for where the shop has such."""
        shop = PortalSettings.of(self.instance.site) if self.instance.site_id else None
        formset = self.formsets.get("line_items")
        if formset is not None and shop is not None:
            formset.form_kwargs["item_defaults"] = defaults.item_defaults(shop)
        if not self.instance.instalments and not (shop and shop.takes_instalments):
            del self.fields["instalments"]
        if not self.instance.deposit_least and not (shop and shop.least_deposit):
            self.fields.pop("deposit_least", None)


def _with_current(code, before):
    found = [*before, *languages.choices()]
    if code and code not in dict(found):
        found.append((code, languages.name(code)))
    return found

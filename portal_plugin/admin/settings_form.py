"""The form of the portal's settings, with the terms and the next numbers that live in rows of
their own."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import transaction
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms.models import WagtailAdminModelForm

from .. import colours, days, languages
from ..gateways import logos
from ..models import NumberSequence, TermsText
from ..services import numbering, starter, terms
from ..statuses import TermsKind
from .directions import EitherDirection
from .fees_field import TakesFees
from .file_limits_form import LimitsFiles
from .forms import TrimsDecimals, clean_currency
from .invoice_settings_form import AsksForInvoices
from .settings_merging import MergesWithOthers
from .stripe_keys_form import WritesStripeKeys

KINDS = (TermsKind.ESTIMATE, TermsKind.ORDER)
#: Under "More": a shop may leave them empty.
OPTIONAL_KINDS = (TermsKind.PROOF, TermsKind.WITHDRAWAL, TermsKind.CHECKLIST)
MAX_LOGO_BYTES = 2_000_000
#: What each new document would be refused for, or its link be over with.
BOUNDS = {
    "deposit_percent": (0, 100),
    "tax_rate": (0, 100),
    "link_days": (1, 3650),
    "validity_days": (0, days.MOST),
}

TERMS_LABELS = {
    TermsKind.ESTIMATE: gettext_lazy("Terms for estimates (%(language)s)"),
    TermsKind.ORDER: gettext_lazy("Terms for orders (%(language)s)"),
    TermsKind.PROOF: gettext_lazy("Terms for new proofs of an order (%(language)s)"),
    TermsKind.CHECKLIST: gettext_lazy("Checklist for proofs, one line each (%(language)s)"),
    TermsKind.WITHDRAWAL: gettext_lazy("Right of withdrawal (%(language)s)"),
}


def terms_field(language, kind) -> str:
    return f"terms_{re.sub('[^a-z]', '_', language.lower())}_{kind}"


class ColourInput(forms.TextInput):
    """``word`` stands in the sample, on the colour."""

    input_type = "color"
    template_name = "portal_plugin/admin/colour_input.html"
    word = gettext_lazy("Approve")

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        colour = value if isinstance(value, str) and re.fullmatch("#[0-9a-fA-F]{6}", value) else ""
        context["sample"] = {**sample_of(colour or "#1d4ed8"), "word": self.word}
        return context

    class Media:
        js = [forms.Script("portal_plugin/admin/colour.js", type="module")]


class LogoInput(forms.ClearableFileInput):
    """With the logo itself, and not the name of its file."""

    template_name = "portal_plugin/admin/logo_input.html"


def sample_of(colour) -> dict:
    """The colour as customers get it: the text on it, and what to know about its contrast."""
    text = colours.text_on(colour)
    ratio = colours.contrast(text, colour)
    return {"colour": colour, "text": text, "ratio": f"{ratio:.1f}"}


class PortalSettingsForm(
    MergesWithOthers,
    EitherDirection,
    AsksForInvoices,
    TakesFees,
    LimitsFiles,
    WritesStripeKeys,
    TrimsDecimals,
    WagtailAdminModelForm,
):
    next_estimate_number = forms.IntegerField(
        label=gettext_lazy("Next number of estimates"), min_value=1, required=False
    )
    next_order_number = forms.IntegerField(
        label=gettext_lazy("Next number of orders"), min_value=1, required=False
    )

    next_invoice_number = forms.IntegerField(
        label=gettext_lazy("Next number of invoices"), min_value=1, required=False
    )
    next_credit_note_number = forms.IntegerField(
        label=gettext_lazy("Next number of credit notes"), min_value=1, required=False
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.next_before = {kind: self._next_number(kind) for kind in numbering.PATTERNS}
        for kind, number in self.next_before.items():
            name = f"next_{kind}_number"
            self.fields[name].initial = self.initial[name] = number
            self.fields[name].help_text = _("It can only be raised: no number is given twice.")
        self._bound()
        if "language" in self.fields:
            shops = ("", _("The site's language"))
            current = [self.instance.language] if self.instance.language else []
            known = dict(languages.choices())
            extra = [(code, languages.name(code)) for code in current if code not in known]
            self.fields["language"].choices = [shops, *known.items(), *extra]
        self._fill_terms()
        self.remember_what_is_shown()

    def _bound(self):
        for name in BOUNDS.keys() & self.fields.keys():
            field, (least, most) = self.fields[name], BOUNDS[name]
            field.validators = [
                *field.validators,
                MinValueValidator(least),
                MaxValueValidator(most),
            ]
            field.widget.attrs |= {"min": least, "max": most}

    # -- terms -----------------------------------------------------------------------------------

    def _fill_terms(self):
        for language, kind, name in self.terms_fields():
            written = _newest(self.instance.site, language, kind)
            text = written.text if written else starter.starter_terms(language, kind)
            self.initial[name] = self.fields[name].initial = text
            if written is None and kind == TermsKind.PROOF:
                self.fields[name].help_text = _("Empty: the terms for orders.")
            elif kind == TermsKind.CHECKLIST:
                self.fields[name].help_text = _("For example: spelling, size, colours.")
            elif written is None and kind == TermsKind.WITHDRAWAL:
                self.fields[name].help_text = _(
                    "A starter text: read it and change it. It counts as soon as you have deleted "
                    "its first line."
                )
            elif written is None:
                self.fields[name].help_text = _(
                    "A starter text: read it and change it. It counts as soon as you have deleted "
                    "its first line. Nothing can be published without terms."
                )

    def terms_fields(self):
        for language in languages.codes():
            for kind in (*KINDS, *OPTIONAL_KINDS):
                name = terms_field(language, kind)
                if name in self.fields:
                    yield language, kind, name

    # -- checks ----------------------------------------------------------------------------------

    def clean_currency(self):
        code = clean_currency(self.cleaned_data["currency"])
        if not code:
            raise ValidationError(_("Write the currency as three letters, such as EUR or USD."))
        return code

    def clean_logo(self):
        """Checked by what it is, and before it is unpacked."""
        logo = self.cleaned_data.get("logo")
        if not logo or "logo" not in self.changed_data:
            return logo
        if logo.size > MAX_LOGO_BYTES:
            raise ValidationError(_("The logo may have up to 2 MB."))
        logo.seek(0)
        if not logos.is_raster(logo):
            raise ValidationError(_("The logo must be a PNG, JPEG or WebP picture."))
        logo.seek(0)
        return logo

    def clean_estimate_pattern(self):
        return _clean_pattern(self.cleaned_data["estimate_pattern"])

    def clean_order_pattern(self):
        return _clean_pattern(self.cleaned_data["order_pattern"])

    def clean_invoice_pattern(self):
        return _clean_pattern(self.cleaned_data["invoice_pattern"])

    def clean_credit_note_pattern(self):
        return _clean_pattern(self.cleaned_data["credit_note_pattern"])

    def clean(self):
        data = super().clean()
        for kind in numbering.PATTERNS:
            name = f"next_{kind}_number"
            wanted = self.cleaned_data.get(name)
            if wanted and wanted < self._next_number(kind):
                self.add_error(name, _("This number was given already. Choose a higher one."))
        self._check_terms()
        return data

    def _check_terms(self):
        """What somebody wrote is not left out for a line that they overlooked."""
        for language, kind, name in self.terms_fields():
            text = _typed(self.cleaned_data.get(name))
            if starter.is_marked(text) and text != starter.starter_terms(language, kind):
                self.add_error(name, _("Delete the first line, so that this text counts."))

    # -- saving ----------------------------------------------------------------------------------

    def save(self, commit=True):
        shop = super().save(commit=commit)
        if commit:
            with transaction.atomic():
                self._save_terms(shop)
                self._save_numbers(shop)
                self.save_keys(shop.site)
        return shop

    def _save_terms(self, shop):
        """A new wording is a new row; the old one stays with what was accepted under it."""
        for language, kind, name in self.terms_fields():
            text = _typed(self.cleaned_data.get(name))
            written = _newest(shop.site, language, kind)
            if starter.is_marked(text) or (not text and written is None):
                continue
            if written is None or written.text != text:
                terms.add(shop.site, language, kind, text, user=self.for_user)

    def _save_numbers(self, shop):
        for kind in numbering.PATTERNS:
            wanted = self.cleaned_data.get(f"next_{kind}_number")
            if not wanted or wanted == self.next_before[kind]:
                continue
            period = numbering.period_of(getattr(shop, numbering.PATTERNS[kind]), days.today())
            sequence = numbering.locked_sequence(shop.site, kind, period)
            if wanted > sequence.next_number:
                sequence.next_number = wanted
                sequence.save(update_fields=["next_number"])

    def _next_number(self, kind) -> int:
        period = numbering.period_of(getattr(self.instance, numbering.PATTERNS[kind]), days.today())
        row = NumberSequence.objects.filter(
            site=self.instance.site, kind=kind, period=period
        ).first()
        return row.next_number if row else 1


def form_class() -> type[PortalSettingsForm]:
    """With one field for each kind of terms in each of the site's languages. It is made once, and
    read in every language of the admin."""
    fields = {
        terms_field(language, kind): forms.CharField(
            label=lazy(_terms_label, str)(kind, language),
            required=False,
            widget=forms.Textarea(attrs={"rows": 12, "lang": language, "dir": "auto"}),
        )
        for language in languages.codes()
        for kind in (*KINDS, *OPTIONAL_KINDS)
    }
    fields["language"] = forms.ChoiceField(
        label=gettext_lazy("Language of documents"), required=False
    )
    fields["brand_colour"] = forms.CharField(
        label=gettext_lazy("Brand colour"), widget=ColourInput, max_length=7
    )
    return type("PortalSettingsForm", (PortalSettingsForm,), fields)


def _typed(text) -> str:
    return (text or "").replace("\r\n", "\n").strip()


def _terms_label(kind, language) -> str:
    return TERMS_LABELS[kind] % {"language": languages.name(language)}


def _newest(site, language, kind):
    """The text in exactly this language; ``current`` would also give the one it falls back to."""
    return TermsText.objects.filter(site=site, language=language, kind=kind).order_by("-pk").first()


def _clean_pattern(pattern) -> str:
    problem = numbering.pattern_error(pattern)
    if problem == "number":
        raise ValidationError(_("The pattern needs {number}."))
    if problem:
        message = _("“%(part)s” means nothing here. Use {number}, {year} and {month}.")
        raise ValidationError(message % {"part": problem})
    return pattern

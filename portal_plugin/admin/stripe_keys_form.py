"""Stripe's keys in the form of a site's settings: written, replaced or removed, never shown."""

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables

from ..conf import conf
from ..gateways import stripe as gateway
from ..models import PortalSettings, StripeKeys

SECRET, PUBLISHABLE, WEBHOOK = "stripe_secret_key", "stripe_publishable_key", "stripe_webhook"
REMOVE = "removes_stripe_keys"
FIELDS = (SECRET, PUBLISHABLE, WEBHOOK, REMOVE)
SENTENCES = {
    "missing": gettext_lazy("Both keys are needed: the secret one and the publishable one."),
    "swapped": gettext_lazy("The two keys are in each other's place."),
    "malformed": gettext_lazy("This is not a key of Stripe's. Copy it from its dashboard."),
    "modes": gettext_lazy(
        "One key is of test mode and the other of live mode. Take both from one."
    ),
}


def hidden(label, longest=255) -> forms.CharField:
    """What is typed is never written into a page, not even where the form has an error."""
    never_shown = forms.PasswordInput(
        attrs={"autocomplete": "new-password", "class": "portal-admin-secret"}, render_value=False
    )
    return forms.CharField(label=label, required=False, widget=never_shown, max_length=longest)


def keep_out_of_reports(request, instance) -> None:
    """Before the settings are saved: what goes wrong then is reported without the keys."""
    if isinstance(instance, PortalSettings):
        request.sensitive_post_parameters = FIELDS


class WritesStripeKeys(forms.Form):
    """Mixed into the settings' form. An empty field leaves what is there."""

    stripe_secret_key = hidden(gettext_lazy("Stripe: secret key"))
    stripe_publishable_key = hidden(gettext_lazy("Stripe: publishable key"))
    stripe_webhook = hidden(gettext_lazy("Stripe: signing secrets of the webhook"), 2000)
    removes_stripe_keys = forms.BooleanField(
        label=gettext_lazy("Remove this site's Stripe keys"), required=False
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        keys = self._kept()
        self.fields[REMOVE].disabled = keys is None
        if self.instance.site.hostname in conf.stripe_accounts:
            for name in FIELDS:
                self.fields[name].disabled = True
            self.fields[SECRET].help_text = _("This site's keys stand in its Python settings.")
            return
        self.fields[SECRET].help_text = _state(keys.secret_key if keys else "")
        self.fields[PUBLISHABLE].help_text = _state(keys.publishable_key if keys else "")
        self.fields[WEBHOOK].help_text = _state_of_webhook(self.instance.site, keys)

    @sensitive_variables("secret", "publishable")
    def clean(self):
        data = super().clean()
        if self.cleaned_data.get(REMOVE):
            return data
        secret, publishable = (self._wanted(name) for name in (SECRET, PUBLISHABLE))
        problem, about = gateway.problem_of(secret, publishable)
        if problem:
            name = PUBLISHABLE if about == "STRIPE_PUBLISHABLE_KEY" else SECRET
            self.add_error(name, SENTENCES[problem])
        return data

    @sensitive_variables("secrets")
    def clean_stripe_webhook(self):
        secrets = self.cleaned_data[WEBHOOK].split()
        if len(gateway.usable_secrets(secrets)) < len(secrets):
            raise ValidationError(
                _("A signing secret begins with whsec_. Write several with spaces between.")
            )
        return "\n".join(secrets)

    def save_keys(self, site) -> None:
        if self.cleaned_data.get(REMOVE):
            StripeKeys.objects.filter(site=site).delete()
            return
        if not any(self.cleaned_data.get(name) for name in FIELDS):
            return
        with transaction.atomic():
            keys, _made = StripeKeys.objects.select_for_update().get_or_create(site=site)
            keys.secret_key, keys.publishable_key = self._wanted(SECRET), self._wanted(PUBLISHABLE)
            keys.webhook_secrets = self.cleaned_data.get(WEBHOOK) or keys.webhook_secrets
            keys.save()

    def _wanted(self, name) -> str:
        """What was typed, else what is there."""
        column = name.removeprefix("stripe_")
        keys = self._kept()
        return self.cleaned_data.get(name, "").strip() or (getattr(keys, column) if keys else "")

    def _kept(self) -> StripeKeys | None:
        return StripeKeys.objects.filter(site=self.instance.site_id).first()


def _state(key) -> str:
    if key:
        return _("Set · %(key)s. Empty: it stays.") % {"key": gateway.masked(key)}
    return _("Not set: this site uses the account that all sites share, if there is one.")


def _state_of_webhook(site, keys) -> str:
    count = len(keys.webhook_secrets.split()) if keys else 0
    values = {
        "count": count,
        "address": site.root_url + reverse("portal_plugin:stripe_webhook"),
    }
    if count:
        return _("%(count)s set. Empty: they stay. The endpoint: %(address)s") % values
    return _("Of the endpoint %(address)s; several while one is being changed.") % values

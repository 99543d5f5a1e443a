"""In everybody's own account: what they are told of what customers do, and when they are away."""

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.views.account import BaseSettingsPanel, notifications_tab
from wagtail.admin.widgets import AdminDateInput

from ..models import Estimate, Order, StaffPreference
from . import sites


class PreferenceForm(forms.ModelForm):
    class Meta:
        model = StaffPreference
        fields = ["told", "away_until"]
        widgets = {"told": forms.RadioSelect, "away_until": AdminDateInput}


class ToldPanel(BaseSettingsPanel):
    """Shown to whoever works with estimates or orders."""

    name = "portal"
    title = _("Customer portal")
    tab = notifications_tab
    order = 200
    form_class = PreferenceForm

    def is_active(self):
        return any(
            sites.policy(model).user_has_any_permission(self.user, sites.ANY)
            for model in (Estimate, Order)
        )

    def get_form(self):
        data = self.request.POST if self.request.method == "POST" else None
        instance = StaffPreference.of(self.user)
        return self.form_class(data, instance=instance, prefix=self.name)

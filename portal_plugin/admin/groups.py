"""On Wagtail's page of a group: the sites where it may work in the portal, and how far."""

from django import forms
from django.contrib.auth import get_permission_codename
from django.contrib.auth.models import Permission
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from wagtail.models import GroupSitePermission, Site

from ..models import Customer, Estimate, Order
from ..services import starter


class PortalSitesForm(forms.Form):
    """Rights on single sites; rights for all sites are ticked above, as for every model."""

    editors = forms.ModelMultipleChoiceField(
        queryset=Site.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=_("Write customers, estimates and orders, answer, record decisions"),
    )
    managers = forms.ModelMultipleChoiceField(
        queryset=Site.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=_("Also publish, send, record money, delete and change the portal's settings"),
    )
    RIGHTS = {"editors": starter.EDITOR_RIGHTS, "managers": starter.MANAGER_RIGHTS}

    def __init__(self, *args, instance=None, **kwargs):
        kwargs.setdefault("prefix", "portal_sites")
        self.instance = instance
        kwargs["initial"] = self._initial() if instance is not None and instance.pk else {}
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.queryset = Site.objects.order_by("-is_default_site", "hostname")

    def as_admin_panel(self):
        return render_to_string("portal_plugin/admin/group_sites.html", {"form": self})

    def save(self):
        managers = set(self.cleaned_data["managers"])
        editors = set(self.cleaned_data["editors"]) | managers
        everything = {starter.right(*right) for right in starter.MANAGER_RIGHTS}
        wanted = {
            (site.pk, starter.right(*right).pk)
            for chosen, rights in (
                (editors, starter.EDITOR_RIGHTS),
                (managers, starter.MANAGER_RIGHTS),
            )
            for site in chosen
            for right in rights
        }
        rows = GroupSitePermission.objects.filter(group=self.instance, permission__in=everything)
        for row in rows:
            if (row.site_id, row.permission_id) not in wanted:
                row.delete()
        for site, permission in wanted:
            GroupSitePermission.objects.get_or_create(
                group=self.instance, site_id=site, permission_id=permission
            )

    def _initial(self):
        rows = GroupSitePermission.objects.filter(group=self.instance)
        held = {}
        for site, permission in rows.values_list("site", "permission"):
            held.setdefault(site, set()).add(permission)
        return {
            name: [site for site, ids in held.items() if _ids(rights) <= ids]
            for name, rights in self.RIGHTS.items()
        }


def of_verbs():
    """Rights that have no column on Wagtail's page of a group: to see, and each of a verb."""
    codenames = [name for model in (Estimate, Order) for name, _label in model._meta.permissions]
    codenames += [get_permission_codename("view", m._meta) for m in (Customer, Estimate, Order)]
    return Permission.objects.filter(
        content_type__app_label=Estimate._meta.app_label, codename__in=codenames
    )


def _ids(rights):
    return {starter.right(*right).pk for right in rights}

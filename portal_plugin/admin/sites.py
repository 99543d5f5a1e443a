"""Whose documents are whose: staff with rights on one site see and touch nothing of another."""

from functools import wraps

from django.contrib.admin.utils import unquote
from django.http import Http404
from wagtail.models import Site
from wagtail.permission_policies.sites import SitePermissionPolicy

from ..models import ItemTemplate, PortalSettings, Stage, TermsText

ANY = ["add", "change", "delete", "view", "publish"]
#: What belongs to a shop's settings, in tables of its own.
OF_SETTINGS = frozenset({Stage, ItemTemplate})
#: Of them those that the settings' own form adds to, and nobody changes.
KEPT = frozenset({TermsText})


class SettingsPolicy(SitePermissionPolicy):
    """Whoever may change the portal's settings of a site may do everything to such rows of it."""

    def __init__(self, rows):
        super().__init__(PortalSettings)
        self.rows = rows

    def user_has_any_permission(self, user, actions):
        return super().user_has_any_permission(user, ["change"])

    def users_with_any_permission(self, actions):
        return super().users_with_any_permission(["change"])

    def user_has_any_permission_for_instance(self, user, actions, instance):
        return super().user_has_any_permission_for_instance(user, ["change"], instance)

    def users_with_any_permission_for_instance(self, actions, instance):
        return super().users_with_any_permission_for_instance(["change"], instance)

    def sites_user_has_any_permission_for(self, user, actions):
        return super().sites_user_has_any_permission_for(user, ["change"])

    def instances_user_has_any_permission_for(self, user, actions):
        theirs = self.sites_user_has_any_permission_for(user, actions)
        return self.rows._default_manager.filter(site__in=theirs)


class LookOnlyPolicy(SettingsPolicy):
    """The same people, who may only look."""

    def user_has_any_permission(self, user, actions):
        return "view" in actions and super().user_has_any_permission(user, actions)

    def user_has_any_permission_for_instance(self, user, actions, instance):
        may_look = super().user_has_any_permission_for_instance(user, actions, instance)
        return "view" in actions and may_look


def policy(model) -> SitePermissionPolicy:
    """Rights on the model hold for every site, a group's rights on a site for that one."""
    if model in KEPT:
        return LookOnlyPolicy(model)
    return SettingsPolicy(model) if model in OF_SETTINGS else SitePermissionPolicy(model)


def of_user(user, model, *actions):
    """The sites where the user may do any of the actions to rows of the model."""
    found = policy(model).sites_user_has_any_permission_for(user, list(actions) or ANY)
    return found.order_by("-is_default_site", "site_name", "hostname", "pk")


def may(user, action, instance) -> bool:
    return policy(type(instance)).user_has_permission_for_instance(user, action, instance)


def rows_of(user, model):
    """The rows of the model that the user may see, in a query that does not grow with them."""
    if user.is_superuser or Site.objects.count() == 1:
        return model._default_manager.all()
    return model._default_manager.filter(site__in=of_user(user, model).values("pk"))


def preferred(request, model) -> Site | None:
    """Where a new row belongs: the site that was asked for, that of the address, or the first."""
    sites = list(of_user(request.user, model, "add"))
    asked = request.POST.get("site") or request.GET.get("site")
    here = Site.find_for_request(request)
    by_id = {str(site.pk): site for site in sites}
    if asked in by_id:
        return by_id[asked]
    if here is not None and str(here.pk) in by_id:
        return by_id[str(here.pk)]
    return sites[0] if sites else None


def guarded(view, model):
    """Around an admin view that names a row by ``pk``: one of another site does not exist."""

    @wraps(view)
    def look(request, *args, **kwargs):
        if "pk" in kwargs and not _is_visible(request.user, model, kwargs["pk"]):
            raise Http404
        return view(request, *args, **kwargs)

    return look


def _is_visible(user, model, pk) -> bool:
    instance = model._default_manager.filter(pk=unquote(str(pk))).only("pk", "site").first()
    return instance is not None and policy(model).user_has_any_permission_for_instance(
        user, ANY, instance
    )


def may_set_up(user) -> list[Site]:
    """The sites whose portal settings the user may change."""
    return list(of_user(user, PortalSettings, "change"))

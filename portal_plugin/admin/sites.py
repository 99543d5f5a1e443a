"""Whose documents are whose: staff with rights on one site see and touch nothing of another."""

from functools import wraps

from django.contrib.admin.utils import unquote
from django.contrib.auth import get_permission_codename
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404
from wagtail import permissions
from wagtail.models import Site, TaskState
from wagtail.permission_policies.sites import SitePermissionPolicy

from ..models import (
    Customer,
    Estimate,
    ItemTemplate,
    Order,
    PortalSettings,
    SalesDocument,
    Stage,
    TermsText,
)
from ..statuses import DocumentKind
from .posted import row_id

#: Whoever may do one of these to a row may see it.
ANY = [
    *("add", "change", "delete", "view", "publish", "send", "decide"),
    *("record_payment", "refund", "issue_invoice"),
]
#: The kinds of documents, each with rights of its own, and their word in the column ``kind``.
KINDS = {Estimate: DocumentKind.ESTIMATE, Order: DocumentKind.ORDER}
#: What belongs to a shop's settings, in tables of its own.
OF_SETTINGS = frozenset({Stage, ItemTemplate})
#: Of them those that the settings' own form adds to, and nobody changes.
WITH_SAMPLES = frozenset({Customer, Estimate, Order})
KEPT = frozenset({TermsText})


class SitePolicy(SitePermissionPolicy):
    """A view keeps its policy as long as the process lives, and Wagtail's keeps its content type:
    after a database was emptied, as tests do, it would look for rights on a row that is gone."""

    @property
    def _content_type(self):
        return ContentType.objects.get_for_model(self.model)


class SettingsPolicy(SitePolicy):
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
    return SettingsPolicy(model) if model in OF_SETTINGS else SitePolicy(model)


def register_policies():
    """From 8.0 on Wagtail looks up the rights on a model; before, it asks the model's views.

    To be called before anything looks one up, because Wagtail would then settle on its own.
    """
    register = getattr(permissions, "register_permission_policy", None)
    if register is not None:
        for model in (Customer, Estimate, Order, Stage, ItemTemplate, TermsText):
            register(model, policy(model), exact_class=True)


def of_user(user, model, *actions):
    """The sites where the user may do any of the actions to rows of the model.

    The rights are those that Wagtail keeps with the user for the length of a request; its own
    ``sites_user_has_any_permission_for`` asks the database each time.
    """
    if model in OF_SETTINGS | KEPT:
        model, actions = PortalSettings, ("change",)
    found = Site.objects.order_by("-is_default_site", "site_name", "hostname", "pk")
    codenames = {get_permission_codename(name, model._meta) for name in actions or ANY}
    if any(user.has_perm(f"{model._meta.app_label}.{name}") for name in codenames):
        return found
    return found.filter(pk__in=_held(user, model, codenames))


def _held(user, model, codenames) -> set:
    """Ids of the sites where a group of the user's has one of the rights."""
    content_type = ContentType.objects.get_for_model(model).pk
    return {
        row.site_id
        for row in policy(model).get_cached_permissions_for_user(user)
        if row.permission.content_type_id == content_type and row.permission.codename in codenames
    }


def may(user, action, instance) -> bool:
    return policy(type(instance)).user_has_permission_for_instance(user, action, instance)


def require(user, action, instance) -> None:
    """For a row that hangs on another document than the one that is looked at."""
    if not may(user, action, instance):
        raise PermissionDenied


def may_for_persons(user, document) -> bool:
    """Whether the user may do what is about a person with access, wherever they have it: it reads
    or empties rows of estimates, orders and customers alike, whichever it was begun on."""
    kinds = all(policy(m).user_has_permission_for_instance(user, "delete", document) for m in KINDS)
    return kinds and policy(Customer).user_has_any_permission_for_instance(user, ANY, document)


def rows_of(user, model):
    """The rows of the model that the user may see, in a query that does not grow with them. Samples
    are on nobody's list."""
    rows = model._default_manager.all()
    return _seen_by(user, model, rows.real() if model in WITH_SAMPLES else rows)


def bases_of(user, model):
    """The same of estimates or orders, as rows of their base: for what asks of each of many whether
    there is any, and is answered from an index of the base."""
    return _seen_by(user, model, SalesDocument.objects.real().filter(kind=KINDS[model]))


def _seen_by(user, model, rows):
    if user.is_superuser:
        return rows
    if Site.objects.count() == 1:
        # The database looks at the index of a list alone, without one of sites beside it.
        return rows if policy(model).user_has_any_permission(user, ANY) else rows.none()
    return rows.filter(site__in=of_user(user, model).values("pk"))


def is_hidden_sample(user, instance) -> bool:
    """A sample is there for whoever made it, and its customer for nobody: they have one name."""
    if not getattr(instance, "is_sample", False):
        return False
    return getattr(instance, "responsible_id", None) != user.pk


def kinds_of(user) -> list:
    """The kinds of documents that the user works with, on whatever site."""
    return [model for model in KINDS if policy(model).user_has_any_permission(user, ANY)]


def documents_of(user, path="", *actions) -> Q:
    """The documents that the user may see, or do one of the actions to. For rows that hang on a
    document ``path`` leads to it: ``document__``."""
    if user.is_superuser:
        return Q()
    found = Q(pk__in=[])
    for model in kinds_of(user):
        theirs = of_user(user, model, *actions).order_by().values("pk")
        found |= Q(**{f"{path}kind": KINDS[model], f"{path}site__in": theirs})
    return found


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
    """Around an admin view that names a row by ``pk``: one of another site does not exist.

    Nor does a task of a workflow that is another row's: Wagtail would decide that one.
    """

    @wraps(view)
    def look(request, *args, **kwargs):
        if "pk" in kwargs and not _is_visible(request.user, model, kwargs["pk"]):
            raise Http404
        if "task_state_id" in kwargs and not _is_task_of(model, **kwargs):
            raise Http404
        return view(request, *args, **kwargs)

    return look


def _is_task_of(model, *, pk, task_state_id, **names) -> bool:
    return TaskState.objects.filter(
        pk=task_state_id,
        workflow_state__base_content_type=model.get_base_content_type(),
        workflow_state__object_id=unquote(str(pk)),
    ).exists()


def _is_visible(user, model, pk) -> bool:
    rows = model._default_manager.filter(pk=row_id(unquote(str(pk))))
    instance = rows.only(*_READ.get(model, ("pk", "site"))).first()
    if instance is None or is_hidden_sample(user, instance):
        return False
    return policy(model).user_has_any_permission_for_instance(user, ANY, instance)


_READ = {
    Customer: ("pk", "site", "is_sample"),
    Estimate: ("pk", "site", "is_sample", "responsible"),
    Order: ("pk", "site", "is_sample", "responsible"),
}


def may_set_up(user) -> list[Site]:
    """The sites whose portal settings the user may change."""
    return list(of_user(user, PortalSettings, "change"))

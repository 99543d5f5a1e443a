"""The buttons below an estimate or order: publish and send, publish without sending."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.snippets.action_menu import ActionMenuItem, PublishMenuItem, UnpublishMenuItem

from ..models import SalesDocument
from ..services import publishing
from . import overview_rows, sites


class PublishItem(ActionMenuItem):
    """Both are Wagtail's publish; the value says whether the page to send it comes next."""

    name = "action-publish"
    template_name = "portal_plugin/admin/publish_item.html"
    value = ""

    def is_shown(self, context):
        instance = context.get("instance")
        if instance is not None and publishing.end_of(instance):
            return False
        return not context.get("locked_for_user") and may(context, "publish")

    def get_context_data(self, parent_context):
        context = super().get_context_data(parent_context)
        return {**context, "value": self.value}


class PublishAndSend(PublishItem):
    label = _("Publish and send…")
    icon_name = "mail"
    value = "send"

    def is_shown(self, context):
        """What goes out later cannot be sent now."""
        is_ours = super().is_shown(context) and may(context, "send")
        return is_ours and not _is_scheduled(context)


class PublishWithoutSending(PublishItem):
    label = _("Publish without sending")
    icon_name = "upload"
    value = "publish"

    def get_context_data(self, parent_context):
        context = super().get_context_data(parent_context)
        return {**context, "label": _("Schedule")} if _is_scheduled(parent_context) else context


class Unpublish(UnpublishMenuItem):
    def is_shown(self, context):
        instance = context.get("instance")
        return bool(
            not context.get("locked_for_user")
            and context["view"] == "edit"
            and instance.live
            and may(context, "publish")
        )

    def get_url(self, context):
        name = type(context["instance"]).snippet_viewset.get_url_name("unpublish")
        return reverse(name, args=[context["instance"].pk])


def _is_scheduled(context):
    instance = context.get("instance")
    return instance is not None and overview_rows.is_scheduled(instance)


def may(context, action):
    user, instance = context["request"].user, context.get("instance")
    if instance is not None and instance.pk:
        return sites.may(user, action, instance)
    return sites.policy(context["model"]).user_has_permission(user, action)


def arrange(menu_items, request, context):
    """Wagtail's own publish and unpublish give way; the first item is the main button."""
    if not issubclass(context["model"], SalesDocument):
        return
    menu_items[:] = [
        item for item in menu_items if not isinstance(item, (PublishMenuItem, UnpublishMenuItem))
    ]
    ours = [PublishAndSend(), PublishWithoutSending()]
    menu_items[:0] = [item for item in ours if item.is_shown(context)]
    unpublish = Unpublish()
    if unpublish.is_shown(context):
        menu_items.append(unpublish)

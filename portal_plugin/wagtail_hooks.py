"""What the portal adds to the Wagtail admin: registration only."""

from django.templatetags.static import static
from django.utils.html import format_html_join
from wagtail import hooks
from wagtail.admin.admin_url_finder import register_admin_url_finder
from wagtail.contrib.settings.registry import register_setting
from wagtail.snippets.models import register_snippet

from .admin import (
    account,
    action_menu,
    bookkeeping_report,
    bulk,
    export_log,
    groups,
    home,
    moderation,
    month_report,
    refusals,
    registers,
    replacing,
    settings_panels,
    sites,
    stripe_keys_form,
    terms_history,
    to_explain,
    urls,
)
from .admin.finders import DocumentURLFinder
from .admin.menu import PortalViewSetGroup
from .models import PortalSettings, SalesDocument
from .portal import caching

#: The first is what the others build on.
STYLES = ("admin", "overview", "lists", "registers", "writing", "month", "home", "settings")

sites.register_policies()
register_snippet(PortalViewSetGroup)
PortalSettings.edit_handler = settings_panels.handler()
register_setting(PortalSettings, icon="clipboard-list")
register_admin_url_finder(SalesDocument, DocumentURLFinder)
registers.register()


@hooks.register("register_admin_urls")
def admin_urls():
    return urls.urlpatterns


@hooks.register("register_admin_viewset")
def settings_viewsets():
    own = [replacing.viewset(name)() for name in ("stages", "item_templates")]
    return [*own, terms_history.TermsViewSet()]


for register in registers.instances().get("reports", []):
    hooks.register("register_reports_menu_item", register.get_menu_item)

for action in bulk.ACTIONS:
    # After Wagtail's own, so that ours takes the place of that of the same name.
    hooks.register("register_bulk_action", action, order=100)

hooks.register("register_reports_menu_item", month_report.MonthMenuItem)
hooks.register("register_reports_menu_item", bookkeeping_report.BookkeepingMenuItem)
hooks.register("register_reports_menu_item", to_explain.ToExplainMenuItem)
hooks.register("construct_snippet_action_menu", action_menu.arrange)
hooks.register("is_request_cacheable", caching.is_request_cacheable)
hooks.register("before_unpublish", refusals.before_unpublish)
hooks.register("before_delete_snippet", refusals.before_delete)
hooks.register("before_edit_setting", stripe_keys_form.keep_out_of_reports)
hooks.register("after_edit_setting", terms_history.warn_of_starter_texts)
hooks.register("register_permissions", groups.of_verbs)
hooks.register("register_account_settings_panel", account.ToldPanel)
hooks.register("register_group_permission_panel", lambda: groups.PortalSitesForm)


@hooks.register("register_log_actions")
def log_actions(actions):
    actions.register_action(export_log.ACTION)(export_log.ExportFormatter)


@hooks.register("register_icons")
def icons(found):
    """Wagtail has none for money."""
    return [*found, "portal_plugin/admin/icons/portal-money.svg"]


@hooks.register("construct_homepage_panels")
def home_panel(request, panels):
    moderation.replace(panels)
    panels.append(home.PortalPanel(request))


@hooks.register("insert_global_admin_css")
def admin_css():
    return format_html_join(
        "\n",
        '<link rel="stylesheet" href="{}">',
        ((static(f"portal_plugin/admin/{name}.css"),) for name in STYLES),
    )

"""What only the database knows: the sites' hosts, and how their base template takes a page."""

from collections.abc import Iterator

from django.conf import settings
from django.core.checks import CheckMessage, Warning
from django.db import connections
from wagtail.models import Site

from ..conf import conf
from ..models import PortalSettings
from ..services.diagnosis import base_page
from .registering import database_check

NOT_PUBLIC = ("localhost", "127.0.0.1", "example.com", "example.org", "testserver")


@database_check
def sites_have_real_hosts(databases: list[str]) -> Iterator[CheckMessage]:
    """Links in emails are made of the site's host."""
    if settings.DEBUG or not _is_migrated(databases):
        return
    for site in Site.objects.all():
        host = site.hostname.lower()
        if host in NOT_PUBLIC or host.endswith((".localhost", ".example.com")):
            yield Warning(
                f"The site {site.hostname!r} has a host that customers cannot reach: the links in"
                " their emails lead nowhere.",
                hint="Set the site's real host and port in the admin, under Settings, Sites.",
                id="portal_plugin.W023",
            )


@database_check
def base_template_renders(databases: list[str]) -> Iterator[CheckMessage]:
    if not _is_migrated(databases):
        return
    for site in Site.objects.select_related("root_page"):
        if trouble := base_page.trouble(site):
            # No error: that would keep "migrate" from running, which may be what mends it.
            yield Warning(
                f"{conf.base_template} fails on {site.hostname}: {trouble}",
                hint="Portal pages have no `page`: mend the tag, or write"
                " portal_plugin/base.html for a base that can do without. Until then customers"
                " see the portal without your site's header and footer.",
                id="portal_plugin.W028",
            )


def _is_migrated(databases: list[str]) -> bool:
    """``migrate`` runs these checks before there are any tables."""
    if "default" not in databases:
        return False
    tables = connections["default"].introspection.table_names()
    return {Site._meta.db_table, PortalSettings._meta.db_table} <= set(tables)

"""What only the database knows: the sites' hosts, and how their base template takes a page."""

from collections.abc import Iterator
from difflib import get_close_matches

from django.conf import settings
from django.core.checks import CheckMessage, Warning
from django.db import connections
from django.db.models import Model
from django.urls import NoReverseMatch
from wagtail.models import Site

from ..conf import conf
from ..gateways import facturx, filetypes, qr
from ..models import PortalSettings
from ..services import file_limits
from ..services.diagnosis import base_page
from ..services.invoices import einvoices
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
def stripe_accounts_have_their_sites(databases: list[str]) -> Iterator[CheckMessage]:
    """A site that is meant, but written otherwise, would take money into the shared account."""
    if not conf.stripe_accounts or not _is_migrated(databases):
        return
    hosts = list(Site.objects.values_list("hostname", flat=True))
    for host in conf.stripe_accounts:
        if host not in hosts:
            close = get_close_matches(host, hosts, 1)
            yield Warning(
                f"STRIPE_ACCOUNTS names {host!r}, and no site has this host: its keys are used for"
                " nothing, and what customers pay goes to the account that sites share.",
                hint=f"Did you mean {close[0]!r}?"
                if close
                else "Write the host as it stands in the admin, under Settings, Sites; without a"
                " port.",
                id="portal_plugin.W041",
            )


@database_check
def base_template_renders(databases: list[str]) -> Iterator[CheckMessage]:
    if not _is_migrated(databases):
        return
    for site in Site.objects.select_related("root_page"):
        try:
            trouble = base_page.trouble(site)
        except NoReverseMatch:
            # Another check says that the addresses are missing, and where they belong.
            return
        if trouble:
            # No error: that would keep "migrate" from running, which may be what mends it.
            yield Warning(
                f"{conf.base_template} fails on {site.hostname}: {trouble}",
                hint="Portal pages have no `page`: mend the tag, or fill its block in a small"
                ' template that extends your base, and name that in PORTAL_PLUGIN["BASE_TEMPLATE"].'
                " Until then customers see the portal without your site's header and footer.",
                id="portal_plugin.W028",
            )


@database_check
def invoices_can_be_issued(databases: list[str]) -> Iterator[CheckMessage]:
    """Staff read the same when they press the button; automatic invoices just do not come."""
    if not _is_migrated(databases):
        return
    for shop in PortalSettings.objects.filter(sends_einvoices=True).select_related("site"):
        if missing := facturx.what_is_missing():
            yield Warning(
                f"{shop.site.hostname} issues no invoices: they are to be e-invoices. {missing}",
                hint='pip install "wagtail-customer-portal[einvoice]", or switch e-invoices off in'
                " the admin, under Settings, Customer portal, Money, More.",
                id="portal_plugin.W033",
            )
        if names := einvoices.missing_of(shop):
            yield Warning(
                f"{shop.site.hostname} issues no invoices: e-invoices need the shop's"
                f" {', '.join(names)}.",
                hint="Fill it in in the admin, under Settings, Customer portal.",
                id="portal_plugin.W034",
            )


@database_check
def codes_can_be_drawn(databases: list[str]) -> Iterator[CheckMessage]:
    if not _is_migrated(databases) or not qr.what_is_missing():
        return
    for shop in PortalSettings.objects.exclude(qr_code="").select_related("site"):
        yield Warning(
            f"{shop.site.hostname} wants QR codes on its invoices, and gets none."
            f" {qr.what_is_missing()}",
            hint='pip install "wagtail-customer-portal[qr]".',
            id="portal_plugin.W035",
        )


@database_check
def chosen_kinds_of_files_are_taken(databases: list[str]) -> Iterator[CheckMessage]:
    """Their form refuses them; what was chosen before the setting changed it cannot see."""
    if not _is_migrated(databases):
        return
    for shop in PortalSettings.objects.exclude(file_kinds="").select_related("site"):
        if dropped := file_limits.dropped_kinds(shop):
            taken = filetypes.named(file_limits.of_site(shop.site).kinds)
            yield Warning(
                f"{shop.site.hostname} wants {filetypes.named(dropped)} from its customers, which"
                f" the portal does not take. They may send: {taken}.",
                hint='Add to PORTAL_PLUGIN["ARTWORK_EXTENSIONS"], or choose other kinds in the'
                " admin, under Settings, Customer portal, Links and orders, More.",
                id="portal_plugin.W036",
            )


def _is_migrated(databases: list[str]) -> bool:
    """``migrate`` runs these checks before there are any tables, and before the columns of a new
    release."""
    if "default" not in databases:
        return False
    return all(_has_all_columns(model) for model in (Site, PortalSettings))


def _has_all_columns(model: type[Model]) -> bool:
    connection = connections["default"]
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if table not in connection.introspection.table_names(cursor):
            return False
        found = {row.name for row in connection.introspection.get_table_description(cursor, table)}
    return {field.column for field in model._meta.local_concrete_fields} <= found

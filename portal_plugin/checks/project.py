"""What the portal needs of the project around it: apps, middleware, time zones, CSP."""

from collections.abc import Iterator
from importlib.util import find_spec

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning

from ..conf import conf
from ..gateways.pdf import what_is_missing
from ..portal.csp import DJANGO, DJANGO_CSP
from .registering import portal_check

#: App to what is lost without it.
APPS = {
    "wagtail.contrib.settings": "the shop's settings have no page in the admin",
    "wagtail.snippets": "estimates and orders have no pages in the admin",
    "wagtail.admin": "staff have no admin",
    "wagtail.users": "rights cannot be given to groups",
    "django.contrib.staticfiles": "style sheets and scripts are not found",
}
AUTHENTICATION = "django.contrib.auth.middleware.AuthenticationMiddleware"


@portal_check()
def apps_are_installed() -> Iterator[CheckMessage]:
    for name, loss in APPS.items():
        if not apps.is_installed(name):
            yield Error(
                f"{name!r} is not in INSTALLED_APPS: {loss}.",
                hint=f'Add "{name}" to INSTALLED_APPS.',
                id="portal_plugin.E008",
            )


@portal_check()
def registers_are_installed() -> Iterator[CheckMessage]:
    if find_spec("wagtail_modeladmin") is None:
        hint = "pip install wagtail-modeladmin, and add it to INSTALLED_APPS."
    elif not apps.is_installed("wagtail_modeladmin"):
        hint = 'Add "wagtail_modeladmin" to INSTALLED_APPS.'
    else:
        return
    yield Warning(
        "wagtail_modeladmin is not installed: the admin is without the lists of payments, activity"
        " and direct links. Everything else works.",
        hint=hint,
        id="portal_plugin.W013",
    )


@portal_check()
def staff_are_recognised() -> Iterator[CheckMessage]:
    """Without it a signed-in browser of the shop could act as the customer."""
    if any(_is_authentication(name) for name in settings.MIDDLEWARE):
        return
    yield Error(
        "MIDDLEWARE has no AuthenticationMiddleware: staff cannot be told from customers.",
        hint=f'Add "{AUTHENTICATION}" after the session middleware.',
        id="portal_plugin.E009",
    )


def _is_authentication(name: str) -> bool:
    """Sites may use a subclass; only its name can be looked at without importing it."""
    return name == AUTHENTICATION or name.rpartition(".")[2].endswith("AuthenticationMiddleware")


@portal_check()
def time_zones_are_on() -> Iterator[CheckMessage]:
    if not settings.USE_TZ:
        yield Error(
            "USE_TZ is off: the portal cannot tell which day it is, and publishes nothing.",
            hint="Set USE_TZ = True and TIME_ZONE to the shop's.",
            id="portal_plugin.E025",
        )


@portal_check()
def pdfs_can_be_made() -> Iterator[CheckMessage]:
    """Looked up, not loaded: importing the renderer takes longer than all checks together."""
    if missing := what_is_missing():
        yield Warning(
            f"PDFs cannot be made; customers get a page to print instead. {missing}",
            hint='pip install "wagtail-customer-portal[pdf]". Debian and Ubuntu: apt install'
            " libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0. macOS: brew install pango."
            " Alpine: apk add pango harfbuzz-subset.",
            id="portal_plugin.W011",
        )


@portal_check()
def policies_do_not_clash() -> Iterator[CheckMessage]:
    middleware = {DJANGO, DJANGO_CSP} & set(settings.MIDDLEWARE)
    if conf.strict_csp and middleware:
        yield Warning(
            f'PORTAL_PLUGIN["STRICT_CSP"] does nothing: {middleware.pop()} sets the policy.',
            hint="Take the key out; the portal extends your site's own policy.",
            id="portal_plugin.W018",
        )

"""Whether the portal's addresses are there, and are the portal's."""

from collections.abc import Iterator

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.urls import NoReverseMatch, Resolver404, get_resolver, resolve, reverse
from django.urls.resolvers import LocalePrefixPattern, URLResolver

from .registering import portal_check

LINE = 'path("portal/", include("portal_plugin.urls"))'
#: Addresses of several shapes: a pattern above ours may take one and leave the other.
SAMPLES = {
    "ask_link": {},
    "link": {"token": "a" * 43},
    "document": {"public_id": "abcdefgh"},
    "stripe_webhook": {},
}


@portal_check()
def urls_are_included() -> Iterator[CheckMessage]:
    """The portal's addresses exist, once Wagtail and the site had their say."""
    if not getattr(settings, "ROOT_URLCONF", None):
        return
    way = _way_to_portal(get_resolver(), [])
    if way is None:
        yield Error(
            "The portal's addresses are not in your URLconf: direct links lead nowhere.",
            hint=f"Add {LINE} to urlpatterns, above include(wagtail_urls).",
            id="portal_plugin.E001",
        )
    elif any(isinstance(step.pattern, LocalePrefixPattern) for step in way):
        yield Error(
            "The portal's addresses are inside i18n_patterns(): a link's language would follow the"
            " visitor, and Stripe's webhook would move with it.",
            hint=f"Put {LINE} into the plain urlpatterns, outside i18n_patterns().",
            id="portal_plugin.E003",
        )
    elif taker := _taken_by_another():
        yield Error(
            f"Another pattern takes the portal's addresses first: {taker}.",
            hint=f"Move {LINE} up, above include(wagtail_urls) and every other catch-all.",
            id="portal_plugin.E002",
        )


def _way_to_portal(resolver: URLResolver, way: list[URLResolver]) -> list[URLResolver] | None:
    """The includes that lead to ours, outermost first."""
    if resolver.app_name == "portal_plugin":
        return way
    for inner in resolver.url_patterns:
        if isinstance(inner, URLResolver) and (found := _way_to_portal(inner, [*way, inner])):
            return found
    return None


def _taken_by_another() -> str:
    """``/portal/l/ is answered by wagtail_serve``, or nothing."""
    for name, values in SAMPLES.items():
        try:
            path = reverse(f"portal_plugin:{name}", kwargs=values)
            match = resolve(path)
        except (NoReverseMatch, Resolver404):
            continue
        if "portal_plugin" not in match.app_names:
            return f"{path} is answered by {match.view_name or match._func_path}"
    return ""

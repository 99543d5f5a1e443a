"""What the base template asks for. None of it needs a page, or even a request."""

from django import template
from wagtail.models import Page, Site

from ..models import Brand

register = template.Library()


def current_site(context) -> Site | None:
    request = context.get("request")
    if request is None:
        return Site.objects.filter(is_default_site=True).first()
    return Site.find_for_request(request)


@register.simple_tag(takes_context=True)
def brand(context) -> Brand | None:
    """The brand of the site that is being looked at; none where no site is set up."""
    site = current_site(context)
    if site is None:
        return None
    request = context.get("request")
    return Brand.for_request(request) if request else Brand.for_site(site)


@register.simple_tag(takes_context=True)
def site_language(context) -> str:
    """Language code of the shop's own texts, which may differ from the page's around them."""
    site = current_site(context)
    return site.root_page.locale.language_code if site else ""


@register.simple_tag(takes_context=True)
def main_navigation(context) -> list[Page]:
    """The home page and its children that editors show in menus."""
    site = current_site(context)
    if site is None:
        return []
    children = site.root_page.get_children().live().in_menu()
    return [site.root_page, *children.defer_streamfields()]

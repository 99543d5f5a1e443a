"""The pages of a shop are in that shop's language."""

from django.utils import translation
from wagtail.models import Site


class SiteLanguageMiddleware:
    """Activates the language of the site's home page, and the default again afterwards.

    The admin and the portal choose their own language further in.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        site = Site.find_for_request(request)
        with translation.override(site.root_page.locale.language_code if site else None):
            return self.get_response(request)

from django.http import HttpResponse
from django.utils.cache import patch_cache_control
from wagtail.models import Site

from .models import Brand


def brand_css(request):
    """The shop's colours and fonts as custom properties.

    A file of its own, not a style element: a content security policy then needs no exception.
    """
    site = Site.find_for_request(request)
    variables = Brand.for_site(site).css_variables if site else {}
    lines = "".join(f"  {name}: {value};\n" for name, value in variables.items())
    response = HttpResponse(f":root {{\n{lines}}}\n", content_type="text/css; charset=utf-8")
    patch_cache_control(response, public=True, max_age=86400)
    return response

"""Page caches of the site: the portal's requests are none of theirs."""

from django.urls import reverse


def is_request_cacheable(request, current_decision):
    """wagtail-cache asks this before it looks. For a request that it may cache it takes away every
    cookie that Django does not know, and with it the grant of the portal."""
    mount = reverse("portal_plugin:ask_link").removesuffix("l/")
    return False if request.path.startswith(mount) else None

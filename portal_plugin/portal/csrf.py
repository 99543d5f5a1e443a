"""CSRF protection with a page of ours: what was typed is kept, nothing is written.

Portal views are exempt from the site's middleware and run this one, because the site's failure page
has neither our headers nor the customer's text.
"""

from django.conf import settings
from django.middleware.csrf import CsrfViewMiddleware

HEADER = "HTTP_X_CSRFTOKEN"
#: Methods that change nothing, and need no proof of where they come from.
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class PortalCsrf(CsrfViewMiddleware):
    def _reject(self, request, reason):
        return reason


_middleware = PortalCsrf(lambda request: None)


def look(request) -> None:
    """Read the cookie also of a request that needs no proof. Where the site has no CSRF middleware
    nobody has, and each page would bring a new one: the form of the page before, and all that
    scripts send from it, would be refused."""
    if "CSRF_COOKIE" not in request.META:
        _middleware.process_request(request)


def failure(request) -> str:
    """Why the request is refused, or an empty text."""
    # A script sends the form's token in Django's usual header, whatever the site calls its own.
    if token := request.META.get(HEADER):
        request.META.setdefault(settings.CSRF_HEADER_NAME, token)
    _middleware.process_request(request)
    return _middleware.process_view(request, _checked, (), {}) or ""


def set_cookie(request, response):
    """Where the site has no CSRF middleware of its own, the cookie is ours to set."""
    return _middleware.process_response(request, response)


def _checked(request):
    """Stands for a view that is not exempt."""

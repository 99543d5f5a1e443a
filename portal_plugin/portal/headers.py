"""Headers of every portal answer, errors included."""

from functools import wraps

from django.utils.cache import add_never_cache_headers

from . import csp

#: Under ``/l/`` the address holds the secret: only the origin goes out, and forms still work.
STRICT_ORIGIN = "strict-origin"
SAME_ORIGIN = "same-origin"


def secure(response, request, *, referrer=SAME_ORIGIN):
    """Set them; views that need another frame policy set it themselves before."""
    add_never_cache_headers(response)
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["X-Content-Type-Options"] = "nosniff"
    response["Referrer-Policy"] = referrer
    if not response.has_header("X-Frame-Options"):
        response["X-Frame-Options"] = "DENY"
    csp.apply(response, request)
    if response.status_code == 404:
        _stay(request)
    return response


def _stay(request):
    """Where the site's pages have a language in their address, Django's ``LocaleMiddleware`` leads
    whoever gets a 404 on to the same address below a language: Wagtail's pattern takes any, and the
    site's own 404 would stand in place of the page that helps. The site's middleware, which works
    on the answer after us, finds no such addresses among ours."""
    request.urlconf = "portal_plugin.urls"


def secured(referrer=SAME_ORIGIN):
    """For views outside the guard."""

    def decorate(view):
        @wraps(view)
        def secured_view(request, *args, **kwargs):
            return secure(view(request, *args, **kwargs), request, referrer=referrer)

        return secured_view

    return decorate

"""Content-Security-Policy: what an unknown site's page can bear, or strict with a nonce.

A site that runs a policy middleware of its own keeps the say: its policy is extended through its
own per-response way, and no second header is sent, because two policies only ever forbid more.
"""

import secrets
from urllib.parse import urlsplit

from django.conf import settings

from ..conf import conf
from ..gateways import stripe as gateway

DJANGO = "django.middleware.csp.ContentSecurityPolicyMiddleware"
DJANGO_CSP = "csp.middleware.CSPMiddleware"
SELF = ["'self'"]
STRIPE_FRAMES = ("https://js.stripe.com", "https://hooks.stripe.com")
STRIPE_CALLS = ("https://api.stripe.com",)
STRIPE_FORMS = ("https://checkout.stripe.com",)


def nonce(request) -> str:
    """The nonce of this answer's scripts and styles: the site's own where it has one."""
    if DJANGO in settings.MIDDLEWARE:
        from django.middleware.csp import get_nonce

        return str(get_nonce(request))
    if hasattr(request, "csp_nonce"):
        return str(request.csp_nonce)
    if not hasattr(request, "_portal_nonce"):
        request._portal_nonce = secrets.token_urlsafe(16)
    return request._portal_nonce


def apply(response, request) -> None:
    if response.has_header("Content-Security-Policy"):
        return
    if DJANGO in settings.MIDDLEWARE:
        _extend_django(response, request)
    elif DJANGO_CSP in settings.MIDDLEWARE:
        response._csp_update = {name: list(sources) for name, sources in _ours(request).items()}
    elif getattr(request, "is_preview", False):
        return
    else:
        response["Content-Security-Policy"] = _text(_policy(request, response))


def _policy(request, response):
    is_standalone = getattr(response, "is_standalone", False)
    if not (conf.strict_csp or is_standalone):
        return {"frame-ancestors": ["'none'"], "object-src": ["'none'"], "base-uri": ["'self'"]}
    own = ["'self'", *_origins(settings.STATIC_URL, settings.MEDIA_URL)]
    ours = _ours(request)
    mark = f"'nonce-{nonce(request)}'"
    return {
        "default-src": ["'none'"],
        "script-src": [mark, *ours["script-src"]],
        "style-src": [*own, mark],
        "img-src": [*own, "data:"],
        "font-src": own,
        "connect-src": ["'self'", *ours["connect-src"]],
        "frame-src": ours["frame-src"],
        "form-action": ["'self'", *ours["form-action"]],
        "frame-ancestors": ["'none'"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
    }


def _ours(request):
    """What the portal needs: a frame for the PDF, and Stripe's script, frames and calls."""
    if not gateway.of_site(getattr(request, "portal_site", None)).publishable_key:
        return {"script-src": [], "connect-src": [], "frame-src": SELF, "form-action": []}
    script = _origins(conf.stripe_script_url)
    return {
        "script-src": script,
        "connect-src": [*STRIPE_CALLS, *script],
        "frame-src": [*SELF, *STRIPE_FRAMES, *script],
        "form-action": [*STRIPE_FORMS, *script],
    }


def _extend_django(response, request):
    """Django reads a response's own policy from this attribute: the site's plus our sources."""
    policy = dict(getattr(settings, "SECURE_CSP", None) or {})
    for name, sources in _ours(request).items():
        if policy.get(name) and sources:
            policy[name] = [*_listed(policy[name]), *sources]
    _admit_colours(policy)
    if policy:
        response._csp_config = policy


def _admit_colours(policy):
    """The shop's colours are a style in the page; beside a nonce ``'unsafe-inline'`` is void."""
    from django.utils.csp import CSP

    deciding = policy.get("style-src", policy.get("default-src"))
    if deciding and CSP.UNSAFE_INLINE not in _listed(deciding):
        policy["style-src"] = [*_listed(deciding), CSP.NONCE]


def _listed(sources):
    """Django takes one source as text and several in any collection; ``'none'`` stands alone."""
    listed = [sources] if isinstance(sources, str) else sources
    return [source for source in listed if source != "'none'"]


def _origins(*urls):
    found = []
    for url in urls:
        parts = urlsplit(str(url))
        if parts.netloc:
            found.append(f"{parts.scheme or 'https'}://{parts.netloc}")
    return list(dict.fromkeys(found))


def _text(policy):
    return "; ".join(" ".join([name, *dict.fromkeys(sources)]) for name, sources in policy.items())

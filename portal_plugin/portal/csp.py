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
#: As Stripe writes them; its script fetches parts and makes frames of varying names below its own:
#: https://docs.stripe.com/security/guide#content-security-policy.
STRIPE_SCRIPTS = ("https://*.js.stripe.com",)
STRIPE_FRAMES = ("https://js.stripe.com", *STRIPE_SCRIPTS, "https://hooks.stripe.com")
STRIPE_CALLS = ("https://api.stripe.com",)
STRIPE_FORMS = ("https://checkout.stripe.com",)
#: Which directives decide where one is missing (CSP Level 3, section 6.8.3), for others than
#: ``default-src``. What has ``-elem`` in its name is extended only where it is written.
FALLBACKS: dict[str, tuple[str, ...]] = {
    "frame-src": ("child-src", "default-src"),
    "form-action": (),
    "script-src-elem": (),
    "style-src-elem": (),
}


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
        policy = getattr(settings, "SECURE_CSP", None) or {}
        if policy:
            response._csp_config = {**policy, **extended(policy, request)}
    elif DJANGO_CSP in settings.MIDDLEWARE:
        # Not its "update": that begins a directive which the site leaves to default-src anew, with
        # our sources alone, and an empty list forbids all.
        response._csp_replace = extended(_of_django_csp(), request)
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
        "script-src": [mark, *ours.get("script-src", [])],
        "style-src": [*own, mark],
        "img-src": [*own, "data:"],
        "font-src": own,
        "connect-src": ours["connect-src"],
        "frame-src": ours["frame-src"],
        "form-action": ours["form-action"],
        "frame-ancestors": ["'none'"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
    }


def _ours(request):
    """What the portal needs: calls, forms and pictures of its own, a frame for the PDF, and
    Stripe's script, frames and calls."""
    own = {"connect-src": SELF, "form-action": SELF, "frame-src": SELF, "img-src": SELF}
    if not gateway.of_site(getattr(request, "portal_site", None)).publishable_key:
        return own
    script = _origins(conf.stripe_script_url)
    return own | {
        "script-src": [*script, *STRIPE_SCRIPTS],
        "script-src-elem": [*script, *STRIPE_SCRIPTS],
        "connect-src": [*SELF, *STRIPE_CALLS, *script],
        "frame-src": [*SELF, *STRIPE_FRAMES, *script],
        "form-action": [*SELF, *STRIPE_FORMS, *script],
    }


def extended(policy, request):
    """The directives of a site's policy that leave out something the portal needs, with it added.

    One that the site has not written takes over what decides in its place: our sources alone would
    forbid what the site allows everywhere else.
    """
    found = {}
    for name, sources in _ours(request).items():
        allowed = _allowed(policy, name)
        missing = [source for source in sources if source not in allowed]
        if allowed and missing:
            found[name] = [*_listed(allowed), *missing]
    # The shop's colours are a style in the page; beside a nonce 'unsafe-inline' is void.
    for name in ("style-src", "style-src-elem"):
        allowed = _allowed(policy, name)
        if allowed and "'unsafe-inline'" not in allowed:
            found[name] = [*_listed(allowed), f"'nonce-{nonce(request)}'"]
    return found


def _allowed(policy, name):
    """The sources that decide about this directive; empty where the policy leaves it open."""
    for written in (name, *FALLBACKS.get(name, ("default-src",))):
        # Both middlewares send nothing for None, and Django's nothing for False.
        if policy.get(written):
            sources = policy[written]
            return [sources] if isinstance(sources, str) else list(sources)
    return []


def _listed(sources):
    """``'none'`` stands alone or not at all."""
    return [source for source in sources if source != "'none'"]


def _of_django_csp():
    """The site's policy with django-csp's own defaults, by directive; None where it has none."""
    try:
        from csp.utils import default_config
    except ImportError:
        # Before 4.0: a setting for each directive.
        from csp.utils import from_settings

        return from_settings()
    configured = getattr(settings, "CONTENT_SECURITY_POLICY", None) or {}
    return default_config(configured.get("DIRECTIVES", {}))


def _origins(*urls):
    found = []
    for url in urls:
        parts = urlsplit(str(url))
        if parts.netloc:
            found.append(f"{parts.scheme or 'https'}://{parts.netloc}")
    return found


def _text(policy):
    return "; ".join(" ".join([name, *dict.fromkeys(sources)]) for name, sources in policy.items())

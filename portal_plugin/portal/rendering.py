"""Render a portal page inside the site's base template, or on its own where that base fails."""

import logging

from django.http import HttpResponse
from django.template.loader import get_template, select_template
from django.urls import reverse

from ..conf import conf
from ..services.presentation.shop import ShopView
from . import csp

logger = logging.getLogger(__name__)
STANDALONE = "portal_plugin/standalone.html"


def page(
    request, template, context, *, shop: ShopView, language, direction, status=200, is_bare=False
):
    """``context`` is the page's own; what every page needs is added here. With ``is_bare`` the
    site's base template is left out from the start.

    The answer says ``is_standalone``, and ``base_error`` where it is so because the base failed.
    """
    context = {
        **context,
        "shop": shop,
        "language": language,
        "direction": direction,
        "csp_nonce": csp.nonce(request),
        "how_url": reverse("portal_plugin:how_it_works", kwargs={"language": language}),
    }
    body, error = (None, None) if is_bare else _in_base(request, template, context)
    is_standalone = body is None
    if is_standalone:
        body = _render(request, template, context, STANDALONE)
    response = HttpResponse(body, status=status)
    response.is_standalone = is_standalone
    response.base_error = error
    return response


def _in_base(request, template, context):
    """``(body, None)``; ``(None, error)`` where the base fails; ``(None, None)`` without a base."""
    try:
        base = select_template([conf.base_template, STANDALONE]).template.name
        if base == STANDALONE:
            return None, None
        return _render(request, template, context, base), None
    except Exception as error:
        # The base is the site's, not ours: whatever it raises, the customer gets their page.
        logger.exception(
            "The site's base template %s failed; serving without it", conf.base_template
        )
        return None, error


def _render(request, template, context, base):
    return get_template(template).render({**context, "base_template": base}, request)

"""Where Stripe's messages arrive: signed for us and from now, or refused and not read.

Each site has its address at its own host, and takes there what its own account has signed.
"""

import logging
from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST
from wagtail.models import Site

from ..exceptions import PortalError
from ..gateways import stripe as gateway
from ..services import payments

logger = logging.getLogger(__name__)

#: Bytes. Stripe's events are some kilobytes; what is longer is not read to its end.
LONGEST_BODY = 256 * 1024


def _with_headers(view):
    """Those of every answer of the portal, where nobody looks at a page."""

    @never_cache
    @wraps(view)
    def answering(request: HttpRequest) -> HttpResponse:
        answer = view(request)
        answer["X-Robots-Tag"] = "noindex"
        answer["X-Content-Type-Options"] = "nosniff"
        return answer

    return answering


@login_not_required
@csrf_exempt
@_with_headers
@require_POST
@transaction.non_atomic_requests
@sensitive_variables("secrets", "body")
def stripe_webhook(request: HttpRequest) -> HttpResponse:
    """200: taken, or rightly left alone. 400: not Stripe's. 503: send it again, please."""
    account = gateway.of_site(Site.find_for_request(request))
    secrets = gateway.usable_secrets(account.webhook_secrets)
    if not secrets:
        logger.error("A webhook arrived, but no webhook secret is set: nothing can be trusted.")
        return _answer(503, "no webhook secret is set")
    try:
        body = _body(request)
        event = gateway.read_event(body, request.headers.get("Stripe-Signature", ""), secrets)
    except gateway.BadWebhook as refusal:
        logger.warning("A webhook was refused: %s.", refusal)
        return _answer(400, "refused")
    try:
        outcome = payments.take_event(event, account)
    except (PortalError, DatabaseError) as trouble:
        # Where our database is away nothing of it was kept either.
        logger.warning("Event %s has to come again: %s", event.id, type(trouble).__name__)
        return _answer(503, "please send it again")
    return _answer(200, outcome)


def _body(request: HttpRequest) -> bytes:
    """Raises ``BadWebhook`` for what is no JSON by its own words, for what is not sent to its end,
    and for a body that is too long, without holding it in memory."""
    if request.content_type != "application/json":
        raise gateway.BadWebhook("not sent as JSON")
    try:
        body = request.read(LONGEST_BODY + 1)
    except UnreadablePostError as error:
        raise gateway.BadWebhook("broken off") from error
    if len(body) > LONGEST_BODY:
        raise gateway.BadWebhook("too long")
    return body


def _answer(status: int, text: str) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")

"""The one place that makes Stripe's client, and that reads its errors."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

from django.views.decorators.debug import sensitive_variables

from ...exceptions import Misconfigured
from .accounts import Account
from .breaker import breaker
from .errors import KeyReused, NoAnswer, NotFound, Refused, StripeBroke, StripeTrouble

if TYPE_CHECKING:
    from stripe import StripeClient, StripeError

logger = logging.getLogger(__name__)

#: Answers keep this form whatever version the account is set to, until we change it here.
API_VERSION = "2026-10-28.endive"
CONNECT_SECONDS = 5
ANSWER_SECONDS = 10

#: What comes of looking for something in an answer that has another form. Half a character is a
#: ``ValueError``, too.
_NOT_UNDERSTOOD = (
    ArithmeticError,
    AttributeError,
    KeyError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
)
_SECRETS = re.compile(r"(_secret_|/c/pay/)[^\s\"'\\]+")


def client(account: Account) -> "StripeClient":
    """Raises ``Misconfigured`` without a key. For use inside of ``asking``."""
    if not account.secret_key:
        raise Misconfigured
    return _client(account.secret_key, account.api_base)


@lru_cache(maxsize=64)
@sensitive_variables("key")
def _client(key: str, base: str) -> "StripeClient":
    import stripe

    logging.getLogger("stripe").addFilter(_without_secrets)
    return stripe.StripeClient(
        key,
        stripe_version=API_VERSION,
        base_addresses={"api": base} if base else None,
        # Whether to ask again is decided where the idempotency key is known.
        max_network_retries=0,
        http_client=stripe.RequestsClient(timeout=(CONNECT_SECONDS, ANSWER_SECONDS)),
    )


def _without_secrets(record: logging.LogRecord) -> bool:
    """The package writes whole answers to its log where a site has set that to DEBUG; with what is
    in them anybody could go on with a customer's payment."""
    record.msg = _SECRETS.sub(r"\1…", record.getMessage())
    record.args = ()
    return True


@contextmanager
def asking() -> Iterator[None]:
    """Turns the package's errors into ours, and those that it breaks down with over an answer that
    it did not expect. Never logs a body: it may hold a client secret. Raises ``NoAnswer`` without
    asking while nobody answers, and ``Misconfigured`` without the package."""
    if find_spec("stripe") is None:
        raise Misconfigured
    import stripe

    if not breaker.lets_through():
        raise NoAnswer("it did not answer a moment ago", code="not_asked")
    try:
        with understanding():
            yield
        breaker.close()
    except stripe.StripeError as error:
        if isinstance(error, stripe.APIConnectionError):
            breaker.fail()
        else:
            breaker.close()
        ours = _ours(error)
        level = logging.ERROR if error.http_status in (401, 403) else logging.WARNING
        logger.log(
            level,
            "Stripe: %s %s (status %s, code %s, request %s)",
            type(error).__name__,
            type(ours).__name__,
            error.http_status,
            error.code,
            error.request_id,
        )
        raise ours from error


@contextmanager
def understanding() -> Iterator[None]:
    """Turns what cannot be found in an answer into ours: one of another form than we know, from
    another API version or from somebody between us and Stripe, is as good as none."""
    try:
        yield
    except _NOT_UNDERSTOOD as error:
        logger.error("Stripe: an answer could not be understood: %s", type(error).__name__)
        raise NoAnswer("an answer of another form", code="not_understood") from error


def _ours(error: "StripeError") -> StripeTrouble:
    status = error.http_status
    code = (error.error.code if error.error else None) or ""
    detail = f"{type(error).__name__}: {error.user_message or ''}"
    # Below 400 it is an answer that nobody could read: the work may be done.
    if status is None or status < 400 or status in (409, 429):
        return NoAnswer(detail, code=code)
    if status >= 500:
        return StripeBroke(detail, code=code)
    if error.error is not None and error.error.type == "idempotency_error":
        return KeyReused(detail, code=code)
    if status == 404 or code == "resource_missing":
        return NotFound(detail, code=code)
    return Refused(detail, code=code, reason=error.user_message or "")

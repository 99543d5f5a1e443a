"""Whether payments go to Stripe, and whether the shop hears of them."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from django.core.checks import CheckMessage, Error, Warning

from ..conf import conf
from ..gateways.stripe import usable_secrets
from .registering import portal_check
from .stripe_keys import Keys, all_keys

WEBHOOKS = "https://dashboard.stripe.com/webhooks"
_DEAF = (
    "STRIPE_WEBHOOK_SECRETS has no usable secret: the webhook answers 503, and the portal learns of"
    " no payment."
)
_LISTEN = (
    f"Add the endpoint /portal/webhooks/stripe/ at {WEBHOOKS}, and its signing secret (whsec_…) to"
    " STRIPE_WEBHOOK_SECRETS."
)


@portal_check(deploy=True)
def stripe_is_stripe() -> Iterator[CheckMessage]:
    script = urlsplit(conf.stripe_script_url).hostname
    own = any("STRIPE_API_BASE" in values for values in conf.stripe_accounts.values())
    if own or conf.stripe_api_base or script != "js.stripe.com":
        yield Warning(
            "STRIPE_API_BASE or STRIPE_SCRIPT_URL point to something that is not Stripe.",
            hint="Leave both out in production; they are for a stand-in while developing.",
            id="portal_plugin.W010",
        )


@portal_check()
def payments_are_heard_of() -> Iterator[CheckMessage]:
    for keys in _deaf():
        yield Warning(keys.where + _DEAF, hint=_LISTEN, id="portal_plugin.W006")


@portal_check(deploy=True)
def payments_are_heard_of_there() -> Iterator[CheckMessage]:
    """In production this is an error: money arrives, and the order stays unpaid."""
    for keys in _deaf():
        yield Error(keys.where + _DEAF, hint=_LISTEN, id="portal_plugin.E018")


def _deaf() -> Iterator[Keys]:
    for keys in all_keys():
        if keys.secret and not usable_secrets(keys.webhook_secrets):
            yield keys


@portal_check()
def webhook_secrets_are_real() -> Iterator[CheckMessage]:
    for keys in all_keys():
        usable = usable_secrets(keys.webhook_secrets)
        unusable = len(keys.webhook_secrets) - len(usable)
        if usable and unusable:
            yield Warning(
                f"{keys.where}{unusable} of STRIPE_WEBHOOK_SECRETS is empty or a placeholder.",
                hint=f"Take it out, or replace it by the signing secret shown at {WEBHOOKS}.",
                id="portal_plugin.W007",
            )

"""Whether customers can pay, with whose money, and whether the shop hears of it."""

from collections.abc import Iterator
from importlib.util import find_spec
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning

from ..conf import conf
from ..gateways.stripe import is_live, usable_secrets
from .registering import portal_check

SECRET, PUBLISHABLE = "STRIPE_SECRET_KEY", "STRIPE_PUBLISHABLE_KEY"
DASHBOARD = "https://dashboard.stripe.com/apikeys"
WEBHOOKS = "https://dashboard.stripe.com/webhooks"


@portal_check()
def keys_fit_together() -> Iterator[CheckMessage]:
    """The first thing that is wrong with them; the rest often follows from it."""
    secret, publishable = conf.stripe_secret_key, conf.stripe_publishable_key
    if not secret and not publishable:
        return
    if problem := _half_set(secret, publishable):
        yield Error(problem, hint=f"Copy both keys from {DASHBOARD}.", id="portal_plugin.E013")
    elif secret.startswith("pk_") or publishable.startswith(("sk_", "rk_")):
        yield Error(
            f"{SECRET} and {PUBLISHABLE} are in each other's place: the secret key would be"
            " written into every page.",
            hint=f"Swap them. If pages went out like this, roll the secret key at {DASHBOARD}.",
            id="portal_plugin.E014",
        )
    elif wrong := _malformed(secret, publishable):
        yield Error(
            f"{wrong} is not a key of Stripe's.",
            hint=f"Copy it from {DASHBOARD}; secret keys begin with sk_ or rk_, publishable ones"
            " with pk_, and both go on with test_ or live_.",
            id="portal_plugin.E016",
        )
    elif _mode(secret) != _mode(publishable):
        yield Error(
            f"{SECRET} is a {_mode(secret)} key and {PUBLISHABLE} is a {_mode(publishable)} key.",
            hint="Take both from the same mode of the same account.",
            id="portal_plugin.E015",
        )
    elif find_spec("stripe") is None:
        yield Error(
            "Stripe's keys are set, but the package is not installed: customers cannot pay.",
            hint='pip install "wagtail-customer-portal[stripe]"',
            id="portal_plugin.E017",
        )


def _half_set(secret: str, publishable: str) -> str:
    if secret and publishable:
        return ""
    there, missing = (SECRET, PUBLISHABLE) if secret else (PUBLISHABLE, SECRET)
    return f"{there} is set and {missing} is not: customers cannot pay."


def _malformed(secret: str, publishable: str) -> str:
    for name, key, kinds in (
        (SECRET, secret, ("sk", "rk")),
        (PUBLISHABLE, publishable, ("pk",)),
    ):
        kind, _mark, rest = key.partition("_")
        mode, _mark, body = rest.partition("_")
        if kind not in kinds or mode not in ("test", "live") or not body.strip(".…xX* "):
            return name
    return ""


def _mode(key: str) -> str:
    return key.split("_")[1]


@portal_check()
def money_is_not_real_here() -> Iterator[CheckMessage]:
    if settings.DEBUG and is_live():
        yield Warning(
            "DEBUG is on and Stripe's live key is set: what is tried here moves real money.",
            hint=f"Use the test keys from {DASHBOARD} while developing.",
            id="portal_plugin.W008",
        )


@portal_check(deploy=True)
def money_is_real_there() -> Iterator[CheckMessage]:
    if conf.stripe_secret_key and not is_live():
        yield Warning(
            "Stripe's test keys are set: customers' cards are not charged.",
            hint=f"Set the live keys from {DASHBOARD}.",
            id="portal_plugin.W009",
        )


@portal_check(deploy=True)
def stripe_is_stripe() -> Iterator[CheckMessage]:
    script = urlsplit(conf.stripe_script_url).hostname
    if conf.stripe_api_base or script != "js.stripe.com":
        yield Warning(
            "STRIPE_API_BASE or STRIPE_SCRIPT_URL point to something that is not Stripe.",
            hint="Leave both out in production; they are for a stand-in while developing.",
            id="portal_plugin.W010",
        )


@portal_check()
def payments_are_heard_of() -> Iterator[CheckMessage]:
    if _is_deaf():
        yield Warning(*_DEAF, id="portal_plugin.W006")


@portal_check(deploy=True)
def payments_are_heard_of_there() -> Iterator[CheckMessage]:
    """In production this is an error: money arrives, and the order stays unpaid."""
    if _is_deaf():
        yield Error(*_DEAF, id="portal_plugin.E018")


_DEAF = (
    "STRIPE_WEBHOOK_SECRETS has no usable secret: the webhook answers 503, and the portal learns of"
    " no payment.",
    f"Add the endpoint /portal/webhooks/stripe/ at {WEBHOOKS}, and its signing secret (whsec_…) to"
    " STRIPE_WEBHOOK_SECRETS.",
)


def _is_deaf() -> bool:
    return bool(conf.stripe_secret_key) and not usable_secrets(conf.stripe_webhook_secrets)


@portal_check()
def webhook_secrets_are_real() -> Iterator[CheckMessage]:
    usable = usable_secrets(conf.stripe_webhook_secrets)
    unusable = len(conf.stripe_webhook_secrets) - len(usable)
    if usable and unusable:
        yield Warning(
            f"{unusable} of STRIPE_WEBHOOK_SECRETS is empty or a placeholder.",
            hint=f"Take it out, or replace it by the signing secret shown at {WEBHOOKS}.",
            id="portal_plugin.W007",
        )

"""Whether Stripe's keys are keys, fit together, and are the ones for this machine."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning

from ..conf import conf
from ..gateways.stripe import mode_of, problem_of
from .registering import portal_check

SECRET, PUBLISHABLE = "STRIPE_SECRET_KEY", "STRIPE_PUBLISHABLE_KEY"
DASHBOARD = "https://dashboard.stripe.com/apikeys"


@dataclass(frozen=True)
class Keys:
    """Of all sites, or of the one that ``where`` names in front of a setting."""

    where: str
    secret: str
    publishable: str
    webhook_secrets: list[str]


def all_keys() -> Iterator[Keys]:
    """Those in the settings; what is written in the admin was checked there."""
    yield Keys(
        "", conf.stripe_secret_key, conf.stripe_publishable_key, list(conf.stripe_webhook_secrets)
    )
    for host, values in conf.stripe_accounts.items():
        secrets = values.get("STRIPE_WEBHOOK_SECRETS", [])
        yield Keys(
            f"STRIPE_ACCOUNTS[{host!r}]: ",
            values.get(SECRET, ""),
            values.get(PUBLISHABLE, ""),
            [secrets] if isinstance(secrets, str) else list(secrets),
        )


@portal_check()
def keys_fit_together() -> Iterator[CheckMessage]:
    """The first thing that is wrong with them; the rest often follows from it."""
    for keys in all_keys():
        problem, name = problem_of(keys.secret, keys.publishable)
        if problem:
            yield _problem(keys, problem, name)
        elif keys.secret and find_spec("stripe") is None:
            yield Error(
                "Stripe's keys are set, but the package is not installed: customers cannot pay.",
                hint='pip install "wagtail-customer-portal[stripe]"',
                id="portal_plugin.E017",
            )


def _problem(keys: Keys, problem: str, name: str) -> CheckMessage:
    there = PUBLISHABLE if name == SECRET else SECRET
    message, hint, number = {
        "missing": (
            f"{there} is set and {name} is not: customers cannot pay.",
            f"Copy both keys from {DASHBOARD}.",
            "E013",
        ),
        "swapped": (
            f"{SECRET} and {PUBLISHABLE} are in each other's place: the secret key would be"
            " written into every page.",
            f"Swap them. If pages went out like this, roll the secret key at {DASHBOARD}.",
            "E014",
        ),
        "malformed": (
            f"{name} is not a key of Stripe's.",
            f"Copy it from {DASHBOARD}; secret keys begin with sk_ or rk_, publishable ones"
            " with pk_, and both go on with test_ or live_.",
            "E016",
        ),
        "modes": (
            f"{SECRET} is a {mode_of(keys.secret)} key and {PUBLISHABLE} is a"
            f" {mode_of(keys.publishable)} key.",
            "Take both from the same mode of the same account.",
            "E015",
        ),
    }[problem]
    return Error(keys.where + message, hint=hint, id=f"portal_plugin.{number}")


@portal_check()
def money_is_not_real_here() -> Iterator[CheckMessage]:
    for keys in all_keys():
        if settings.DEBUG and mode_of(keys.secret) == "live":
            yield Warning(
                f"{keys.where}DEBUG is on and Stripe's live key is set: what is tried here moves"
                " real money.",
                hint=f"Use the test keys from {DASHBOARD} while developing.",
                id="portal_plugin.W008",
            )


@portal_check(deploy=True)
def money_is_real_there() -> Iterator[CheckMessage]:
    for keys in all_keys():
        if keys.secret and mode_of(keys.secret) != "live":
            yield Warning(
                f"{keys.where}Stripe's test keys are set: customers' cards are not charged.",
                hint=f"Set the live keys from {DASHBOARD}.",
                id="portal_plugin.W009",
            )

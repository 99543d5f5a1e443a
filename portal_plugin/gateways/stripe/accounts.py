"""Whose keys: each site may have a Stripe account of its own; the others share the settings' one.

Rows keep the name of the account that they were made with, so that a payment is asked for, and paid
back, where it was made, also after its site has got another account.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec

from django.db.models import Q
from wagtail.models import Site

from ...conf import conf
from ...models import StripeKeys
from .keys import mode_of

_SECRET = ("sk_test_", "sk_live_", "rk_test_", "rk_live_")
_PUBLISHABLE = ("pk_test_", "pk_live_")


@dataclass(frozen=True)
class Account:
    """One set of Stripe's keys. ``name`` is what rows keep of it: empty for the one that sites
    share, else ``site-`` and the site's id."""

    name: str = ""
    secret_key: str = field(default="", repr=False)
    publishable_key: str = ""
    webhook_secrets: tuple[str, ...] = field(default=(), repr=False)
    api_base: str = ""

    @property
    def is_configured(self) -> bool:
        """Whether cards can be offered: the package, and two keys of one mode in their right
        places."""
        secret, publishable = self.secret_key, self.publishable_key
        if not (secret.startswith(_SECRET) and publishable.startswith(_PUBLISHABLE)):
            return False
        return mode_of(secret) == mode_of(publishable) and find_spec("stripe") is not None

    @property
    def is_live(self) -> bool:
        """Whether the secret key moves real money."""
        return mode_of(self.secret_key) == "live"


def shared() -> Account:
    """The account of all sites that have none of their own."""
    return Account(
        secret_key=conf.stripe_secret_key,
        publishable_key=conf.stripe_publishable_key,
        webhook_secrets=tuple(conf.stripe_webhook_secrets),
        api_base=conf.stripe_api_base,
    )


def of_site(site: Site | None) -> Account:
    """The settings say first, then the admin, then the account that sites share."""
    if site is None:
        return shared()
    written = conf.stripe_accounts.get(site.hostname)
    if written is not None:
        return _written(site, written)
    # Read with the site where a page asks for it: no query of its own.
    kept = getattr(site, "stripe_keys", None)
    return _kept(kept) if kept is not None and kept.secret_key else shared()


def named(name: str, site: Site) -> Account:
    """The account that a row of the site was made with; where its keys are gone, the site's."""
    if not name:
        own = shared()
        return own if own.secret_key else of_site(site)
    own = of_site(site)
    if own.name == name:
        return own
    made_by = Site.objects.filter(pk=_site_id(name)).first()
    found = of_site(made_by) if made_by is not None else own
    return found if found.name == name else own


def every() -> Iterator[Account]:
    """Each account that is set up, once."""
    seen = set()
    own = Q(hostname__in=conf.stripe_accounts) | Q(stripe_keys__isnull=False)
    for account in [shared(), *map(of_site, Site.objects.filter(own).order_by("pk"))]:
        if account.is_configured and account.secret_key not in seen:
            seen.add(account.secret_key)
            yield account


def is_any_configured() -> bool:
    return next(every(), None) is not None


def _written(site: Site, values: dict) -> Account:
    """As in ``STRIPE_ACCOUNTS``: the same three words as the shared account has."""
    secrets = values.get("STRIPE_WEBHOOK_SECRETS", [])
    return Account(
        name=f"site-{site.pk}",
        secret_key=values.get("STRIPE_SECRET_KEY", ""),
        publishable_key=values.get("STRIPE_PUBLISHABLE_KEY", ""),
        webhook_secrets=(secrets,) if isinstance(secrets, str) else tuple(secrets),
        api_base=values.get("STRIPE_API_BASE", conf.stripe_api_base),
    )


def _kept(keys: StripeKeys) -> Account:
    return Account(
        name=f"site-{keys.site_id}",
        secret_key=keys.secret_key,
        publishable_key=keys.publishable_key,
        webhook_secrets=tuple(keys.webhook_secrets.split()),
        api_base=conf.stripe_api_base,
    )


def _site_id(name: str) -> int | None:
    number = name.removeprefix("site-")
    return int(number) if number.isdecimal() else None

"""What every verb of the stand-in is given: the shop that it works for, and who asked."""

import dataclasses
import time

from .misbehaviour import Misbehaviour
from .parameters import API_VERSION
from .store import Store


@dataclasses.dataclass
class Settings:
    """The shop's account at the stand-in. Delays are seconds."""

    webhook_url: str | None = None
    # Two, with a space between, while one is rolled: Stripe signs with both then.
    webhook_secret: str = "whsec_standin"
    # Further endpoints of the account: the address and the secret of each.
    more_webhooks: tuple[tuple[str, str], ...] = ()
    secret_key: str = "sk_test_standin"
    publishable_key: str = "pk_test_standin"
    account: str = "acct_1StandinStandin1"
    shop: str = "Test shop"
    country: str = "DE"
    currency: str = "eur"
    # After how long a delayed payment succeeds by itself; None waits for a control call.
    settle_after: float | None = None
    # Whether there is nothing on the shop's balance to pay back from.
    is_short: bool = False
    retry_delays: tuple[float, ...] = (0.5, 1, 2, 4, 8, 16, 30)
    url: str = ""
    misbehaviour: Misbehaviour = dataclasses.field(default_factory=Misbehaviour)

    @property
    def endpoints(self) -> dict[int, tuple[str, str]]:
        """Where events are sent, by number: address and secrets."""
        first = [(self.webhook_url or "", self.webhook_secret)]
        return {
            number: endpoint
            for number, endpoint in enumerate([*first, *self.more_webhooks])
            if endpoint[0]
        }


@dataclasses.dataclass
class Call:
    """One request; without an id when the stand-in acts by itself, as a bank does."""

    store: Store
    settings: Settings
    request_id: str | None = None
    idempotency_key: str | None = None
    in_browser: bool = False
    version: str = API_VERSION
    # What a tester wants answered in place of doing it: a name out of misbehaviour.ANSWERS.
    fails: str = ""

    @property
    def now(self) -> int:
        return int(time.time())

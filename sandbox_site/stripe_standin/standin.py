"""The running stand-in: a server, a store, and a thread for what happens by itself."""

import logging
import pathlib
import threading
import time
from types import TracebackType
from typing import Any

from . import control, webhooks
from .call import Call, Settings
from .server import Server
from .store import Store

logger = logging.getLogger(__name__)


class Standin:
    """Stripe on loopback. Settings are those of `call.Settings`, by name.

    with Standin(webhook_url="http://…/webhooks/stripe/", data=folder) as standin:
        stripe.StripeClient("sk_test_standin", base_addresses={"api": standin.url})
    """

    def __init__(self, *, data: pathlib.Path | str, port: int = 0, **settings: Any) -> None:
        self.settings = Settings(**settings)
        self.store = Store(pathlib.Path(data))
        self._wakened = threading.Event()
        self._stopping = False
        try:
            self._server = Server(port, self.store, self.settings, self._wakened.set)
        except OSError:
            self.store.close()
            raise
        self.settings.url = f"http://127.0.0.1:{self._server.server_port}"
        self._threads = [
            threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True),
            threading.Thread(target=self._work, daemon=True),
        ]

    @property
    def url(self) -> str:
        return self.settings.url

    def start(self) -> "Standin":
        for thread in self._threads:
            thread.start()
        return self

    def stop(self) -> None:
        """Answers what it is at, then lets go of the port and the files."""
        self._stopping = True
        self._wakened.set()
        self._server.shutdown()
        self._server.server_close()
        self._server.drop_connections()
        for thread in self._threads:
            thread.join()
        self.store.close()

    def __enter__(self) -> "Standin":
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def settle(self, payment_intent: str, outcome: str = "succeeded") -> dict[str, Any]:
        """Ends a delayed payment: `succeeded` or `failed`."""
        intent = control.settle(self._call(), payment_intent, outcome)
        self._wakened.set()
        return intent

    def hand_out_voucher(self, payment_intent: str) -> dict[str, Any]:
        """The customer chose to pay at a counter, within days."""
        intent = control.hand_out_voucher(self._call(), payment_intent)
        self._wakened.set()
        return intent

    def settle_refund(self, refund: str, outcome: str = "succeeded") -> dict[str, Any]:
        """`succeeded`, or `failed`, also after it had succeeded."""
        settled = control.settle_refund(self._call(), refund, outcome)
        self._wakened.set()
        return settled

    def dispute(
        self, charge: str, status: str = "needs_response", amount: int | None = None
    ) -> dict[str, Any]:
        """The customer disputes a payment, or with `warning_needs_response` asks about it."""
        opened = control.dispute(self._call(), charge, status, amount)
        self._wakened.set()
        return opened

    def dispute_becomes(self, dispute: str, status: str) -> dict[str, Any]:
        changed = control.dispute_becomes(self._call(), dispute, status)
        self._wakened.set()
        return changed

    def misbehave(self, how: str, about: str = "", **rule: Any) -> None:
        """See `misbehaviour`: the next answer, or webhook, that is `about` it goes wrong."""
        self.settings.misbehaviour.add({"how": how, "about": about, **rule})

    def behave(self) -> None:
        self.settings.misbehaviour.clear()

    def pass_time(self, days: float) -> None:
        """So many days go by at once."""
        control.pass_time(self._call(), days)

    def resend(self, event: str) -> None:
        control.resend(self._call(), event)
        self._wakened.set()

    def webhooks(self, event_type: str | None = None) -> list[dict[str, Any]]:
        return webhooks.listed(self._call(), event_type)

    def wait_for_webhooks(self, timeout: float = 10) -> None:
        """Until each is delivered or given up. Raises TimeoutError."""
        end = time.monotonic() + timeout
        while any(each["state"] == "pending" for each in self.webhooks()):
            if time.monotonic() > end:
                raise TimeoutError("Webhooks are still pending.")
            time.sleep(0.02)

    def _call(self) -> Call:
        return Call(self.store, self.settings)

    def _work(self) -> None:
        while not self._stopping:
            self._wakened.clear()
            try:
                control.run_due_timers(self._call())
                webhooks.send_due(self.store, self.settings)
            except Exception:
                logger.exception("The stand-in's background work failed.")
                time.sleep(1)
            due = webhooks.next_due(self.store, self.settings)
            if not self._stopping:
                self._wakened.wait(None if due is None else max(0, due - time.time()))

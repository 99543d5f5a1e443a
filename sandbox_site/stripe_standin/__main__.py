"""`python -m sandbox_site.stripe_standin --port 8001 --data DIR --webhook URL`"""

import argparse
import signal
import sqlite3
import sys
import threading

from . import Standin
from .call import Settings


def main() -> int:
    options = _options()
    try:
        standin = Standin(
            data=options.data,
            port=options.port,
            webhook_url=options.webhook,
            webhook_secret=options.secret,
            currency=options.currency,
            shop=options.shop,
            settle_after=options.settle_after,
        )
    except OSError as error:
        print(f"Port {options.port} cannot be used: {error.strerror}.", file=sys.stderr)
        return 1
    except sqlite3.OperationalError as error:
        print(f"{options.data} is in use or not writable: {error}.", file=sys.stderr)
        return 1
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    with standin:
        print(f"Stripe stand-in on {standin.url}", flush=True)
        stopped.wait()
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox_site.stripe_standin")
    parser.add_argument("--port", type=int, default=8001, help="0 takes a free one")
    parser.add_argument("--data", required=True, metavar="DIR", help="where the state is kept")
    parser.add_argument("--webhook", metavar="URL", help="the site's webhook address")
    parser.add_argument(
        "--secret", default=Settings.webhook_secret, help="signs the webhooks (whsec_…)"
    )
    parser.add_argument("--currency", default=Settings.currency, help="of the shop's account")
    parser.add_argument("--shop", default=Settings.shop, metavar="NAME", help="on hosted pages")
    parser.add_argument(
        "--settle-after",
        type=float,
        default=20,
        metavar="SECONDS",
        help="how long a direct debit takes; below 0 it waits for a control call",
    )
    options = parser.parse_args()
    if options.settle_after < 0:
        options.settle_after = None
    return options


if __name__ == "__main__":
    sys.exit(main())

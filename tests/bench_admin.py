"""How the admin's lists grow with their rows: ``python -m tests.bench_admin``.

What is asked for is the part of a page that is ours, without the chrome of the admin around it:
how many queries it takes, and how its time with many rows compares to its time with few. A list
counts what it found, for the number of its pages; a count reads every row that it counts, so the
time of the counting is measured by itself and taken off.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
os.environ["SANDBOX_DEBUG"] = "0"
os.environ["PORTAL_TEST_DB"] = "postgres" if "postgres" in sys.argv else "sqlite"
# Importing the settings makes a folder for this process, and removes it at the end.
os.environ.pop("SANDBOX_DATA", None)

import django

SIZES = (10_000, 100_000)
ROUNDS = 7
HOST = "localhost"
MOST_QUERIES = 10
MOST_RATIO = 3.0


@dataclass
class Found:
    """Of one subject: queries, and seconds at each size."""

    queries: int = 0
    seconds: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        return self.seconds[-1] / self.seconds[0]

    @property
    def is_met(self) -> bool:
        return self.queries <= MOST_QUERIES and self.ratio <= MOST_RATIO


def main() -> int:
    options = _options()
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    user = _staff()
    clock = time.process_time if options.cpu else time.perf_counter
    found: dict[str, Found] = {}
    for size in options.sizes:
        _grow(size)
        for name, ask in _subjects(user).items():
            result = found.setdefault(name, Found())
            result.queries = max(result.queries, _queries(ask))
            result.seconds.append(_seconds(ask, options.rounds, clock))
    return _tell(found, options.sizes)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./run bench --admin", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--admin", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--db", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"default {ROUNDS}")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="numbers of orders")
    parser.add_argument(
        "--cpu", action="store_true", help="count processor time, on a machine that is busy"
    )
    return parser.parse_args()


# -- what is measured ------------------------------------------------------------------------------


def _staff():
    from tests.factories import site_factory, user_factory

    site_factory()
    return user_factory()


def _grow(size: int) -> None:
    from portal_plugin.models import Order
    from tests import seeding
    from tests.factories import site_factory, user_factory

    missing = size - Order.objects.count()
    print(f"Writing {missing} orders …", flush=True)
    seeding.orders(site_factory(), missing, people=[user_factory() for _ in range(3)])


def _subjects(user) -> dict[str, Callable[[], object]]:
    """Name to what asks for it."""
    from django.test import Client
    from django.urls import reverse
    from django.utils import timezone

    from portal_plugin.admin import inbox
    from portal_plugin.models import Order, SalesDocument, Stage

    client = Client(SERVER_NAME=HOST)
    client.force_login(user)
    orders = reverse(Order.snippet_viewset.get_url_name("list_results"))
    some = SalesDocument.objects.select_related("customer").exclude(responsible=None).first()
    day = timezone.localdate(some.created_at).isoformat()
    queries = {
        "first page": {},
        "waiting for us": {"waiting_for": "us"},
        "waiting for the customer": {"waiting_for": "customer"},
        "ready to start": {"worklist": "ready"},
        "unpaid": {"worklist": "unpaid"},
        "state": {"listed_state": "changes_requested"},
        "stage": {"stage": Stage.objects.first().pk},
        "customer": {"customer": some.customer.name},
        "responsible": {"responsible": some.responsible_id},
        "created on a day": {"created_at_from": day, "created_at_to": day},
        "waits for 30 days": {"overdue": "30"},
        "payment overdue": {"overdue": "payment"},
        "by number": {"ordering": "-number"},
        "by total": {"ordering": "listed_total"},
        "by balance": {"ordering": "-listed_balance"},
        "search: a number": {"q": some.number},
        "search: a customer": {"q": some.customer.email},
        "search: an item": {"q": "lettering"},
        "search: two words": {"q": f"sign {some.customer.name.split()[-1]}"},
        "search: nothing": {"q": "nowhere to be found"},
    }
    asked = {name: _asking(client, orders, query) for name, query in queries.items()}
    asked["inbox"] = _asking(client, reverse("portal_admin:inbox_results"), {})
    asked["number on the menu"] = lambda: inbox.count(user)
    asked["home panel"] = _panel(user)
    return asked


def _asking(client, address, query) -> Callable[[], object]:
    def ask():
        response = client.get(address, query)
        if response.status_code != 200:
            raise RuntimeError(f"{address} {query} answered {response.status_code}")
        return response

    return ask


def _panel(user) -> Callable[[], object]:
    from django.test import RequestFactory

    from portal_plugin.admin.home import PortalPanel

    def ask():
        request = RequestFactory().get("/admin/")
        request.user = user
        return PortalPanel(request).render_html({"request": request})

    return ask


# -- measuring and telling -------------------------------------------------------------------------


def _queries(ask) -> int:
    """After a first time, in which Django and Wagtail learn what they remember from then on."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    ask()
    with CaptureQueriesContext(connection) as asked:
        ask()
    return len(asked)


class CountClock:
    """Adds up what counting takes: the statements that begin with it."""

    def __init__(self, clock):
        self.clock, self.spent = clock, 0.0

    def __call__(self, execute, sql, params, many, context):
        if not sql.startswith("SELECT COUNT("):
            return execute(sql, params, many, context)
        begin = self.clock()
        try:
            return execute(sql, params, many, context)
        finally:
            self.spent += self.clock() - begin


def _seconds(ask, rounds, clock) -> float:
    """The fastest: what else the machine does only ever adds."""
    from django.db import connection

    times = []
    for _round in range(rounds):
        counting = CountClock(clock)
        with connection.execute_wrapper(counting):
            begin = clock()
            ask()
            times.append(clock() - begin - counting.spent)
    return min(times)


def _tell(found: dict[str, Found], sizes) -> int:
    """Returns 0 where every aim is met."""
    heads = "".join(f"{size:>12,}" for size in sizes)
    print(f"\n{'':<28}{'queries':>8}{heads}{'ratio':>8}")
    for name, result in found.items():
        times = "".join(f"{seconds * 1000:>9.1f} ms" for seconds in result.seconds)
        verdict = "" if result.is_met else "   missed"
        print(f"{name:<28}{result.queries:>8}{times}{result.ratio:>8.2f}{verdict}")
    print(f"\nAims: at most {MOST_QUERIES} queries, at most {MOST_RATIO} times the time.")
    return 0 if all(result.is_met for result in found.values()) else 1


if __name__ == "__main__":
    sys.exit(main())

"""Many items are approved in one go: of an order, and of an estimate that becomes one by it."""

import uuid
from collections.abc import Callable
from io import BytesIO
from urllib.parse import urlencode

from . import Figure
from .customers import ask, enter


def measure(options) -> list[Figure]:
    from django.conf import settings

    # The PDFs that follow are drawn after the answer, and measured elsewhere.
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "DRAIN_SECONDS": 0}
    from tests import factories

    count = options.items
    name = f"{count} approvals in one go"
    # SQLite takes 999 values in one statement where Django asks it for no more. A decision has
    # twelve; an order that is made has as many rows of items, and of its version's items, besides.
    batches = count * 12 // 999 + 1
    more = count * (17 + 6) // 999 + 2
    return [
        *_figures(name, factories.order_factory, count, batches),
        *_figures(f"{name} that make an order", factories.estimate_factory, count, batches + more),
    ]


def _figures(name: str, factory: Callable, count: int, batches: int) -> list[Figure]:
    few, _seconds = _approve(factory, 10)
    many, seconds = _approve(factory, count)
    told = f"{few} queries for 10, {many} for {count}"
    return [
        Figure(name, seconds, "s", 1, told),
        Figure(f"{name}, more queries", many - few, "", batches),
    ]


def _approve(factory: Callable, count: int) -> tuple[int, float]:
    """Queries, and seconds; each with a document of its own."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    customer, form = _ready(factory, count)
    with CaptureQueriesContext(connection) as asked:
        _send(customer, form)
    queries = len(asked)
    return queries, _send(*_ready(factory, count))


def _ready(factory, count):
    from portal_plugin import registry
    from portal_plugin.services.visits import Visit

    customer = enter(factory(items=count))
    document = type(customer.document).objects.get(pk=customer.document.pk)
    form = registry.action("approve_multiple")(Visit(document, link=customer.link)).form()
    told = {field.name: field.value() or "" for field in form.hidden_fields()}
    told |= {
        "client_key": str(uuid.uuid4()),
        "accept_terms": "on",
        "items": [str(line.key) for line in document.lines],
        "csrfmiddlewaretoken": customer.token,
    }
    return customer, urlencode(told, doseq=True).encode()


def _send(customer, form) -> float:
    answer = ask(
        "POST",
        f"{customer.url}a/approve_multiple/",
        body=BytesIO(form),
        length=len(form),
        kind="application/x-www-form-urlencoded",
        cookies=customer.cookies,
    )
    answer.must_be(200, 303)
    return answer.seconds

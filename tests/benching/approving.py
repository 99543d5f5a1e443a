"""Many items of an order are approved in one go."""

import uuid
from io import BytesIO
from urllib.parse import urlencode

from . import Figure
from .customers import ask, enter


def measure(options) -> list[Figure]:
    from django.conf import settings

    # The PDFs that follow are drawn after the answer, and measured elsewhere.
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "DRAIN_SECONDS": 0}
    few, _seconds = _approve(10)
    many, seconds = _approve(options.items)
    # A row has twelve values, and SQLite before 3.32 takes 999 in one statement.
    batches = options.items * 12 // 999 + 1
    told = f"{few} queries for 10, {many} for {options.items}"
    return [
        Figure(f"{options.items} approvals in one go", seconds, "s", 1, told),
        Figure(f"{options.items} approvals in one go, more queries", many - few, "", batches),
    ]


def _approve(count: int) -> tuple[int, float]:
    """Queries, and seconds; each with an order of its own."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    customer, form = _ready(count)
    with CaptureQueriesContext(connection) as asked:
        _send(customer, form)
    queries = len(asked)
    return queries, _send(*_ready(count))


def _ready(count):
    from portal_plugin import registry
    from portal_plugin.models import Order
    from portal_plugin.services.visits import Visit
    from tests import factories

    customer = enter(factories.order_factory(items=count))
    document = Order.objects.get(pk=customer.document.pk)
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

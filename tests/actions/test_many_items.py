"""Many items in one go take as many queries as a few."""

import uuid

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from portal_plugin import registry
from portal_plugin.models import Decision
from portal_plugin.services.visits import Visit
from tests import factories

pytestmark = pytest.mark.django_db


def fresh(document):
    return Visit(type(document).objects.get(pk=document.pk), link=document.links.get())


def approve_all(count):
    """The queries of it, without the batches that a database may want such rows in."""
    order = factories.order_factory(items=count)
    factories.link_factory(order)
    form = registry.action("approve_multiple")(fresh(order)).form()
    data = QueryDict(mutable=True)
    data.update({field.name: field.value() for field in form.hidden_fields()})
    data.update({"client_key": str(uuid.uuid4()), "accept_terms": "on"})
    data.setlist("items", [str(line.key) for line in order.lines])
    visit = fresh(order)
    with CaptureQueriesContext(connection) as asked:
        registry.action("approve_multiple")(visit).run(data)
    assert Decision.objects.filter(document=order.pk).count() == count
    written = [q for q in asked if q["sql"].startswith("INSERT") and "plugin_decision" in q["sql"]]
    assert len(written) <= 1 + count // 50
    return len(asked) - len(written)


def test_as_many_queries_as_for_ten():
    assert approve_all(100) == approve_all(10)

"""What PostgreSQL thinks of the queries of a customer's page, in a shop that just began."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import order_factory

pytestmark = [pytest.mark.django_db, pytest.mark.only_on("postgres")]

#: ``jit_above_cost`` as PostgreSQL comes: dearer queries are compiled before they run, which took a
#: page 1.7 s. Tables of few rows, as settings are, it counts never: it goes by a guess.
COMPILED_ABOVE = 100_000


def test_none_is_so_dear_that_it_would_be_compiled(client, enter):
    order = order_factory()
    enter(order)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(f"/portal/d/{order.public_id}/").status_code == 200
    asked = [query["sql"] for query in captured if query["sql"].startswith("SELECT")]
    assert any("portal_plugin_portalsettings" in sql for sql in asked)
    assert {sql: cost for sql in asked if (cost := cost_of(sql)) > COMPILED_ABOVE} == {}


def cost_of(sql):
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}")
        (plan,) = cursor.fetchone()
    return (json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]["Total Cost"]

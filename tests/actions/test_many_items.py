"""Many items in one go take as many queries as a few."""

import uuid

import pytest
from django.db import IntegrityError, connection, transaction
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from portal_plugin import registry
from portal_plugin.models import Decision, LineItem, Order
from portal_plugin.services.visits import Visit
from tests import factories

pytestmark = pytest.mark.django_db


def fresh(document):
    return Visit(type(document).objects.get(pk=document.pk), link=document.links.get())


def ready(document):
    """What approves all of its items."""
    form = registry.action("approve_multiple")(fresh(document)).form()
    data = QueryDict(mutable=True)
    data.update({field.name: field.value() for field in form.hidden_fields()})
    data.update({"client_key": str(uuid.uuid4()), "accept_terms": "on"})
    data.setlist("items", [str(line.key) for line in document.lines])
    visit = fresh(document)
    return lambda: registry.action("approve_multiple")(visit).run(data)


def approve_all(count):
    """The queries of it, without the batches that a database may want such rows in."""
    order = factories.order_factory(items=count)
    factories.link_factory(order)
    run = ready(order)
    with CaptureQueriesContext(connection) as asked:
        run()
    assert Decision.objects.filter(document=order.pk).count() == count
    written = [q for q in asked if q["sql"].startswith("INSERT") and "plugin_decision" in q["sql"]]
    assert len(written) <= 1 + count // 50
    return len(asked) - len(written)


def test_as_many_queries_as_for_ten():
    assert approve_all(100) == approve_all(10)


#: Rows of an item that are written in batches, as many as fit into one statement of the database.
IN_BATCHES = ("plugin_decision", "plugin_lineitem", "plugin_versionitem")


def make_order(count):
    """The queries of the yes that makes an order of so many items, without such batches."""
    estimate = factories.estimate_factory(items=count)
    factories.link_factory(estimate)
    run = ready(estimate)
    with CaptureQueriesContext(connection) as asked:
        run()
    assert Order.objects.latest("pk").line_items.count() == count
    written = [q for q in asked if _is_batch(q["sql"])]
    assert len(written) <= len(IN_BATCHES) * (1 + count // 50)
    return len(asked) - len(written)


def _is_batch(sql):
    return sql.startswith(("INSERT", "UPDATE")) and any(
        f'_{table}"' in sql.split("(")[0].split(" SET ")[0] for table in IN_BATCHES
    )


def test_an_order_is_made_of_many_with_as_many_queries_as_of_ten():
    factories.order_factory(items=1)  # the first number of a site makes its counter
    assert make_order(100) == make_order(10)


def publish_edited(count):
    estimate = factories.estimate_factory(items=count)
    items = estimate.lines
    for item in items[:-1]:
        item.quantity += 1
    estimate.line_items = [*items[:-1], factories.line_item(count + 1)]
    with CaptureQueriesContext(connection) as asked:
        estimate.save_revision().publish(skip_permission_checks=True)
    fresh = type(estimate).objects.get(pk=estimate.pk)
    assert [line.quantity for line in fresh.lines] == [3] * (count - 1) + [2]
    assert [line.key for line in fresh.lines[:-1]] == [line.key for line in items[:-1]]
    return len([q for q in asked if not _is_batch(q["sql"])])


def test_an_edit_of_many_is_published_with_as_many_queries_as_of_ten():
    publish_edited(2)  # what a process asks for once
    assert publish_edited(100) == publish_edited(10)


def test_items_that_are_as_they_were_are_not_written_again():
    estimate = factories.estimate_factory(items=5)
    with CaptureQueriesContext(connection) as asked:
        estimate.save_revision().publish(skip_permission_checks=True)
    assert not [q for q in asked if "UPDATE" in q["sql"] and "plugin_lineitem" in q["sql"]]


def test_what_could_not_be_saved_is_still_set():
    estimate = factories.estimate_factory(items=2)
    estimate.line_items = estimate.lines[:1]
    estimate.title = None
    with pytest.raises(IntegrityError), transaction.atomic():
        estimate.save()
    assert len(estimate.line_items.all()) == 1
    assert LineItem.objects.filter(document=estimate.pk).count() == 2

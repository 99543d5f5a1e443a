"""After a partial approval the rest can be left, and what was approved ordered."""

import pytest

from portal_plugin.models import Decision, Order
from portal_plugin.services import answering, on_behalf
from tests import factories
from tests.filling import filled, url_of

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]


def test_after_a_partial_approval_the_rest_can_be_left(client, estimate, keys):
    url = url_of(estimate, "approve", keys[0])
    client.post(url, filled(client, url, accept_terms="on"))
    url = url_of(estimate, "order_approved")
    assert client.post(url, filled(client, url)).status_code == 400
    assert client.post(url, filled(client, url, confirm="on")).status_code == 303
    assert [item.key for item in Order.objects.get().lines] == [keys[0]]


def status(client, document):
    return client.get(url_of(document, "order_approved")).status_code


def test_it_is_there_once_something_is_approved_and_something_waits(client, enter, user):
    site = factories.site_factory(who_converts="staff")
    estimate = factories.estimate_factory(items=3, site=site)
    first, second, third = (line.key for line in estimate.lines)
    enter(estimate)
    assert status(client, estimate) == 409
    on_behalf.record(estimate, [first], "decline", "Phone", user)
    assert status(client, estimate) == 409
    factories.approve(estimate, [second])
    assert status(client, estimate) == 200
    on_behalf.record(estimate, [third], "decline", "Phone", user)
    assert status(client, estimate) == 409


def test_not_while_the_shop_owes_an_answer(client, estimate, keys, user):
    factories.approve(estimate, keys[:1])
    url = url_of(estimate, "change_request", keys[1])
    client.post(url, filled(client, url, text="Larger"))
    assert status(client, estimate) == 409
    answering.close_change_request(estimate.change_requests.get(), "It is.", user)
    assert status(client, estimate) == 200


def test_an_order_is_one_already(client, enter):
    order = factories.order_factory(items=2)
    factories.approve(order, [order.lines[0].key])
    enter(order)
    assert status(client, order) == 409
    assert client.post(url_of(order, "order_approved"), {"confirm": "on"}).status_code == 409
    assert Decision.objects.count() == 1

"""A change request takes its item out of approval until it is answered or withdrawn."""

import pytest

from portal_plugin.models import ChangeRequest, Order
from portal_plugin.statuses import ChangeRequestState
from tests import factories
from tests.actions.filling import filled, url_of

pytestmark = pytest.mark.django_db


def test_a_change_request_takes_its_item_out_of_approval(client, estimate, keys):
    url = url_of(estimate, "change_request", keys[0])
    client.post(url, filled(client, url, text="Bigger please"))
    request = ChangeRequest.objects.get()
    assert (request.number, request.item_key, request.is_late) == (1, keys[0], False)
    assert client.get(url_of(estimate, "approve", keys[0])).status_code == 409
    assert client.get(url_of(estimate, "approve", keys[1])).status_code == 200


def test_a_withdrawn_change_request_lets_its_item_wait_again(client, estimate, keys):
    url = url_of(estimate, "change_request", keys[0])
    client.post(url, filled(client, url, text="Bigger please"))
    url = url_of(estimate, "withdraw_change_request")
    assert client.post(url, filled(client, url)).status_code == 303
    assert ChangeRequest.objects.get().state == ChangeRequestState.WITHDRAWN
    assert client.get(url_of(estimate, "approve", keys[0])).status_code == 200


def test_a_late_change_request_voids_nothing(client, enter):
    order = factories.order_factory(items=1)
    enter(order)
    url = url_of(order, "approve", order.lines[0].key)
    client.post(url, filled(client, url, accept_terms="on"))
    url = url_of(order, "change_request")
    client.post(url, filled(client, url, text="Can it be red?"))
    assert ChangeRequest.objects.get().is_late
    assert Order.objects.get().state == "approved"

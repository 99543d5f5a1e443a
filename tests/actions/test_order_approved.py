import pytest

from portal_plugin.models import Order
from tests.actions.filling import filled, url_of

pytestmark = pytest.mark.django_db


def test_after_a_partial_approval_the_rest_can_be_left(client, estimate, keys):
    url = url_of(estimate, "approve", keys[0])
    client.post(url, filled(client, url, accept_terms="on"))
    url = url_of(estimate, "order_approved")
    assert client.post(url, filled(client, url)).status_code == 400
    assert client.post(url, filled(client, url, confirm="on")).status_code == 303
    assert [item.key for item in Order.objects.get().lines] == [keys[0]]

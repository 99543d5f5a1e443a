import pytest

from portal_plugin.models import Decision, Order
from tests import factories
from tests.filling import filled, url_of

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]


def test_declining_takes_an_optional_reason(client, estimate, keys):
    url = url_of(estimate, "decline", keys[0])
    assert client.post(url, filled(client, url, reason="Too expensive")).status_code == 303
    decision = Decision.objects.get()
    assert (decision.verdict, decision.reason) == ("decline", "Too expensive")


def test_declining_the_last_item_says_that_the_rest_is_an_order(client, estimate, keys):
    factories.approve(estimate, keys[:2])
    url = url_of(estimate, "decline", keys[2])
    page = client.post(url, filled(client, url), follow=True).content.decode()
    assert f"This is now order {Order.objects.get().number}." in page


def test_what_does_not_wait_is_not_declined(client, estimate, keys):
    factories.approve(estimate, keys[:1])
    url = url_of(estimate, "change_request", keys[1])
    client.post(url, filled(client, url, text="Larger"))
    answers = [client.get(url_of(estimate, "decline", key)).status_code for key in keys]
    assert answers == [409, 409, 200]

"""Which items make the order, and what becomes of the others."""

import pytest

from portal_plugin.exceptions import NotAvailable
from portal_plugin.models import Estimate, Order
from portal_plugin.models.documents import lock
from portal_plugin.services import converting, staging
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]


def keys_of(document):
    return [item.key for item in document.lines]


@pytest.fixture
def estimate():
    """Of three items the first is approved."""
    estimate = factories.estimate_factory(items=3)
    return factories.approve(estimate, keys_of(estimate)[:1])


def test_the_approved_items_make_the_order_and_the_rest_a_new_estimate(estimate):
    first, *others = keys_of(estimate)
    order = converting.convert(estimate)
    rest = Estimate.objects.exclude(pk=estimate.pk).get()
    assert (keys_of(order), keys_of(rest)) == ([first], others)
    assert (order.state, rest.state) == ("approved", "waiting")


def test_all_items_make_the_order_and_wait_on_it_for_approval(estimate):
    order = converting.convert(estimate, takes_all=True)
    assert keys_of(order) == keys_of(estimate)
    assert Estimate.objects.count() == 1
    assert (order.state, len(order.standing.waiting_keys)) == ("waiting", 2)


def test_an_item_that_was_declined_is_in_no_order():
    from portal_plugin.services import on_behalf

    estimate = factories.estimate_factory(items=2)
    first, second = keys_of(estimate)
    on_behalf.record(estimate, [first], "decline", "Phone", factories.user_factory())
    order = converting.convert(lock(estimate), takes_all=True)
    assert keys_of(order) == [second]


def test_without_an_approval_only_all_items_make_an_order():
    estimate = factories.estimate_factory(items=2)
    with pytest.raises(NotAvailable):
        converting.convert(estimate)
    assert not Order.objects.exists()
    assert converting.convert(estimate, takes_all=True).state == "waiting"


def test_a_cancelled_estimate_makes_no_order(estimate):
    staging.cancel(estimate, "Out of stock")
    with pytest.raises(NotAvailable):
        converting.convert(lock(estimate), takes_all=True)
    assert not Order.objects.exists()


def test_ticked_items_make_the_order_and_the_others_keep_their_approval(estimate):
    first, second, third = (item.key for item in estimate.lines)
    estimate = factories.approve(estimate, [second])
    order = converting.convert(estimate, keys=[second], user=factories.user_factory())
    rest = Estimate.objects.exclude(pk=estimate.pk).get()
    assert [item.key for item in order.lines] == [second]
    assert {key: item.state for key, item in rest.standing.items.items()} == {
        first: "approved",
        third: "waiting",
    }


@pytest.mark.parametrize("ticked", [[], [2], [0, 2]])
def test_only_approved_items_can_be_ticked(estimate, ticked):
    keys = [item.key for item in estimate.lines]
    estimate = factories.approve(estimate, keys[1:2])
    with pytest.raises(NotAvailable):
        converting.convert(estimate, keys=[keys[n] for n in ticked])
    assert not Order.objects.exists()

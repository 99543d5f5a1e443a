"""Some of an estimate's items become an estimate of their own."""

import pytest

from portal_plugin.exceptions import NotAvailable
from portal_plugin.models import Activity, Estimate
from portal_plugin.models.documents import lock
from portal_plugin.services import converting, splitting
from tests import factories

pytestmark = pytest.mark.django_db


def keys_of(document):
    return [item.key for item in document.lines]


@pytest.fixture
def estimate():
    """Of three items the first is approved."""
    estimate = factories.estimate_factory(items=3, shipping_amount=20)
    return factories.approve(estimate, keys_of(estimate)[:1])


def refused(estimate, keys):
    """Nothing is written where it is refused."""
    before = Activity.objects.count()
    with pytest.raises(NotAvailable) as refusal:
        splitting.split_off(estimate, keys)
    assert (Estimate.objects.count(), Activity.objects.count()) == (1, before)
    return refusal.value.message


def test_items_that_wait_move_with_their_keys_and_what_is_decided_stays(estimate):
    first, second, third = keys_of(estimate)
    new = splitting.split_off(estimate, [second, third])
    old = lock(estimate)
    assert (keys_of(old), keys_of(new)) == ([first], [second, third])
    assert (old.state, new.state) == ("approved", "waiting")
    assert (old.shipping_amount, new.shipping_amount) == (20, 0)
    assert (old.current_version.number, new.current_version.number) == (2, 1)
    assert new.number != old.number
    assert old.listed_total == old.totals.total
    assert old.activities.filter(verb="split").count() == 1


def test_a_second_press_finds_nothing_to_move(estimate):
    second = keys_of(estimate)[1]
    splitting.split_off(estimate, [second])
    with pytest.raises(NotAvailable):
        splitting.split_off(estimate, [second])
    assert Estimate.objects.count() == 2


def test_what_was_decided_does_not_move(estimate):
    assert "wait for the customer" in refused(estimate, keys_of(estimate)[:1])


def test_an_item_stays():
    estimate = factories.estimate_factory(items=2)
    assert "Leave at least one" in refused(estimate, keys_of(estimate))


def test_nothing_ticked_is_nothing_done(estimate):
    assert "Tick" in refused(estimate, [])


def test_changes_that_are_not_out_yet_do_not_go_out_by_the_way(estimate):
    estimate.title = "Not yet"
    estimate.save_revision()
    assert "your changes first" in refused(lock(estimate), keys_of(estimate)[1:2])


def test_an_order_is_not_split():
    order = factories.order_factory(items=2)
    with pytest.raises(NotAvailable):
        splitting.split_off(order, keys_of(order)[:1])


def test_alternatives_move_together():
    """Left behind, the other one would be what is ordered there, and nobody asked for it."""
    items = [factories.line_item(1)]
    items += [factories.line_item(n, alternative_group="Back") for n in (2, 3)]
    estimate = factories.estimate_factory(items)
    sign, wood, steel = keys_of(estimate)
    new = splitting.split_off(estimate, [wood])
    old = lock(estimate)
    assert (keys_of(old), keys_of(new)) == ([sign], [wood, steel])
    assert (old.counted_keys, new.counted_keys) == ({sign}, {wood})


def test_the_rest_of_an_order_keeps_its_alternatives_too():
    items = [factories.line_item(1)]
    items += [factories.line_item(n, alternative_group="Back") for n in (2, 3)]
    estimate = factories.estimate_factory(items)
    sign, wood, steel = keys_of(estimate)
    estimate = factories.approve(estimate, [sign])
    converting.convert(estimate)
    rest = converting.rest_of(estimate)
    assert (keys_of(rest), rest.counted_keys) == ([wood, steel], {wood})

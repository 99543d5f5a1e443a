"""What the shop changed since the customer opened the page, in sentences."""

import datetime

import pytest

from portal_plugin.portal import staleness
from tests import factories

pytestmark = pytest.mark.django_db


def published_with(document, **values):
    for name, value in values.items():
        setattr(document.lines[0], name, value)
    document.line_items = document.lines
    return factories.publish(document)


def test_everything_that_changed_since_the_page_is_told_not_only_the_last_publish():
    estimate = factories.estimate_factory(items=1)
    (key,) = estimate.standing.items
    seen = {key: estimate.standing.items[key].item_hash}
    estimate = published_with(estimate, quantity=500)
    estimate = published_with(estimate, name="Folded leaflet")
    (sentence,) = staleness.sentences(estimate, seen)
    assert "500" in sentence
    assert "Folded leaflet" in sentence


def test_an_item_that_the_page_never_showed_so_has_changed_all_the_same():
    estimate = factories.estimate_factory(items=1)
    (key,) = estimate.standing.items
    (sentence,) = staleness.sentences(estimate, {key: "0" * 64})
    assert estimate.lines[0].name in sentence


def test_changed_items_are_read_in_one_go(django_assert_num_queries):
    estimate = factories.estimate_factory(items=3)
    seen = {key: item.item_hash for key, item in estimate.standing.items.items()}
    with django_assert_num_queries(1):
        assert len(staleness.sentences(estimate, seen)) == 3


# -- what is payable, outside the items --------------------------------------------------------


def since_version(document):
    return document.current_version.number


def test_a_higher_total_and_another_deposit_are_told_with_both_amounts():
    estimate = factories.estimate_factory(items=1)
    since = since_version(estimate)
    estimate = published_with(estimate)
    estimate.shipping_amount, estimate.deposit_percent = 20, 50
    estimate = factories.publish(estimate)
    total, deposit = staleness.sentences(estimate, {}, since)
    assert total == "The total changed from €119.00 to €139.00."
    assert deposit == "The deposit changed from €0.00 to €69.50."


def test_another_day_of_delivery_is_told_in_the_customers_words():
    estimate = factories.estimate_factory(items=1)
    since = since_version(estimate)
    estimate.delivery_on = datetime.date(2030, 5, 17)
    estimate = factories.publish(estimate)
    (sentence,) = staleness.sentences(estimate, {}, since)
    assert "May 17, 2030" in sentence


def test_nothing_is_said_and_asked_about_the_version_that_the_page_showed(
    django_assert_num_queries,
):
    estimate = factories.estimate_factory(items=1)
    since = since_version(estimate)
    with django_assert_num_queries(0):
        assert staleness.sentences(estimate, {}, since) == []

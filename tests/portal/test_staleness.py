"""What the shop changed since the customer opened the page, in sentences."""

import datetime

import pytest

from portal_plugin.portal import staleness
from portal_plugin.services import previews, proofs
from tests import factories, samples

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
    (change,) = staleness.changes(estimate, seen)
    assert [(row.label, row.was.text, row.now.text) for row in change.rows] == [
        ("Name", "A1 poster", "Folded leaflet"),
        ("Quantity", "2", "500"),
    ]


@pytest.mark.parametrize(
    ("name", "value", "was", "now"),
    [
        ("description", "", "Matt, 170 g", "–"),
        ("unit", "m²", "–", "m²"),
        ("unit_price", "60", "€50.00", "€60.00"),
        ("discount_percent", 10, "–", "10%"),
        ("discount_amount", 5, "–", "€5.00"),
        ("tax_rate", 7, "19%", "7%"),
        ("price_includes_tax", True, "No", "Yes"),
    ],
)
def test_every_field_that_is_part_of_a_yes_is_set_side_by_side(name, value, was, now):
    estimate = factories.estimate_factory(items=1)
    (key,) = estimate.standing.items
    seen = {key: estimate.standing.items[key].item_hash}
    (change,) = staleness.changes(published_with(estimate, **{name: value}), seen)
    assert [(row.was.text, row.now.text) for row in change.rows] == [(was, now)]


def test_a_new_proof_is_set_beside_the_old_one_with_the_text_on_it():
    estimate = factories.estimate_factory(items=1)
    (key,) = estimate.standing.items
    user, first, second = factories.user_factory(), samples.png(), samples.png(size=(20, 20))
    proofs.add_proof_version(estimate, key, samples.upload("a.png", first), wording="Open 9–5")
    proofs.send_now(estimate, user)
    estimate = type(estimate).objects.get(pk=estimate.pk)
    seen = {key: estimate.standing.items[key].item_hash}
    newer = samples.upload("b.png", second)
    version = proofs.add_proof_version(estimate, key, newer, wording="Open 9–6")
    proofs.send_now(estimate, user)
    estimate = type(estimate).objects.get(pk=estimate.pk)
    previews.drain()
    (change,) = staleness.changes(estimate, seen)
    (row,) = change.rows
    assert (row.label, row.was.text, row.now.text) == ("Proof", "Open 9–5", "Open 9–6")
    assert row.was.picture not in (None, row.now.picture)
    assert row.now.picture == version.public_id


def test_an_item_that_is_gone_is_told_by_its_name():
    estimate = factories.estimate_factory(items=2)
    seen = {key: item.item_hash for key, item in estimate.standing.items.items()}
    estimate.line_items = estimate.lines[1:]
    change, _other = staleness.changes(factories.publish(estimate), seen)
    assert str(change) == "A1 poster · This item was taken out of the document."


def test_an_item_that_the_page_never_showed_so_has_changed_all_the_same():
    estimate = factories.estimate_factory(items=1)
    (key,) = estimate.standing.items
    (change,) = staleness.changes(estimate, {key: "0" * 64})
    assert str(change) == "A1 poster · This item changed."


def test_changed_items_are_read_in_one_go(django_assert_num_queries):
    estimate = factories.estimate_factory(items=3)
    seen = {key: item.item_hash for key, item in estimate.standing.items.items()}
    with django_assert_num_queries(1):
        assert len(staleness.changes(estimate, seen)) == 3


# -- what is payable, outside the items --------------------------------------------------------


def since_version(document):
    return document.current_version.number


def test_a_higher_total_and_another_deposit_are_told_with_both_amounts():
    estimate = factories.estimate_factory(items=1)
    since = since_version(estimate)
    estimate = published_with(estimate)
    estimate.shipping_amount, estimate.deposit_percent = 20, 50
    estimate = factories.publish(estimate)
    (change,) = staleness.changes(estimate, {}, since)
    assert str(change) == "Total: €119.00 → €139.00 · Deposit: €0.00 → €69.50"


def test_another_plan_is_set_beside_the_old_one_and_not_its_deposit():
    def plan(percent):
        rest = {"percent": "", "on": "", "days": 9}
        return [{"percent": percent, "on": "", "days": None}, rest]

    estimate = factories.estimate_factory(items=1, instalments=plan("50"))
    estimate.instalments = plan("25")
    (change,) = staleness.changes(factories.publish(estimate), {}, since=1)
    assert [(row.label, row.was.text, row.now.text) for row in change.rows] == [
        (
            "Payment plan",
            "2 instalments: €59.50 (with the order), €59.50 (9 days after the order)",
            "2 instalments: €29.75 (with the order), €89.25 (9 days after the order)",
        )
    ]


def test_another_day_of_delivery_is_told_in_the_customers_words():
    estimate = factories.estimate_factory(items=1)
    since = since_version(estimate)
    estimate.delivery_on = datetime.date(2030, 5, 17)
    estimate = factories.publish(estimate)
    (change,) = staleness.changes(estimate, {}, since)
    assert str(change) == "Delivery: – → May 17, 2030"


def test_nothing_is_said_and_asked_about_the_version_that_the_page_showed(
    django_assert_num_queries,
):
    estimate = factories.estimate_factory(items=1)
    since = since_version(estimate)
    with django_assert_num_queries(0):
        assert staleness.changes(estimate, {}, since) == []

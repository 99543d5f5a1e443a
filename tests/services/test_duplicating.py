"""A document once more, as a draft."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone

from portal_plugin.models import Estimate, Order
from portal_plugin.services import duplicating
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("make", [factories.estimate_factory, factories.order_factory])
def test_a_copy_has_the_words_and_prices_and_nothing_of_the_customers(make):
    document = make(items=2, deposit_percent=50, purchase_order_number="PO-7")
    factories.link_factory(document)
    document = factories.approve(document, [document.lines[0].key])
    copy = duplicating.duplicate(document)
    assert type(copy) is type(document)
    assert (copy.customer, copy.title, copy.deposit_percent) == (
        document.customer,
        document.title,
        50,
    )
    assert [item.unit_price for item in copy.lines] == [Decimal(50), Decimal(50)]
    assert (copy.number, copy.live, copy.current_version) == (None, False, None)
    assert copy.purchase_order_number == ""
    assert copy.family != document.family
    assert not {item.key for item in copy.lines} & {item.key for item in document.lines}
    assert not copy.links.exists()
    assert not copy.decisions.exists()
    assert document.activities.filter(verb="duplicate").count() == 1


def test_a_copy_gets_its_own_number_when_it_goes_out():
    estimate = factories.estimate_factory(items=2)
    copy = factories.publish(duplicating.duplicate(estimate))
    assert copy.number not in (None, estimate.number)
    assert copy.state == "waiting"


def test_what_staff_wrote_last_is_copied():
    estimate = factories.estimate_factory(items=2)
    estimate.title = "Better title"
    estimate.line_items = estimate.lines[:1]
    estimate.save_revision()
    copy = duplicating.duplicate(Estimate.objects.get())
    assert (copy.title, len(copy.lines)) == ("Better title", 1)


def test_the_copy_of_an_expired_estimate_is_valid_as_a_new_one():
    today = timezone.localdate()
    estimate = factories.estimate_factory(items=1, valid_until=today - timedelta(days=90))
    assert duplicating.duplicate(estimate).valid_until == today + timedelta(days=30)


def test_one_press_makes_one_copy_however_often_it_arrives():
    order, key = factories.order_factory(items=1), uuid4()
    first = duplicating.duplicate(order, key=key)
    assert duplicating.duplicate(order, key=key) == first
    assert Order.objects.count() == 2
    duplicating.duplicate(order, key=uuid4())
    assert Order.objects.count() == 3

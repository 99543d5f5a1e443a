"""Whose turn it is with what seems to be over."""

from datetime import timedelta

import pytest

from portal_plugin import days
from portal_plugin.models import ChangeRequest, Order
from portal_plugin.services import listing, on_behalf, paper, payments, staging
from tests import factories, proofing

pytestmark = pytest.mark.django_db


def ask(document):
    link = factories.link_factory(document)
    ChangeRequest.objects.create(document=document, text="Bigger", link=link, number=1)
    listing.refresh(document)


def decline(order):
    keys, user = order.standing.waiting_keys, factories.user_factory()
    on_behalf.record(order, keys, "decline", "On the phone", user)
    return Order.objects.values_list("listed_state", "waiting_for").get()


def is_marked_as_declined():
    return "DECLINED" in paper.sheet(Order.objects.get()).html


def test_what_is_asked_on_an_estimate_that_ran_out_waits_for_the_shop():
    estimate = factories.estimate_factory(valid_until=days.today() - timedelta(days=1))
    assert (estimate.state, estimate.waiting_for) == ("expired", "nobody")
    ask(estimate)
    assert factories.fresh(estimate).waiting_for == "us"


def test_an_order_that_is_not_wanted_waits_for_nobody():
    assert decline(factories.order_factory(items=1)) == ("declined", "nobody")
    assert is_marked_as_declined()


def test_one_that_is_declined_after_it_was_paid_waits_for_the_shop():
    order = factories.order_factory(items=1)
    payments.record_offline(order, amount=order.balance_due, method="Cash")
    assert decline(factories.fresh(order)) == ("declined", "us")


def test_a_no_to_a_later_proof_ends_no_order():
    order = factories.approve(factories.order_factory(items=1))
    proofing.sent(order, drawn=False)
    assert decline(factories.fresh(order)) == ("declined", "us")
    assert not is_marked_as_declined()


def test_what_was_asked_on_an_order_that_is_cancelled_waits_for_nobody():
    order = factories.order_factory(items=1)
    ask(order)
    staging.cancel(order, "No paper")
    assert factories.fresh(order).waiting_for == "nobody"

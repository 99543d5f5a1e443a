from datetime import timedelta

import pytest

from portal_plugin import days
from portal_plugin.models import Estimate, Order
from portal_plugin.services import listing, staging
from tests import factories
from tests.importing import imported

pytestmark = pytest.mark.django_db


def run_out(**values):
    """As the row is on the day after its last one: nothing has happened to it since."""
    estimate = factories.estimate_factory(items=1, **values)
    Estimate.objects.filter(pk=estimate.pk).update(valid_until=days.today() - timedelta(days=1))
    return estimate


def listed(document):
    return Estimate.objects.values_list("listed_state", "waiting_for").get(pk=document.pk)


def test_an_estimate_that_ran_out_waits_for_nobody():
    estimate = run_out()
    assert listed(estimate) == ("waiting", "customer")
    assert listing.drain() == 1
    assert listed(estimate) == ("expired", "nobody")


def test_it_is_written_once():
    run_out()
    listing.drain()
    assert listing.drain() == 0


@pytest.mark.parametrize("day", [0, 1])
def test_one_that_is_still_valid_is_left_alone(day):
    factories.estimate_factory(items=1, valid_until=days.today() + timedelta(days=day))
    assert listing.drain() == 0


def test_a_draft_is_left_alone():
    run_out(published=False)
    assert listing.drain() == 0


def test_an_extended_one_waits_for_the_customer_again():
    estimate = run_out()
    listing.drain()
    staging.extend_validity(estimate, days.today() + timedelta(days=7))
    assert listed(estimate) == ("waiting", "customer")
    assert listing.drain() == 0


def test_one_that_cannot_be_read_keeps_no_other_back():
    factories.break_document(run_out())
    assert listed(run_out()) == ("waiting", "customer")
    assert listing.drain() == 1


# -- what follows from the customer ----------------------------------------------------------------


def test_the_list_follows_what_the_customer_has_to_pay_by(django_capture_on_commit_callbacks):
    customer = factories.customer_factory(name="Kim", email="", payment_days=7)
    factories.order_factory(items=1, customer=customer)
    factories.order_factory(items=1, customer=customer, payment_days=3)
    with django_capture_on_commit_callbacks(execute=True):
        imported(customer.site, "name,payment_days\nKim,30\n")
    due = Order.objects.order_by("pk").values_list("listed_due_on", flat=True)
    assert list(due) == [days.today() + timedelta(days=n) for n in (30, 3)]

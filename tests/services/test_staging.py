from datetime import timedelta

import pytest
from django.utils import timezone

from portal_plugin.exceptions import NotAvailable
from portal_plugin.models import Stage
from portal_plugin.models.documents import lock
from portal_plugin.services import staging
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_cancellation_says_why(reason):
    order = factories.order_factory(items=1)
    with pytest.raises(NotAvailable):
        staging.cancel(order, reason)
    assert lock(order).cancelled_at is None


def test_what_was_cancelled_can_be_opened_again():
    order = factories.order_factory(items=1)
    staging.cancel(order, "No paper")
    staging.reopen(order)
    assert (lock(order).state, lock(order).cancel_reason) == ("waiting", "")


def test_an_order_is_not_valid_for_longer():
    order = factories.order_factory(items=1)
    with pytest.raises(NotAvailable):
        staging.extend_validity(order, timezone.localdate())


def test_an_expired_estimate_that_is_valid_for_longer_waits_again():
    today = timezone.localdate()
    estimate = factories.estimate_factory(items=1, valid_until=today - timedelta(days=2))
    staging.extend_validity(estimate, today + timedelta(days=2))
    assert lock(estimate).state == "waiting"


def test_a_stage_of_another_site_is_refused():
    order = factories.order_factory(items=1)
    other = factories.site_factory("shop-b.localhost")
    staging.ensure_stages(other)
    with pytest.raises(NotAvailable):
        staging.set_stage(order, Stage.objects.filter(site=other).first())


def test_the_starter_stages_speak_the_language_of_the_shop():
    site = factories.site_factory("shop-b.localhost", language="de")
    staging.ensure_stages(site)
    words = set(Stage.objects.filter(site=site).values_list("customer_name", flat=True))
    assert "In production" not in words


def test_a_completed_order_is_not_completed_again():
    order = factories.order_factory(items=1)
    staging.complete(order)
    with pytest.raises(NotAvailable):
        staging.complete(order)

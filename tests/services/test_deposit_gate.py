"""A stage that needs the deposit lets no order in before it is paid, but with a note."""

from decimal import Decimal

import pytest
from django.urls import reverse

from portal_plugin.exceptions import DepositMissing
from portal_plugin.models import Stage
from portal_plugin.services import activity, payments, staging
from tests.factories import fresh, order_factory, user_factory

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    return order_factory(items=1, deposit_percent=Decimal(50))


@pytest.fixture
def stage(order):
    found = Stage.objects.filter(site=order.site).first()
    found.needs_deposit = True
    found.save()
    return found


def test_before_the_deposit_it_is_refused_and_nothing_is_written(order, stage):
    before = order.activities.count()
    with pytest.raises(DepositMissing):
        staging.set_stage(order, stage, note=" ")
    assert fresh(order).stage is None
    assert order.activities.count() == before


def test_a_note_lets_it_through_and_stands_in_the_history(order, stage):
    staging.set_stage(order, stage, note="Regular customer")
    assert fresh(order).stage == stage
    entry = order.activities.get(verb="stage")
    assert activity.facts(entry)["reason"] == "Regular customer"


def test_once_it_is_paid_nothing_is_asked(order, stage):
    payments.record_offline(order, amount=order.deposit_due, method="Cash", user=user_factory())
    staging.set_stage(fresh(order), stage)
    assert fresh(order).stage == stage


def test_the_overview_asks_for_the_note_once_it_was_refused(client, order, stage):
    client.force_login(user_factory())
    url = reverse("portal_admin:do", args=[order.pk, "stage"])
    refused = client.post(url, {"stage": stage.pk})
    assert refused.status_code == 409
    assert 'id="stage-note"' in refused.content.decode()
    assert client.post(url, {"stage": stage.pk, "note": "Regular"}).status_code == 302

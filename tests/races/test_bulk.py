"""Two people who do something to the same rows of a list at the same moment."""

from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from portal_plugin.models import Activity, LedgerEntry, Stage
from portal_plugin.services import staging
from tests.admin.test_bulk import address
from tests.factories import order_factory, site_factory, user_factory

from .together import together

pytestmark = pytest.mark.django_db(transaction=True)


def press_together(actors, action, orders, **data):
    clients = [Client(SERVER_NAME="localhost") for _ in range(actors)]
    for client in clients:
        client.force_login(user_factory())

    def act(index):
        return clients[index].post(address(action, orders), data).status_code

    return together(actors, act)


@pytest.mark.parametrize("actors", [2, 20])
def test_each_balance_is_paid_once(actors):
    orders = [order_factory() for _ in range(3)]
    data = {"method": "Bank transfer", "day": timezone.localdate().isoformat()}
    codes = press_together(actors, "portal-paid", orders, **data)
    assert set(codes) <= {302, 409}
    assert LedgerEntry.objects.count() == len(orders)
    for order in orders:
        order.refresh_from_db()
        assert order.listed_balance == Decimal(0)


def test_a_stage_is_set_once():
    staging.ensure_stages(site_factory())
    orders = [order_factory() for _ in range(3)]
    stage = Stage.objects.filter(site=orders[0].site).first()
    press_together(2, "portal-stage", orders, stage=stage.pk)
    assert Activity.objects.filter(verb="stage").count() == len(orders)
    for order in orders:
        order.refresh_from_db()
        assert order.stage == stage

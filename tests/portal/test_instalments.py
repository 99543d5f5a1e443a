"""The customer's page of an order that is paid in instalments."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal_plugin.services import payments
from tests.factories import fresh
from tests.services.test_instalments import ordered, planned

pytestmark = pytest.mark.django_db
STATE = '<span class="portal-sum-more"><span class="portal-strong">'


def page(client, document):
    url = reverse("portal_plugin:document", kwargs={"public_id": document.public_id})
    with CaptureQueriesContext(
        connection,
    ) as asked:
        html = client.get(url).content.decode()
    return " ".join(html.split()), len(asked)


def test_it_shows_what_is_paid_next_and_overdue(client, enter):
    order = planned()
    enter(order)
    html, _count = page(client, order)
    assert "Payment plan" in html
    assert (
        '1. with the order <span class="portal-sum-more"><span class="portal-strong">Next</span>'
        in html
    )
    payments.record_offline(order, amount=order.amount_due, method="Cash")
    html, _count = page(client, order)
    assert (
        '1. with the order <span class="portal-sum-more"><span class="portal-strong">Paid</span>'
        in html
    )
    ordered(order, 20)
    html, _count = page(client, order)
    assert '<span class="portal-strong">Overdue</span>' in html


def test_payments_keep_to_the_direction_of_the_page(client, enter):
    order = planned(language="ar")
    enter(order)
    payments.record_offline(order, amount=Decimal(100), method="Cash")
    html, _count = page(client, order)
    assert '<bdi>Cash</bdi><span class="portal-sum-more portal-muted"><bdi>' in html


def test_pay_now_is_for_the_next(client, enter):
    order = planned()
    enter(order)
    payments.record_offline(order, amount=order.amount_due, method="Cash")
    url = reverse("portal_plugin:action", args=[order.public_id, "pay"])
    html = client.get(url).content.decode()
    assert f'Instalment 2 for order <bdi class="portal-whole">{order.number}</bdi>' in html
    assert "€333.00" in html


def test_a_plan_costs_no_query_and_without_one_nothing_shows(client, enter):
    with_plan, without = planned(), planned([])
    enter(with_plan)
    enter(without)
    for document in (with_plan, without):
        page(client, document)
        payments.record_offline(document, amount=Decimal(1), method="Cash")
    html, count = page(client, without)
    assert "Payment plan" not in html
    assert page(client, fresh(with_plan))[1] == count

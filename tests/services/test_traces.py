"""Network addresses, browsers and openings are forgotten where a shop says so, and nothing else."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone

from portal_plugin.models import DirectLink, Order, PaymentAttempt, Submission
from portal_plugin.services import traces, work
from portal_plugin.services.evidence import verifying
from tests import factories
from tests.cleaning import run
from tests.portal.browsing import approve, send

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shop():
    return factories.site_factory(traces_kept_months=12)


@pytest.fixture
def order(client, enter):
    order = factories.order_factory(items=2)
    link = enter(order)
    approve(client, order, order.lines[0])
    send(client, order, "comment", text="When?")
    PaymentAttempt.objects.create(
        document_id=order.pk,
        link=link,
        idempotency_key=uuid4(),
        purpose="balance",
        amount=Decimal(5),
        currency="EUR",
        address="203.0.113.7",
    )
    return order


def grow_old(days, ended=None):
    then = timezone.now() - timedelta(days=days)
    Submission.objects.update(created_at=then)
    PaymentAttempt.objects.update(created_at=then)
    DirectLink.objects.update(expires_at=timezone.now() - timedelta(days=ended or days))


def left():
    """Addresses and openings that are known."""
    sent = Submission.objects.exclude(address=None, user_agent="").count()
    paid = PaymentAttempt.objects.exclude(address=None).count()
    return sent + paid + DirectLink.objects.exclude(opened_count=0).count()


def test_after_the_months_all_of_them_are_forgotten(order):
    assert left() == 4
    grow_old(366)
    assert "4 rows were forgotten" in run()
    assert left() == 0
    assert DirectLink.objects.filter(last_opened_at=None, last_seen_at=None).exists()
    assert "forgotten" not in run()


def test_what_was_agreed_and_its_history_hold_without_them(order, monkeypatch):
    monkeypatch.setattr("portal_plugin.days.MONTH", timedelta(0))
    DirectLink.objects.update(expires_at=timezone.now())
    assert traces.forget(100) == 4
    assert Order.objects.get().standing.items[order.lines[0].key].state == "approved"
    assert next(verifying.faults(Order.objects.get()), None) is None


def test_until_then_they_are_kept(order):
    grow_old(364)
    run()
    assert left() == 4


def test_a_link_that_opens_keeps_when_it_was_opened(order):
    grow_old(366, ended=-30)
    run()
    assert left() == 1


def test_where_a_shop_says_nothing_all_are_kept(order):
    factories.site_factory(traces_kept_months=None)
    other = factories.site_factory("shop-b.localhost", traces_kept_months=1)
    factories.order_factory(items=1, site=other)
    grow_old(4000)
    run()
    assert left() == 4


def test_a_dry_run_counts_them(order):
    grow_old(366)
    assert "4 rows are to be forgotten" in run(dry_run=True)
    assert left() == 4


@pytest.mark.parametrize(
    "known",
    [{"address": None, "user_agent": "Phone"}, {"address": "203.0.113.7", "user_agent": ""}],
    ids=["browser", "address"],
)
def test_an_address_or_a_browser_alone_is_forgotten_too(order, known):
    Submission.objects.update(**known)
    grow_old(366)
    traces.forget(100)
    assert not Submission.objects.exclude(address=None, user_agent="").exists()


@pytest.mark.parametrize("sign", ["opened_count", "last_opened_at", "last_seen_at"])
def test_each_sign_of_a_visit_is_forgotten_where_it_is_the_only_one(order, sign):
    nothing = {"opened_count": 0, "last_opened_at": None, "last_seen_at": None}
    some = 1 if sign == "opened_count" else timezone.now()
    DirectLink.objects.update(**nothing | {sign: some})
    grow_old(366)
    traces.forget(100)
    assert not DirectLink.objects.exclude(**nothing).exists()


def test_nothing_is_forgotten_when_the_time_is_over(order):
    grow_old(366)
    with work.time_box(0):
        assert traces.forget(3) == 0
    assert left() == 4


def test_what_is_younger_stays_beside_what_is_forgotten(order):
    older = {model: model.objects.earliest("pk").pk for model in (Submission, PaymentAttempt)}
    PaymentAttempt.objects.create(
        document_id=factories.order_factory(items=1).pk,
        idempotency_key=uuid4(),
        purpose="balance",
        amount=Decimal(5),
        currency="EUR",
        address="203.0.113.7",
    )
    for model, pk in older.items():
        then = timezone.now() - timedelta(days=366)
        model.objects.filter(pk=pk).update(created_at=then)
    assert traces.forget(100) == 2
    for model, pk in older.items():
        assert model.objects.get(address=None).pk == pk
        assert model.objects.exclude(address=None).exists()


def test_not_more_than_so_many_go_at_once(order, monkeypatch):
    monkeypatch.setattr(traces, "STEP", 1)
    grow_old(366)
    assert traces.forget(3) == 3
    assert left() == 1
    assert traces.forget(3) == 1

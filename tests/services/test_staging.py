from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from portal_plugin.exceptions import NotAvailable
from portal_plugin.models import OutgoingEmail, Stage
from portal_plugin.models.documents import lock
from portal_plugin.services import activity, mail_rendering, staging
from portal_plugin.services.payments import booking
from portal_plugin.services.presentation import document_view
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]


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


def paid_order():
    order = factories.order_factory(items=1)
    booking.record_offline(order, amount=Decimal(50))
    return order


@pytest.mark.parametrize("money", ["", "gone"])
def test_a_cancellation_says_what_happens_to_the_money(money):
    order = paid_order()
    with pytest.raises(NotAvailable):
        staging.cancel(order, "No paper", money=money)
    assert lock(order).cancelled_at is None
    assert not order.activities.filter(verb="cancel").exists()


@pytest.mark.parametrize(
    ("money", "waiting_for", "sentence"),
    [
        ("kept", "nobody", "We keep the €50.00 that you paid."),
        ("refund", "us", "We pay €50.00 back to you."),
    ],
)
def test_the_customer_reads_what_happens_to_the_money(money, waiting_for, sentence):
    order = paid_order()
    staging.cancel(order, "No paper", money=money)
    fresh = lock(order)
    assert fresh.waiting_for == waiting_for
    assert document_view(fresh).cancel_money == sentence
    entry = order.activities.get(verb="cancel")
    assert activity.facts(entry) == {"reason": "No paper", "money": money, "paid": "50"}


def test_an_order_that_is_opened_again_keeps_nothing_of_the_cancellation():
    order = paid_order()
    staging.cancel(order, "No paper", money="refund")
    staging.reopen(order)
    assert (lock(order).money_after_cancel, lock(order).refund_due) == ("", 0)


def test_what_is_cancelled_converted_or_never_went_out_is_not_cancelled():
    cancelled = factories.order_factory(items=1)
    staging.cancel(cancelled, "No paper")
    converted = factories.estimate_factory(items=1)
    factories.approve(converted)
    draft = factories.estimate_factory(items=1, published=False)
    sentences = set()
    for document in (cancelled, converted, draft):
        with pytest.raises(NotAvailable) as refused:
            staging.cancel(document, "Once more")
        sentences.add(refused.value.message)
    assert len(sentences) == 3


def test_what_is_open_is_not_opened_again():
    order = factories.order_factory(items=1)
    with pytest.raises(NotAvailable):
        staging.reopen(order)
    assert not order.activities.filter(verb="reopen").exists()


def test_an_estimate_is_not_made_valid_until_a_day_that_is_over():
    estimate = factories.estimate_factory(items=1)
    with pytest.raises(NotAvailable):
        staging.extend_validity(estimate, timezone.localdate() - timedelta(days=1))
    assert lock(estimate).valid_until_override is None


def test_the_same_last_day_twice_is_one_entry():
    estimate, day = factories.estimate_factory(items=1), timezone.localdate()
    staging.extend_validity(estimate, day)
    staging.extend_validity(estimate, day)
    assert estimate.activities.filter(verb="extend").count() == 1


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


def stage_of(order, **values):
    values = {"name": "Ready", "customer_name": "Ready for you"} | values
    return Stage.objects.create(site=order.site, **values)


def told():
    return OutgoingEmail.objects.filter(kind="news_stage", state="waiting")


def test_a_stage_that_tells_the_customer_sends_one_email_however_often_it_is_set():
    order = factories.order_factory(items=1)
    factories.link_factory(order)
    stage = stage_of(order, notifies_customer=True)
    staging.set_stage(order, stage)
    staging.set_stage(order, stage)
    assert told().count() == 1
    assert order.activities.filter(verb="stage").count() == 1
    assert "Ready for you" in mail_rendering.render(told().get(), url="#").subject


def test_other_stages_tell_nobody():
    order = factories.order_factory(items=1)
    factories.link_factory(order)
    staging.set_stage(order, stage_of(order))
    assert not told().exists()


def test_a_stage_that_was_a_wrong_click_is_not_told():
    order = factories.order_factory(items=1)
    factories.link_factory(order)
    staging.set_stage(order, stage_of(order, notifies_customer=True))
    staging.set_stage(order, stage_of(order, name="Preparing"))
    assert not told().exists()


def test_nobody_waits_for_a_paid_order_in_a_final_stage():
    order = factories.approve(factories.order_factory(items=1))
    staging.set_stage(order, stage_of(order, is_final=True))
    assert lock(order).waiting_for == "customer"
    booking.record_offline(order, amount=order.totals.total)
    assert lock(order).waiting_for == "nobody"


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

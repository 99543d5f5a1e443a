"""Stolen cards are tried where nobody counts: here somebody does, on rows."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from portal_plugin.exceptions import TooManyRequests
from portal_plugin.models import Decline, LedgerEntry, PaymentAttempt, Submission
from portal_plugin.services import payments
from portal_plugin.statuses import AttemptState
from tests.factories import link_factory
from tests.filling import url_of
from tests.paying import ask, begin, confirm, order, standin, take_all

__all__ = ["standin"]

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json", "X-Portal-Fragment": "1"}
HERE, THERE = "192.0.2.1", "192.0.2.2"


def decline(standin, document, times, address=HERE):
    """So many cards, without a page of ours between them."""
    attempt = begin(document, address=address).attempt
    for _time in range(times):
        confirm(standin, attempt.payment_intent, "0002")
        take_all(standin)
    return PaymentAttempt.objects.get(pk=attempt.pk)


def press(client, document, key=None, **visitor):
    fields = {"client_key": key or uuid4(), "shown": document.amount_due}
    return client.post(url_of(document, "pay"), fields, headers=JSON, **visitor)


def test_each_declined_card_counts_once(standin):
    decline(standin, order(), 3)
    take_all(standin)
    assert Decline.objects.count() == 3


def test_after_five_there_is_a_pause_with_the_bank_details(client, standin, enter):
    document = order()
    enter(document)
    attempt = decline(standin, document, 4)
    assert press(client, document).status_code == 200
    confirm(standin, attempt.payment_intent, "0002")
    take_all(standin)
    answer = press(client, document)
    assert answer.status_code == 429
    assert "You can try again in 15 minutes" in answer.json()["error"]
    url = reverse("portal_plugin:action", args=[document.public_id, "pay"])
    html = client.get(url).content.decode()
    assert "Several payments were declined" in html
    assert "IBAN DE02" in html
    assert "data-script" not in html


def test_the_pause_does_not_live_in_the_cache(client, standin, enter):
    document = order()
    enter(document)
    decline(standin, document, 5)
    cache.clear()
    assert press(client, document).status_code == 429


def test_what_is_open_is_closed_at_stripe_too(standin):
    attempt = decline(standin, order(), 5)
    assert ask(standin).v1.payment_intents.retrieve(attempt.payment_intent).status == "canceled"
    assert attempt.state == AttemptState.CANCELLED


def test_after_the_pause_a_good_card_pays(client, standin, enter):
    document = order()
    enter(document)
    decline(standin, document, 5)
    Decline.objects.update(created_at=timezone.now() - timedelta(minutes=16))
    assert press(client, document).status_code == 200
    confirm(standin, PaymentAttempt.objects.first().payment_intent)
    take_all(standin)
    assert LedgerEntry.objects.total() == Decimal("35.70")


def test_another_order_from_the_same_address_waits_too_for_an_hour(standin):
    document, other = order(), order()
    decline(standin, document, 5)
    assert payments.pause(document, HERE)
    assert payments.pause(other, HERE)
    assert not payments.pause(other, THERE)
    assert not payments.pause(other, None)
    earlier = Decline.objects.exclude(pk=Decline.objects.latest("pk").pk)
    earlier.update(created_at=timezone.now() - timedelta(minutes=61))
    assert not payments.pause(document, HERE)
    assert not payments.pause(other, HERE)


def test_how_many_is_a_setting(standin, settings):
    settings.PORTAL_PLUGIN = {
        **settings.PORTAL_PLUGIN,
        "DECLINES_PER_HOUR": 2,
        "DECLINE_PAUSE_MINUTES": 60,
    }
    document = order()
    decline(standin, document, 2)
    assert payments.pause(document, None) == 60


def test_presses_are_counted_by_document_whatever_link_and_cache(client, standin, enter, settings):
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "PAYMENTS_PER_HOUR": 3}
    document = order()
    statuses = []
    for _link in range(5):
        cache.clear()
        enter(document, link_factory(document))
        statuses.append(press(client, document).status_code)
    assert statuses == [200, 200, 200, 429, 429]


def test_attempts_are_counted_by_address_for_an_hour(standin, settings):
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "PAYMENTS_PER_HOUR": 1}
    for _number in range(5):
        begin(order(), address=HERE)
    other = order()
    with pytest.raises(TooManyRequests):
        payments.check_pace(other, HERE)
    payments.check_pace(other, THERE)
    PaymentAttempt.objects.update(created_at=timezone.now() - timedelta(minutes=61))
    payments.check_pace(other, HERE)


def test_only_presses_of_pay_on_this_order_in_the_last_hour_count(settings):
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "PAYMENTS_PER_HOUR": 1}
    document, other = order(), order()

    def pressed(where, action="pay", **age):
        row = Submission.objects.create(document=where, client_key=uuid4(), action=action)
        Submission.objects.filter(pk=row.pk).update(created_at=timezone.now() - timedelta(**age))

    pressed(other)
    pressed(other)
    pressed(document, "comment")
    pressed(document, "comment")
    pressed(document, minutes=61)
    pressed(document, minutes=59)
    payments.check_pace(document, None)
    pressed(document)
    with pytest.raises(TooManyRequests):
        payments.check_pace(document, None)


def test_whoever_has_no_address_is_not_counted_by_it(standin, settings):
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "PAYMENTS_PER_HOUR": 1}
    for _number in range(5):
        begin(order(), address=None)
    payments.check_pace(order(), None)


def test_a_limit_of_none_pauses_nobody_before_a_card_was_declined(standin, settings):
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "DECLINES_PER_HOUR": 0}
    assert payments.pause(order(), HERE) == 0


def test_the_same_press_again_is_no_way_around_the_pause(client, standin, enter):
    document = order()
    enter(document)
    url = reverse("portal_plugin:action", args=[document.public_id, "pay"])
    fields = {"client_key": uuid4(), "shown": document.amount_due}
    assert client.post(url, fields, headers=JSON).status_code == 200
    attempt = PaymentAttempt.objects.get()
    for _time in range(5):
        confirm(standin, attempt.payment_intent, "0002")
        take_all(standin)
    assert client.post(url, fields, headers=JSON).status_code == 429
    assert PaymentAttempt.objects.count() == 1


def test_a_payment_keeps_who_began_it_and_from_where(client, standin, enter):
    document = order()
    link = enter(document)
    assert press(client, document, REMOTE_ADDR=HERE).status_code == 200
    attempt = PaymentAttempt.objects.get()
    assert (attempt.address, attempt.link) == (HERE, link)


def test_whoever_tried_cards_on_one_order_waits_on_their_other_one(client, standin, enter):
    document, key = order(), uuid4()
    enter(document)
    assert press(client, document, key, REMOTE_ADDR=THERE).status_code == 200
    decline(standin, order(), 5, HERE)
    for pressed in (key, uuid4()):
        assert press(client, document, pressed, REMOTE_ADDR=HERE).status_code == 429
        assert press(client, document, pressed, REMOTE_ADDR=THERE).status_code == 200
    for address, is_told in ((HERE, True), (THERE, False)):
        html = client.get(url_of(document, "pay"), REMOTE_ADDR=address).content.decode()
        assert ("Several payments were declined" in html) is is_told

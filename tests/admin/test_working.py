"""Verbs of the overview that move a document along."""

from decimal import Decimal
from uuid import uuid4

import pytest

from portal_plugin.models import Estimate, Order
from portal_plugin.services import staging
from portal_plugin.services.payments import booking
from tests.factories import approve, estimate_factory, order_factory
from tests.paying import begin, confirm, order, standin, take_all

from . import pages

__all__ = ["standin"]

pytestmark = pytest.mark.django_db


def say(client, document, verb, **data):
    return client.post(pages.do(document, verb), data, follow=True)


def page_of(client, document):
    return client.get(pages.overview(document)).content.decode()


def test_staff_choose_whether_all_items_make_the_order(client, boss):
    document = estimate_factory(items=2)
    assert 'value="all"' in page_of(client, document)
    say(client, document, "convert", which="all")
    assert len(Order.objects.get().lines) == 2


def test_only_the_approved_items_make_the_order_where_that_was_chosen(client, boss):
    document = estimate_factory(items=2)
    approve(document, [document.lines[0].key])
    said = say(client, document, "convert", which="approved").content.decode()
    order, rest = Order.objects.get(), Estimate.objects.exclude(pk=document.pk).get()
    assert len(order.lines) == len(rest.lines) == 1
    assert f"Order {order.number} is made. The other items are on the new estimate" in said
    assert f"{rest.number} now. Send it to the customer." in said


def test_items_are_split_off_and_the_two_lead_to_each_other(client, boss):
    document = estimate_factory(items=3)
    key = str(document.lines[2].key)
    response = say(client, document, "split", item=key)
    new = Estimate.objects.exclude(pk=document.pk).get()
    assert f"new estimate {new.number}" in response.content.decode()
    assert pages.overview(new) in page_of(client, document)
    assert pages.overview(document) in page_of(client, new)


def test_a_split_without_a_tick_says_so(client, boss):
    document = estimate_factory(items=3)
    response = say(client, document, "split")
    assert "Tick at least one item." in response.content.decode()
    assert say(client, document, "split", item="junk").status_code == 409
    assert Estimate.objects.count() == 1


def test_one_press_of_duplicate_makes_one_draft(client, boss):
    document, key = order_factory(items=1), str(uuid4())
    say(client, document, "duplicate", key=key)
    response = say(client, document, "duplicate", key=key)
    copy = Order.objects.exclude(pk=document.pk).get()
    assert response.redirect_chain[0][0] == pages.overview(copy)
    assert "as a new draft" in response.content.decode()


def test_cancelling_a_paid_order_asks_for_the_money(client, boss):
    document = order_factory(items=1)
    booking.record_offline(document, amount=Decimal(50))
    response = say(client, document, "cancel", reason="No paper")
    assert "what happens to the money" in response.content.decode()
    response = say(client, document, "cancel", reason="No paper", money="refund")
    assert "What was paid is to be paid back." in response.content.decode()


def test_the_money_is_not_asked_about_where_none_came(client, boss):
    assert 'name="money"' not in page_of(client, order_factory(items=1))


def test_cancelling_says_what_becomes_of_a_payment_that_is_under_way(client, boss, standin):
    document = order()
    sentence = "If it arrives after that, it is to be paid back."
    assert sentence not in page_of(client, document)
    confirm(standin, begin(document).attempt.payment_intent, "sepa")
    take_all(standin)
    assert sentence in page_of(client, document)


def test_the_last_stage_offers_to_complete_the_order(client, boss):
    document = approve(order_factory(items=1))
    last = staging.Stage.objects.get(site=document.site, is_final=True)
    response = say(client, document, "stage", stage=last.pk)
    assert "you can complete the order now" in response.content.decode()


def test_editors_make_copies_and_do_not_convert(client, staff_of, only_site):
    document = estimate_factory(items=2)
    staff_of(only_site, "Portal editors")
    say(client, document, "duplicate")
    assert Estimate.objects.count() == 2
    for verb in ("convert", "split"):
        say(client, document, verb, which="all", item=str(document.lines[0].key))
    assert not Order.objects.exists()


def test_a_document_of_another_site_is_not_copied(client, staff_of, only_site, other_site):
    document = estimate_factory(items=1, site=other_site)
    staff_of(only_site)
    assert say(client, document, "duplicate").status_code == 404
    assert Estimate.objects.count() == 1


def test_of_the_approved_items_those_that_are_ticked_make_the_order(client, boss):
    document = estimate_factory(items=3)
    first, second, _third = (item.key for item in document.lines)
    approve(document, [first, second])
    assert f'name="item" value="{first}" checked' in page_of(client, document)
    response = say(client, document, "convert", which="approved", chosen="1", item=[])
    assert response.status_code == 409
    say(client, document, "convert", which="approved", chosen="1", item=[str(first)])
    assert [item.key for item in Order.objects.get().lines] == [first]

"""A change around approved items waits for one yes of the customer, unless it is only good news."""

import datetime
from decimal import Decimal
from uuid import uuid4

import pytest

from portal_plugin.exceptions import NotAvailable, PortalError, StaleDocument
from portal_plugin.models import Activity, Estimate, Order, OutgoingEmail, Submission
from portal_plugin.services import (
    activity,
    choosing,
    confirming_changes,
    converting,
    links,
    mail_jobs,
    on_behalf,
    sending,
)
from portal_plugin.services.presentation import document_view
from portal_plugin.statuses import DocumentState, Verdict, WaitingFor
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]


def again(document, items=None, **values):
    """A new version of the document with other values around its items."""
    for name, value in values.items():
        setattr(document, name, value)
    document.line_items = document.lines if items is None else items
    return factories.publish(document)


@pytest.fixture
def order():
    """Approved: two items of 119.00."""
    return factories.approve(factories.order_factory(items=2))


@pytest.mark.parametrize(
    "values",
    [
        {"shipping_amount": 30},
        {"deposit_percent": 50},
        {"delivery_on": datetime.date(2030, 5, 1)},
        {"delivery_text": "By courier"},
    ],
)
@pytest.mark.says_it_first
def test_an_approved_order_waits_for_the_customer_again(order, values):
    assert order.state == DocumentState.APPROVED
    changed = again(order, **values)
    assert changed.state == changed.listed_state == DocumentState.WAITING
    assert changed.waiting_for == WaitingFor.CUSTOMER
    assert not Order.objects.ready_to_start().exists()
    assert {item.state for item in changed.standing.items.values()} == {"approved"}


@pytest.mark.parametrize(
    "values", [{"discount_amount": 30}, {"introduction": "Hello"}, {"purchase_order_number": "7"}]
)
def test_what_lowers_the_total_or_costs_nothing_asks_for_nothing(order, values):
    assert again(order, **values).state == DocumentState.APPROVED


def test_a_lower_total_is_good_news(order):
    view = document_view(again(order, discount_percent=50))
    assert view.good_news == ["The total changed from €238.00 to €119.00."]
    assert not view.to_confirm


def test_without_an_approval_there_is_nothing_to_confirm():
    assert not again(
        factories.order_factory(items=1), shipping_amount=30
    ).standing.change_to_confirm


def test_both_amounts_are_said(order):
    view = document_view(again(order, shipping_amount=30, deposit_percent=10))
    assert view.to_confirm == [
        "The total changed from €238.00 to €268.00.",
        "The deposit changed from €0.00 to €26.80.",
    ]


def test_a_dearer_item_asks_for_its_own_approval_alone(order):
    order.lines[0].unit_price = 90
    changed = again(order)
    assert changed.standing.change_to_confirm is None
    assert factories.approve(changed).state == DocumentState.APPROVED


def test_a_dearer_item_hides_no_dearer_shipping(order):
    order.lines[0].unit_price = 90
    changed = factories.approve(again(order, shipping_amount=30))
    assert changed.standing.waiting_keys == []
    assert changed.state == DocumentState.WAITING


def test_cheaper_items_hide_no_dearer_shipping(order):
    order.lines[0].unit_price = 10
    assert again(order, shipping_amount=30).standing.change_to_confirm.raises


def test_a_credit_that_is_taken_away_asks():
    items = [factories.line_item(1), factories.line_item(2, unit_price=-10)]
    order = factories.approve(factories.order_factory(items=items))
    assert again(order, order.lines[:1]).standing.change_to_confirm.raises


def test_an_approved_option_that_is_ticked_again_asks():
    items = [factories.line_item(1), factories.line_item(2, is_optional=True)]
    order = factories.approve(factories.order_factory(items=items))
    order.lines[1].is_selected = False
    order = again(order, shipping_amount=200)
    on_behalf.confirm_change(order, "Phone", factories.user_factory())
    order = Order.objects.get()
    order.lines[1].is_selected = True
    assert again(order).standing.change_to_confirm.raises


def test_an_item_that_moves_to_another_estimate_moves_no_deposit():
    estimate = factories.estimate_factory(items=3, deposit_percent=50)
    estimate = factories.approve(estimate, [estimate.lines[0].key])
    assert again(estimate, estimate.lines[:2]).standing.change_to_confirm is None


def test_staff_write_the_yes_down(order):
    boss = factories.user_factory()
    link = factories.link_factory(order)
    changed = again(order, shipping_amount=30)
    OutgoingEmail.objects.all().delete()
    on_behalf.confirm_change(changed, "On the phone", boss)
    order = Order.objects.get()
    assert order.state == order.listed_state == DocumentState.APPROVED
    entry = Activity.objects.get(verb="confirmed_for_customer")
    facts = activity.facts(entry)
    assert (facts["version"], facts["digest"]) == (2, order.current_version.digest)
    assert Submission.objects.get(pk=facts["submission"]).note == "On the phone"
    assert OutgoingEmail.objects.get(kind="receipt_confirm_change").recipient == link.recipient
    assert activity.first_broken(order) is None


def test_once_confirmed_only_what_changes_after_it_asks(order):
    boss = factories.user_factory()
    changed = again(order, shipping_amount=30)
    on_behalf.confirm_change(changed, "Phone", boss)
    changed = again(Order.objects.get(), introduction="Hello")
    assert changed.state == DocumentState.APPROVED
    changed = again(changed, shipping_amount=40)
    assert document_view(changed).to_confirm == ["The total changed from €268.00 to €278.00."]


def test_what_was_raised_and_lowered_again_needs_no_yes(order):
    changed = again(again(order, shipping_amount=30), shipping_amount=0)
    assert changed.state == DocumentState.APPROVED
    assert document_view(changed).good_news == []


def test_a_yes_without_a_note_or_to_nothing_writes_nothing(order):
    boss = factories.user_factory()
    with pytest.raises(NotAvailable):
        on_behalf.confirm_change(order, "Phone", boss)
    changed = again(order, shipping_amount=30)
    with pytest.raises(PortalError):
        on_behalf.confirm_change(changed, " ", boss)
    with pytest.raises(StaleDocument):
        on_behalf.confirm_change(changed, "Phone", boss, shown=1)
    assert not Activity.objects.filter(verb="confirmed_for_customer").exists()
    assert not Submission.objects.filter(action="confirm_change_for_customer").exists()


def test_an_estimate_becomes_an_order_with_the_yes_that_was_missing():
    estimate = factories.estimate_factory(items=2)
    first, second = (item.key for item in estimate.lines)
    estimate = again(factories.approve(estimate, [first]), shipping_amount=30)
    estimate = factories.approve(estimate, [second])
    assert estimate.state == DocumentState.WAITING
    assert not Order.objects.exists()
    on_behalf.confirm_change(estimate, "Phone", factories.user_factory())
    order = Order.objects.get(source_estimate=estimate)
    assert order.state == DocumentState.APPROVED
    assert order.totals.shipping == 30


def test_no_order_is_made_of_what_nobody_confirmed():
    estimate = factories.estimate_factory(items=2)
    estimate = again(factories.approve(estimate, [estimate.lines[0].key]), shipping_amount=30)
    with pytest.raises(NotAvailable):
        converting.convert(estimate, user=factories.user_factory())
    assert not Order.objects.exists()


def test_an_order_agrees_with_the_estimate_that_it_was_made_from():
    estimate = factories.estimate_factory(items=2, deposit_percent=30)
    first, second = (item.key for item in estimate.lines)
    boss = factories.user_factory()
    on_behalf.record(estimate, [second], Verdict.DECLINE, "Phone", boss)
    factories.approve(Estimate.objects.get(), [first])
    order = Order.objects.get()
    assert order.standing.change_since_agreed is None
    assert again(order, shipping_amount=5).standing.change_to_confirm.raises


def test_staff_may_publish_what_was_agreed(order):
    order.shipping_amount = 30
    order.line_items = order.lines
    order.save_revision()
    on_behalf.publish_agreed(Order.objects.get(), "Kim, on the phone", factories.user_factory())
    assert Order.objects.get().state == DocumentState.APPROVED
    assert not OutgoingEmail.objects.filter(kind="news_change_to_confirm", state="waiting").exists()


def test_publishing_tells_what_it_will_ask(order):
    order.shipping_amount = 30
    order.line_items = order.lines
    order.save_revision()
    fresh = Order.objects.get()
    change = confirming_changes.change_to_come(fresh, fresh.get_latest_revision_as_object())
    assert change.total == (238, 268)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ({"shipping_amount": 30}, "news_change_to_confirm"),
        ({"discount_amount": 30}, "news_lower_total"),
        ({"introduction": "Hello"}, None),
    ],
)
def test_whoever_has_a_way_in_is_told_once(order, values, kind):
    link = factories.link_factory(order)
    OutgoingEmail.objects.all().delete()
    changed = again(order, **values)
    again(changed, closing="Bye")
    found = list(OutgoingEmail.objects.filter(kind__startswith="news_"))
    assert [(email.kind, email.recipient) for email in found] == (
        [(kind, link.recipient)] if kind else []
    )


def test_sending_the_document_stands_for_the_news(order):
    factories.link_factory(order)
    changed = again(order, shipping_amount=30)
    sending.send_document(changed, recipients=[changed.customer], user=factories.user_factory())
    news = OutgoingEmail.objects.get(kind="news_change_to_confirm")
    assert news.state == "withheld"


def test_the_news_say_both_amounts_in_the_language_of_the_document(order):
    order = again(order, language="de")
    factories.link_factory(order)
    again(order, shipping_amount=30)
    news = OutgoingEmail.objects.get(kind="news_change_to_confirm")
    assert "268,00" in news.facts["happenings"][0]["headline"]
    assert links.of_document(order).exists()


def test_it_costs_one_query_more_where_nothing_changed(order, django_assert_num_queries):
    order = Order.objects.select_related("customer", "stage").get()
    with django_assert_num_queries(3 + 1):
        assert order.state == DocumentState.APPROVED
    again(order, introduction="Hello")
    order = Order.objects.select_related("customer", "stage").get()
    with django_assert_num_queries(3 + 2):
        assert order.state == DocumentState.APPROVED


def test_the_one_button_of_an_email_leads_to_the_yes(order):
    view = document_view(again(order, shipping_amount=30))
    assert mail_jobs.job(view, None, set()) == "Confirm the change"
    link = factories.link_factory(view.document, role="pay")
    assert mail_jobs.job(view, link, set()) == "Open the order"


def test_what_the_customer_chose_is_no_change_of_the_shops():
    items = [factories.line_item(1), factories.line_item(2, is_optional=True, is_selected=False)]
    estimate = factories.estimate_factory(items=items)
    option = estimate.lines[1].key
    said = Submission.objects.create(document=estimate, client_key=uuid4(), action="choose")
    choosing.choose(estimate, {option: True}, said)
    estimate = factories.approve(Estimate.objects.get(), [option])
    changed = again(estimate, shipping_amount=30)
    assert document_view(changed).to_confirm == ["The total changed from €238.00 to €268.00."]


def test_amounts_are_those_that_can_be_paid_in_coins():
    order = factories.order_factory(items=1, currency="CHF", rounding_unit=Decimal("0.05"))
    changed = again(factories.approve(order), shipping_amount=Decimal("0.03"))
    assert changed.standing.change_to_confirm.total[1] == changed.totals.total

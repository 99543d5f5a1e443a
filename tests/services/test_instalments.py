"""An order that is paid in instalments, from its estimate to its last payment."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone

from portal_plugin import days
from portal_plugin.exceptions import DepositMissing
from portal_plugin.models import Order, OutgoingEmail, SalesDocument, Stage, Submission
from portal_plugin.services import mail_jobs, mail_rendering, payments, splitting, staging, versions
from portal_plugin.services.choosing import choose
from portal_plugin.services.duplicating import duplicate
from portal_plugin.services.paper import page
from portal_plugin.services.payments import choosing, offers
from portal_plugin.services.presentation import document_view
from portal_plugin.services.presentation.sentences import next_sentence, state_sentence
from portal_plugin.statuses import PaymentPurpose, WaitingFor
from tests.factories import approve, estimate_factory, fresh, line_item, order_factory, publish
from tests.paying import ask, begin, confirm, standin, take_all

__all__ = ["standin"]

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]

THIRDS = [
    {"percent": "33.3", "on": "", "days": None},
    {"percent": "33.3", "on": "", "days": 14},
    {"percent": "", "on": "2031-05-03", "days": None},
]


def planned(plan=THIRDS, price="1000", **values):
    items = [line_item(1, quantity=1, unit_price=Decimal(price), tax_rate=0)]
    return approve(order_factory(items=items, instalments=plan, **values))


def pay(order, amount):
    payments.record_offline(order, amount=Decimal(amount), method="Cash")
    return fresh(order)


def ordered(order, ago):
    """As if it had gone out so many days ago."""
    out = timezone.now() - timedelta(days=ago)
    SalesDocument.objects.filter(pk=order.pk).update(first_published_at=out)
    return fresh(order)


def test_pay_asks_for_one_after_the_other():
    order = planned(price="100")
    asked = []
    while order.balance_due:
        due = choosing.chosen(order)
        asked.append((due.purpose, due.instalment, due.amount))
        order = pay(order, due.amount)
    purpose = PaymentPurpose.INSTALMENT
    assert asked == [
        (purpose, 1, Decimal("33.30")),
        (purpose, 2, Decimal("33.30")),
        (purpose, 3, Decimal("33.40")),
    ]
    assert (order.next_instalment, order.amount_due, order.overpaid) == (None, 0, 0)


def test_what_was_paid_in_part_is_asked_for_the_rest():
    order = pay(planned(), "400")
    assert (order.next_instalment.number, order.amount_due) == (2, Decimal("266"))
    view = document_view(order)
    assert [row.state for row in view.plan] == ["paid", "next", "later"]
    assert [row.is_begun for row in view.plan] == [False, True, False]
    assert view.plan[1].left == "€266.00"


def test_money_that_went_back_is_asked_for_again():
    order = planned()
    entry = payments.record_offline(order, amount=Decimal("333"), method="Cash")
    payments.refund_outside(entry, amount=Decimal("33"), reason="Late", is_owed_again=True)
    assert (fresh(order).next_instalment.number, fresh(order).amount_due) == (1, 33)


def test_what_comes_with_the_order_is_paid_before_the_shop_starts():
    order = planned()
    stage = Stage.objects.filter(site=order.site).first()
    Stage.objects.filter(pk=stage.pk).update(needs_deposit=True)
    assert order.deposit_due == order.listed_deposit_due == 333
    assert order.waiting_for == WaitingFor.CUSTOMER
    with pytest.raises(DepositMissing):
        staging.set_stage(order, Stage.objects.get(pk=stage.pk))
    order = pay(order, "333")
    assert (order.deposit_due, order.waiting_for) == (0, WaitingFor.US)
    assert order in Order.objects.ready_to_start()


def test_a_plan_that_begins_later_stops_nobody():
    order = planned([{"percent": "50", "on": "", "days": 10}, THIRDS[2]])
    assert (order.deposit_due, order.amount_due, order.waiting_for) == (0, 500, WaitingFor.US)


def test_the_list_follows_the_day_of_the_next_instalment():
    order = ordered(pay(planned(), "333"), 20)
    assert order.payment_due_on == order.next_instalment.on == days.today() - timedelta(days=6)
    order = pay(order, "1")
    assert order.listed_due_on == order.payment_due_on
    assert list(Order.objects.payment_overdue()) == [order]
    order = pay(order, "332")
    assert order.listed_due_on == date(2031, 5, 3)
    assert list(Order.objects.unpaid()) == [order]
    assert not Order.objects.payment_overdue()


def test_the_usual_days_to_pay_hold_for_what_comes_with_the_order():
    order = ordered(planned(payment_days=7), 0)
    assert order.payment_due_on == days.today() + timedelta(days=7)
    assert planned().payment_due_on is None


def test_what_the_customer_reads():
    order = planned()
    view = document_view(order)
    assert state_sentence(view) == "Approved. The first instalment of €333.00 is due."
    assert next_sentence(view) == "The shop starts when the first instalment has arrived."
    assert "deposit" not in [row.kind for row in view.totals]
    view = document_view(ordered(pay(order, "333"), 20))
    assert state_sentence(view).startswith("Instalment 2 of €333.00 was due on ")
    assert [row.state for row in view.plan] == ["paid", "overdue", "later"]
    view = document_view(pay(order, "333"))
    assert state_sentence(view) == ("Approved. Instalment 3 of €334.00 is due by May 3, 2031.")


def test_an_estimate_says_what_will_be_due():
    items = [line_item(1, quantity=1, unit_price=Decimal(1000), tax_rate=0)]
    estimate = estimate_factory(items=items, instalments=THIRDS)
    view = document_view(estimate)
    assert [(row.when, row.state) for row in view.plan] == [
        ("with the order", "later"),
        ("14 days after the order", "later"),
        ("by May 3, 2031", "later"),
    ]
    assert "a first instalment of €333.00 is due" in next_sentence(view)


def test_the_order_and_a_copy_have_the_plan_of_what_they_were_made_from():
    estimate = estimate_factory(items=2, instalments=THIRDS)
    keys = [item.key for item in estimate.lines]
    rest = splitting.split_off(estimate, keys[:1])
    assert rest.instalments == fresh(estimate).instalments == THIRDS
    order = approve(fresh(estimate)).resulting_order
    assert order.instalments == duplicate(order).instalments == THIRDS


def test_a_copy_has_no_day_that_is_over():
    gone = {**THIRDS[2], "on": "2026-01-31"}
    order = planned([THIRDS[0], gone])
    assert order.instalments[1]["on"] == "2026-01-31"
    assert duplicate(order).instalments == [THIRDS[0], {**gone, "on": ""}]


def test_a_version_keeps_the_plan_and_one_without_has_no_word_of_it():
    order = planned()
    assert versions.plan_of(order.current_version).terms == order.plan
    assert '"instalments"' not in order_factory().current_version.content


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (
            {"instalments": [{**THIRDS[0], "percent": "60"}, THIRDS[2]]},
            "2 instalments: €600.00 (with",
        ),
        ({"instalments": []}, "→ no instalments."),
        ({"instalments": [], "deposit_percent": 20}, "→ a deposit of €200.00."),
    ],
)
def test_another_plan_is_confirmed_before_anything_is_paid(values, said):
    order = planned()
    for name, value in values.items():
        setattr(order, name, value)
    order = publish(order)
    change = order.standing.change_to_confirm
    assert change.moves_plan
    assert change.moves_money
    view = document_view(order)
    assert len(view.to_confirm) == 1
    assert said in view.to_confirm[0]


def test_a_dearer_plan_is_asked_once_as_the_total():
    order = planned()
    order.shipping_amount = Decimal(100)
    view = document_view(publish(order))
    assert view.to_confirm == ["The total changed from €1,000.00 to €1,100.00."]


def test_a_cancelled_order_has_none():
    order = planned()
    order.cancelled_at = timezone.now()
    assert (order.next_instalment, order.amount_due) == (None, 0)
    assert document_view(order).plan == []


def test_paper_says_what_is_paid_and_nothing_that_a_day_changes():
    order = ordered(pay(planned(), "333"), 20)
    html = page(document_view(order))
    assert "Payment plan" in html
    assert html.count("· Paid") == 1
    assert "Overdue" not in html


def test_words_at_stripe_and_in_emails():
    order = planned()
    assert offers.purpose_text(PaymentPurpose.INSTALMENT, "7", 2) == "Instalment 2 for order 7"
    job = mail_jobs._pay(document_view(order))
    assert str(job) == "Pay instalment 1 of €333.00"


def test_without_a_plan_nothing_is_planned():
    order = order_factory()
    assert (order.plan, order.planned, order.next_instalment) == ((), (), None)
    assert document_view(order).plan == []


@pytest.mark.says_it_first
def test_a_card_form_for_one_is_not_that_for_the_next(standin):
    halves = [{"percent": "50", "on": "", "days": None}, {"percent": "", "on": "", "days": 9}]
    order = planned(halves)
    first = begin(order)
    assert begin(fresh(order)).attempt == first.attempt
    second = begin(pay(order, "500"))
    assert second.attempt.amount == first.attempt.amount == 500
    assert (first.attempt.instalment, second.attempt.instalment) == (1, 2)
    assert ask(standin).v1.payment_intents.retrieve(second.attempt.payment_intent).description == (
        f"Instalment 2 for order {order.number}"
    )
    confirm(standin, second.attempt.payment_intent)
    take_all(standin, "payment_intent.succeeded")
    assert fresh(order).balance_due == 0
    assert offers.progress(fresh(order)).message == "Thank you. Instalment 2 of €500.00 is paid."


def test_a_choice_moves_the_instalments():
    items = [line_item(1, quantity=1, unit_price=100, tax_rate=0)]
    option = line_item(
        2, quantity=1, unit_price=50, tax_rate=0, is_optional=True, is_selected=False
    )
    estimate = estimate_factory(items=[*items, option], instalments=THIRDS)
    assert sum(part.amount for part in estimate.planned) == 100
    said = Submission.objects.create(document=estimate, client_key=uuid4(), action="choose")
    choose(estimate, {estimate.lines[1].key: True}, said)
    assert sum(part.amount for part in estimate.planned) == 150


def test_staff_read_of_the_next_instalment_in_their_own_language():
    order = planned(language="ar")
    email = OutgoingEmail(kind="staff_comment", site=order.site, document=order, language="en")
    text = mail_rendering.render(email, url="#").text
    assert "Instalment 1 of 3" in text
    assert "(with the order)" in text

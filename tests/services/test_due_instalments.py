"""The customer is reminded of an instalment once, the day before."""

from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from portal_plugin import days
from portal_plugin.models import (
    Customer,
    DocumentVersion,
    OutgoingEmail,
    PaymentAttempt,
    SalesDocument,
)
from portal_plugin.services import due_instalments, listing, mail_rendering
from portal_plugin.statuses import AttemptState, LinkRole, PaymentPurpose
from tests.factories import break_document, fresh, link_factory, publish

from .test_instalments import THIRDS, ordered, pay, planned

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon(monkeypatch, settings):
    settings.TIME_ZONE = "UTC"
    noon = datetime.now(ZoneInfo("UTC")).replace(hour=12)
    monkeypatch.setattr(due_instalments.timezone, "now", lambda: noon)


@pytest.fixture
def order():
    """Whose second instalment is due tomorrow."""
    found = ordered(pay(planned(), "333"), 13)
    yesterday = due_instalments.timezone.now() - timedelta(days=1)
    DocumentVersion.objects.filter(document=found.pk).update(created_at=yesterday)
    listing.refresh(found)
    link_factory(found)
    assert fresh(found).listed_due_on == days.today() + timedelta(days=1)
    return fresh(found)


def mails():
    return OutgoingEmail.objects.filter(kind="news_instalment").count()


def test_once(order):
    assert [due_instalments.drain(), due_instalments.drain(), mails()] == [1, 0, 1]
    assert order.activities.filter(verb="instalment").count() == 1
    letter = mail_rendering.render(OutgoingEmail.objects.get(kind="news_instalment"), url="#")
    assert "An instalment is due" in letter.subject
    assert "Instalment 2 of 3" in letter.text


def test_what_is_paid_is_not_reminded_of(order):
    pay(order, "333")
    assert due_instalments.drain() == 0


def test_not_whoever_wants_no_reminders(order):
    Customer.objects.update(gets_reminders=False)
    assert due_instalments.drain() == 0


def test_nor_what_is_no_instalment(order):
    SalesDocument.objects.filter(pk=order.pk).update(instalments=[])
    assert due_instalments.drain() == 0


def test_nobody_who_may_only_look(order):
    order.links.update(role=LinkRole.LOOK)
    assert [due_instalments.drain(), mails()] == [1, 0]
    assert not order.activities.filter(verb="instalment").exists()


def test_not_before_and_not_after(order):
    for ago in (12, 15):
        moved = ordered(order, ago)
        listing.refresh(moved)
        assert due_instalments.drain() == 0


def pays_already(order):
    PaymentAttempt.objects.create(
        document_id=order.pk,
        idempotency_key=uuid4(),
        purpose=PaymentPurpose.INSTALMENT,
        instalment=2,
        amount=333,
        currency="EUR",
        state=AttemptState.PROCESSING,
    )


def test_nobody_whose_payment_is_under_way(order):
    pays_already(order)
    assert [due_instalments.drain(), mails()] == [0, 0]


def test_nobody_of_a_plan_that_was_not_agreed_to(order):
    order.instalments = [THIRDS[0], {**THIRDS[1], "percent": "40"}, THIRDS[2]]
    moved = publish(order)
    yesterday = due_instalments.timezone.now() - timedelta(days=1)
    DocumentVersion.objects.filter(document=order.pk).update(created_at=yesterday)
    assert moved.standing.change_to_confirm.moves_plan
    assert [due_instalments.drain(), mails()] == [0, 0]


def test_one_that_cannot_be_read_keeps_nobody_else_from_their_reminder(order):
    broken = ordered(pay(planned(), "333"), 13)
    DocumentVersion.objects.update(created_at=due_instalments.timezone.now() - timedelta(days=1))
    # The first of them in the queue.
    SalesDocument.objects.filter(pk=broken.pk).update(listed_due_on=days.today())
    break_document(broken)
    assert due_instalments.drain() == 1
    assert OutgoingEmail.objects.get(kind="news_instalment").document_id == order.pk


def test_those_that_are_passed_by_keep_nobody_from_their_reminder(order, monkeypatch):
    monkeypatch.setattr(due_instalments, "ROWS_AT_ONCE", 1)
    waits = ordered(pay(planned(), "333"), 13)
    DocumentVersion.objects.update(created_at=due_instalments.timezone.now() - timedelta(days=1))
    SalesDocument.objects.filter(pk=waits.pk).update(listed_due_on=days.today())
    pays_already(waits)
    assert due_instalments.drain() == 1
    assert OutgoingEmail.objects.get(kind="news_instalment").document_id == order.pk

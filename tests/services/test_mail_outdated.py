"""A mail server was away for days: what reminds of something is not told when that is over."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail
from django.utils import timezone

from portal_plugin.models import Comment, Customer, OutgoingEmail, SalesDocument
from portal_plugin.services import deadlines, notifications, outbox
from portal_plugin.statuses import EmailState
from tests import factories

pytestmark = pytest.mark.django_db
MORNING_BEFORE = datetime(2030, 5, 6, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _utc(settings):
    settings.TIME_ZONE = "UTC"


@pytest.fixture
def at(monkeypatch):
    def at(moment):
        monkeypatch.setattr(timezone, "now", lambda: moment)

    return at


@pytest.fixture
def estimate(at):
    """Whose customer was to be reminded this morning; the email has not left yet."""
    estimate = factories.estimate_factory(items=1, approve_by=date(2030, 5, 7))
    factories.link_factory(estimate)
    estimate.links.update(expires_at=datetime(2031, 1, 1, tzinfo=UTC))
    at(MORNING_BEFORE)
    assert deadlines.drain() == 1
    return estimate


def reminder():
    return OutgoingEmail.objects.get(kind="news_deadline")


def test_while_the_answer_is_missing_it_goes_out(estimate):
    assert outbox.drain() == 1
    assert reminder().state == EmailState.SENT
    assert "still missing" in mail.outbox[0].subject + mail.outbox[0].body


def is_withheld():
    outbox.drain()
    assert not [one for one in mail.outbox if "still missing" in one.subject + one.body]
    assert reminder().state == EmailState.WITHHELD
    assert "over" in reminder().error
    return True


def test_who_answered_meanwhile_is_not_told_that_it_is_missing(estimate):
    factories.approve(estimate)
    assert is_withheld()


def test_after_the_day_nobody_is_reminded_of_it(estimate, at):
    at(MORNING_BEFORE + timedelta(days=2))
    assert is_withheld()


def test_whoever_wants_no_reminders_any_longer_gets_none(estimate):
    Customer.objects.update(gets_reminders=False)
    assert is_withheld()


def test_nor_of_a_day_that_was_moved(estimate):
    SalesDocument.objects.filter(pk=estimate.pk).update(approve_by=date(2030, 5, 20))
    assert is_withheld()


def test_what_was_written_beside_it_is_told_alone(estimate):
    comment = Comment.objects.create(document=estimate, text="We have your colour again")
    notifications.shop_acted(estimate, "comment", facts={"comment": comment.pk})
    SalesDocument.objects.filter(pk=estimate.pk).update(approve_by=None)
    assert outbox.drain() == 1
    (message,) = mail.outbox
    assert "We have your colour again" in message.body
    assert "still missing" not in message.subject + message.body


def queue(kind, order, **values):
    return outbox.queue(
        kind=kind, site=order.site, document=order, facts={"happenings": [{"kind": kind}]}, **values
    )


@pytest.mark.parametrize(("is_paid", "wants"), [(False, True), (True, True), (False, False)])
def test_an_instalment_that_was_paid_meanwhile_is_not_asked_for(is_paid, wants):
    """Nor of whoever wants no reminders any longer."""
    order = factories.order_factory(items=1)
    Customer.objects.update(gets_reminders=wants)
    link = factories.link_factory(order)
    day = timezone.localdate()
    left = 0 if is_paid else 10
    SalesDocument.objects.filter(pk=order.pk).update(
        listed_due_on=day, reminded_of_instalment=day, listed_balance=left
    )
    queue("news_instalment", order, link=link)
    assert outbox.drain() == (1 if wants and not is_paid else 0)


@pytest.mark.parametrize(("turn", "sent"), [("us", 1), ("customer", 0)])
def test_staff_are_not_told_that_something_waits_which_they_did(turn, sent):
    order = factories.order_factory(items=1)
    SalesDocument.objects.filter(pk=order.pk).update(waiting_for=turn)
    queue("staff_waiting", order, address="shop@example.org")
    assert outbox.drain() == sent


@pytest.mark.parametrize(("hours", "sent"), [(23, 1), (25, 0)])
def test_of_several_mornings_the_last_is_told(hours, sent):
    order = factories.order_factory(items=1)
    ann = factories.user_factory()
    email = outbox.queue(
        kind="staff_digest", site=order.site, staff=ann, facts={"documents": [order.pk]}
    )
    written = timezone.now() - timedelta(hours=hours)
    OutgoingEmail.objects.filter(pk=email.pk).update(created_at=written)
    assert outbox.drain() == sent

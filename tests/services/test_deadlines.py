"""The day to answer by: shown, reminded of once, and never an answer by itself."""

from datetime import UTC, date, datetime

import pytest
from django.utils import timezone

from portal_plugin.models import Customer, DocumentVersion, Estimate, OutgoingEmail, SalesDocument
from portal_plugin.services import deadlines, mail_rendering, paper
from portal_plugin.services.presentation import document_view
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]
DAY = date(2030, 5, 7)


@pytest.fixture
def at(monkeypatch):
    def at(day, hour=10, month=5):
        moment = datetime(2030, month, day, hour, tzinfo=UTC)
        monkeypatch.setattr(timezone, "now", lambda: moment)

    return at


@pytest.fixture(autouse=True)
def _utc(settings):
    settings.TIME_ZONE = "UTC"


@pytest.fixture
def estimate():
    estimate = factories.estimate_factory(
        items=2, approve_by=DAY, approve_by_reason="for delivery on Friday"
    )
    factories.link_factory(estimate)
    estimate.links.update(expires_at=datetime(2031, 1, 1, tzinfo=UTC))
    return estimate


def reminders():
    return OutgoingEmail.objects.filter(kind="news_deadline").count()


@pytest.mark.parametrize(
    ("day", "hour", "expected"),
    [(5, 12, 0), (6, 8, 0), (6, 9, 1), (7, 8, 1), (7, 23, 1), (8, 9, 0)],
)
def test_the_customer_is_reminded_from_the_morning_before(estimate, at, day, hour, expected):
    at(day, hour)
    deadlines.drain()
    assert reminders() == expected


def test_once(estimate, at):
    at(6)
    deadlines.drain()
    at(7)
    deadlines.drain()
    assert reminders() == 1
    assert estimate.activities.filter(verb="deadline").count() == 1


def test_again_where_the_day_was_moved(estimate, at):
    at(6)
    deadlines.drain()
    SalesDocument.objects.update(approve_by=date(2030, 5, 20))
    at(19)
    deadlines.drain()
    assert reminders() == 2


def test_not_on_the_day_on_which_it_went_out(estimate, at):
    DocumentVersion.objects.update(created_at=datetime(2030, 5, 6, 8, tzinfo=UTC))
    at(6)
    deadlines.drain()
    assert reminders() == 0


def test_not_whoever_wants_no_reminders(estimate, at):
    Customer.objects.update(gets_reminders=False)
    at(6)
    deadlines.drain()
    assert reminders() == 0
    Customer.objects.update(gets_reminders=True)
    deadlines.drain()
    assert reminders() == 1


@pytest.mark.parametrize("how", ["expired", "nowhere"])
def test_where_nobody_is_reached_the_history_does_not_say_that_they_were(estimate, at, how):
    if how == "expired":
        estimate.links.update(expires_at=datetime(2030, 5, 1, tzinfo=UTC))
    else:
        Customer.objects.update(email="")
        estimate.customer.contacts.update(email="")
    at(6)
    deadlines.drain()
    assert not estimate.activities.filter(verb="deadline").exists()


def test_not_where_everything_is_answered(estimate, at):
    factories.approve(estimate)
    at(6)
    deadlines.drain()
    assert reminders() == 0


def test_nothing_is_approved_by_itself_and_a_late_answer_is_taken(estimate, at):
    at(8)
    deadlines.drain()
    fresh = Estimate.objects.get()
    assert fresh.state == "waiting"
    assert factories.approve(fresh).state == "converted"


def test_page_email_and_paper_show_it(client, enter, estimate, at):
    at(6)
    deadlines.drain()
    said = "Please answer by May 7, 2030: for delivery on Friday"
    letter = mail_rendering.render(OutgoingEmail.objects.get(kind="news_deadline"), url="#")
    assert said in letter.text
    assert "Your answer is still missing" in letter.subject
    assert "May 7, 2030" in paper.page(document_view(estimate))
    enter(estimate)
    assert said in client.get(f"/portal/d/{estimate.public_id}/").content.decode()


def test_after_it_the_page_says_so_kindly(client, enter, estimate, at):
    enter(estimate)
    at(8)
    page = client.get(f"/portal/d/{estimate.public_id}/").content.decode()
    assert "You can still answer" in page


def test_nothing_is_said_where_none_was_set(client, enter):
    document = factories.estimate_factory()
    enter(document)
    page = client.get(f"/portal/d/{document.public_id}/").content.decode()
    assert "answer by" not in page


def test_one_that_cannot_be_read_keeps_nobody_else_from_their_reminder(estimate, at, caplog):
    other = factories.estimate_factory(items=1, approve_by=DAY)
    factories.link_factory(other)
    other.links.update(expires_at=datetime(2031, 1, 1, tzinfo=UTC))
    factories.break_document(estimate)
    at(6)
    assert deadlines.drain() == 1
    assert OutgoingEmail.objects.get().document_id == other.pk
    assert f"Reminder {estimate.pk} broke down" in caplog.text

"""Whom of the staff an email goes to: the responsible person, the mailbox, who wants all of it."""

from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.utils import timezone

from portal_plugin import days
from portal_plugin.models import Comment, OutgoingEmail, SalesDocument, StaffPreference
from portal_plugin.services import (
    answering,
    assigning,
    listing,
    notifications,
    outbox,
    starter,
    telling,
    telling_later,
)
from tests.factories import (
    break_document,
    customer_factory,
    estimate_factory,
    fresh,
    link_factory,
    order_factory,
    site_factory,
    user_factory,
)

pytestmark = pytest.mark.django_db

MAILBOX = "office@northline.example"
#: A Tuesday, after the hour of the daily email.
TUESDAY = timezone.make_aware(datetime(2030, 3, 5, 12))


@pytest.fixture
def ann():
    return user_factory(first_name="Ann", last_name="Lee")


@pytest.fixture
def order(ann):
    order = order_factory(items=1)
    assigning.assign(order, ann)
    order.refresh_from_db()
    return order


def wish(user, told="mine", **values):
    return StaffPreference.objects.create(user=user, told=told, **values)


def told(document):
    return [each.staff or each.address for each in telling.told_at_once(document)]


def written():
    return [(e.kind, e.staff or e.address) for e in OutgoingEmail.objects.order_by("pk")]


# -- at once --------------------------------------------------------------------------------------


def test_the_responsible_person_unless_they_said_otherwise(order, ann):
    assert told(order) == [ann]


@pytest.mark.parametrize(
    ("what", "is_told"), [("all", True), ("mine", True), ("digest", False), ("none", False)]
)
def test_as_they_wish(order, ann, what, is_told):
    wish(ann, what)
    assert told(order) == ([ann] if is_told else [])


def test_the_mailbox_where_nobody_is_responsible():
    assert told(order_factory(items=1)) == [MAILBOX]


def test_the_mailbox_until_they_are_back(order, ann):
    row = wish(ann, away_until=days.today())
    assert told(order) == [MAILBOX]
    row.away_until = days.today() - timedelta(days=1)
    row.save()
    assert told(order) == [ann]


@pytest.mark.parametrize("values", [{"is_active": False}, {"email": ""}])
def test_the_mailbox_where_they_cannot_be_reached(order, ann, values):
    type(ann).objects.filter(pk=ann.pk).update(**values)
    order.refresh_from_db()
    assert told(order) == [MAILBOX]


def test_the_mailbox_where_their_account_is_deleted_while_a_notice_waits(order, ann):
    notifications.staff_told(order, "overpaid")
    ann.delete()
    outbox.drain()
    assert [letter.to for letter in mail.outbox] == [[MAILBOX]]


def test_who_wants_all_of_it_is_told_besides(order, ann):
    boss = user_factory()
    wish(boss, "all")
    assert told(order) == [ann, boss]
    StaffPreference.objects.update(away_until=days.today())
    assert told(order) == [ann]


def test_but_not_of_another_shop(order, ann):
    other = site_factory("shop-b.localhost")
    theirs = user_factory(is_superuser=False)
    theirs.groups.add(*starter.ensure_groups(other))
    wish(theirs, "all")
    assert told(order) == [ann]
    assert told(order_factory(site=other, customer=customer_factory(other), items=1))[1:] == [
        theirs
    ]


def test_the_mailbox_where_the_responsible_person_may_not_see_it_any_more(order):
    """Who went over to another shop reads nothing more of what its customers write."""
    moved = user_factory(is_superuser=False)
    moved.groups.add(*starter.ensure_groups(site_factory("shop-b.localhost")))
    assigning.assign(order, moved)
    order.refresh_from_db()
    assert told(order) == [MAILBOX]
    moved.groups.add(*starter.ensure_groups(order.site))
    assert told(fresh(order)) == [fresh(moved)]


def test_each_of_them_gets_an_email_of_their_own(order, ann):
    boss = user_factory()
    wish(boss, "all")
    notifications.customer_acted(order, "comment", link=link_factory(order))
    assert written()[1:] == [("staff_comment", ann), ("staff_comment", boss)]


def test_the_foot_says_why(order, ann):
    boss = user_factory()
    wish(boss, "all")
    notifications.staff_told(order, "overpaid")
    outbox.drain()
    texts = {letter.to[0]: letter.body for letter in mail.outbox}
    said = {address: text.rpartition("--\n")[2] for address, text in texts.items()}
    assert any(ann.email in to and "you are responsible" in text for to, text in said.items())
    assert any(boss.email in to and "told of everything" in text for to, text in said.items())


# -- after a working day --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "before"),
    [
        ("2030-03-05 12:00", "2030-03-04 12:00"),  # Tuesday: Monday
        ("2030-03-04 12:00", "2030-03-01 12:00"),  # Monday: Friday
        ("2030-03-02 12:00", "2030-03-01 00:00"),  # Saturday: Friday has just ended
        ("2030-03-03 12:00", "2030-03-01 00:00"),  # Sunday: the same
    ],
)
def test_a_working_day_before(now, before):
    tz = timezone.get_default_timezone()

    def moment(text):
        return timezone.make_aware(datetime.fromisoformat(text), tz)

    assert telling.one_working_day_before(moment(now)) == moment(before)


@pytest.fixture
def lying(order):
    """Our turn for two days, with a message that nobody answered."""
    link = link_factory(order)
    Comment.objects.create(document=order, link=link, text="When?")
    listing.refresh(order)
    SalesDocument.objects.filter(pk=order.pk).update(waiting_since=TUESDAY - timedelta(days=1.5))
    type(order.activities.first()).objects.update(created_at=TUESDAY - timedelta(days=2))
    OutgoingEmail.objects.all().delete()
    return order


def sweep(now=TUESDAY):
    telling_later._digests(now)
    telling_later._left_lying(now)


def test_the_mailbox_hears_of_what_nobody_did_anything_about_once(lying):
    sweep(TUESDAY - timedelta(days=1))
    assert written() == []
    sweep()
    OutgoingEmail.objects.update(created_at=TUESDAY)
    sweep()
    assert written() == [("staff_waiting", MAILBOX)]


def test_not_where_somebody_did_something(lying, ann):
    answering.note(lying, "Asked the printer", ann)
    lying.activities.filter(verb="note").update(created_at=TUESDAY - timedelta(hours=1))
    sweep()
    assert written() == []


def test_nor_where_it_was_told_from_the_start(lying):
    assigning.assign(lying, None)
    SalesDocument.objects.update(responsible=None)
    sweep()
    assert written() == []


def test_nor_of_what_has_waited_since_long_ago(lying):
    SalesDocument.objects.update(waiting_since=TUESDAY - timedelta(days=60))
    sweep()
    assert written() == []


# -- once a day -----------------------------------------------------------------------------------


def test_one_email_a_day_names_what_waits(lying, ann):
    wish(ann, "digest")
    other = estimate_factory(items=1)
    assigning.assign(other, ann)
    sweep()
    sweep(TUESDAY + timedelta(hours=3))
    digests = [row for row in written() if row[0] == "staff_digest"]
    assert digests == [("staff_digest", ann)]
    assert OutgoingEmail.objects.get(kind="staff_digest").facts == {"documents": [lying.pk]}
    sweep(TUESDAY + timedelta(days=1))
    assert OutgoingEmail.objects.filter(kind="staff_digest").count() == 2


def test_it_names_nothing_that_they_may_not_see_any_more(lying, ann):
    wish(ann, "digest")
    type(ann).objects.filter(pk=ann.pk).update(is_superuser=False)
    sweep()
    assert [kind for kind, _to in written()] == ["staff_waiting"]


def test_it_is_written_as_the_documents_stand_and_keeps_no_name(lying, ann):
    wish(ann, "digest")
    telling_later._digests(TUESDAY)
    row = OutgoingEmail.objects.get()
    assert lying.customer.name not in repr(row.facts)
    outbox.drain()
    (letter,) = mail.outbox
    assert ann.email in letter.to[0]
    assert letter.subject == "1 document for you"
    assert f"Order {lying.number} for {lying.customer.name}: Waiting for approval" in letter.body
    assert "once a day" in letter.body


@pytest.mark.parametrize(("values", "hour"), [({"told": "mine"}, 12), ({"told": "digest"}, 5)])
def test_not_without_having_asked_nor_in_the_night(lying, ann, values, hour):
    wish(ann, **values)
    telling_later._digests(TUESDAY.replace(hour=hour))
    assert written() == []


def test_not_while_away_nor_where_nothing_waits(lying, ann):
    row = wish(ann, "digest", away_until=TUESDAY.date())
    telling_later._digests(TUESDAY)
    assert written() == []
    row.away_until = None
    row.save()
    SalesDocument.objects.update(waiting_for="nobody")
    telling_later._digests(TUESDAY + timedelta(days=5))
    assert written() == []


def test_a_document_that_cannot_be_read_keeps_the_mailbox_from_hearing_of_no_other(lying, ann):
    broken = order_factory(items=1)
    SalesDocument.objects.filter(pk=broken.pk).update(
        responsible=ann, waiting_for="us", waiting_since=TUESDAY - timedelta(days=1.5)
    )
    broken.activities.update(created_at=TUESDAY - timedelta(days=2))
    break_document(broken)
    sweep()
    assert OutgoingEmail.objects.get().document_id == lying.pk

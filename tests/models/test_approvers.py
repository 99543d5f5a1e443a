"""Where all must approve: whose yes is missing, and what a no, a change and an undo do to it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal_plugin.exceptions import NotAvailable
from portal_plugin.models import OutgoingEmail, SalesDocument
from portal_plugin.models.documents import lock
from portal_plugin.registry import action
from portal_plugin.services import (
    deadlines,
    links,
    listing,
    on_behalf,
    reminding,
    splitting,
    versions,
)
from portal_plugin.services.visits import Visit
from portal_plugin.statuses import DocumentState, ItemState
from tests import factories
from tests.actions.test_roles import run
from tests.factories import fresh
from tests.services.test_deciding import decide

pytestmark = pytest.mark.django_db


def make():
    """The estimate, Kim's link to it and Alex's."""
    document = factories.estimate_factory(items=2, approvals_needed="all")
    people = [{"name": name, "email": f"{name}@example.org"} for name in ("Kim", "Alex")]
    return document, *(factories.link_factory(document, **person) for person in people)


@pytest.fixture(scope="module")
def made(make_once):
    return make_once(make)


@pytest.fixture
def estimate(made):
    return fresh(made[0])


@pytest.fixture
def kim(made):
    return fresh(made[1])


@pytest.fixture
def alex(made):
    return fresh(made[2])


def answer(document, link, name="approve", place=0, **typed):
    """As its form does, with what its page shows."""
    key = fresh(document).lines[place].key
    initial = action(name)(Visit(fresh(document), link), key).initial()
    shown = {name: "" if value is None else value for name, value in initial.items()}
    return run(document, link, name, key, **shown, accept_terms="on", **typed)


def item(document, place=0):
    standing = fresh(document).standing
    return standing.items[fresh(document).lines[place].key]


def test_an_item_is_approved_when_everybody_has_said_yes(estimate, kim, alex):
    said = answer(estimate, kim).message
    assert "It now waits for" not in said  # another item still waits for Kim
    assert item(estimate).state == ItemState.WAITING
    assert [str(link.recipient) for link in item(estimate).missing] == ["Alex"]
    answer(estimate, alex)
    assert item(estimate).state == ItemState.APPROVED
    assert item(estimate).approvals == ()


def test_the_last_yes_makes_the_order_and_no_earlier_one(estimate, kim, alex):
    for place in (0, 1):
        answer(estimate, kim, place=place)
    assert fresh(estimate).state == DocumentState.WAITING
    answer(estimate, alex)
    answer(estimate, alex, place=1)
    assert fresh(estimate).state == DocumentState.CONVERTED
    assert fresh(estimate).resulting_order.state == DocumentState.APPROVED


def test_who_has_said_yes_has_no_button_and_reads_whom_it_waits_for(
    client, enter, estimate, kim, alex
):
    enter(estimate, kim)
    key = estimate.lines[0].key
    answer(estimate, kim)
    page = client.get(f"/portal/d/{estimate.public_id}/").content.decode()
    assert "Approved by Kim; waits for Alex." in page
    assert "Waiting for you: 1 item" in page
    with pytest.raises(NotAvailable):
        answer(estimate, kim)
    answer(estimate, kim, place=1)
    page = client.get(f"/portal/d/{estimate.public_id}/").content.decode()
    assert "You have approved. It waits for Alex." in page
    assert "Approve: " not in page
    assert client.get(f"/portal/d/{estimate.public_id}/a/approve/{key}/").status_code == 409


def test_one_no_declines(estimate, kim, alex):
    answer(estimate, kim)
    answer(estimate, alex, "decline")
    assert item(estimate).state == ItemState.DECLINED


def test_who_may_not_approve_is_not_asked(estimate, kim, alex):
    links.limit(alex, "look")
    answer(estimate, kim)
    assert item(estimate).state == ItemState.APPROVED


def test_who_is_stopped_is_not_waited_for_and_the_lists_know(estimate, kim, alex):
    for place in (0, 1):
        answer(estimate, kim, place=place)
    links.revoke(alex)
    assert fresh(estimate).state == DocumentState.APPROVED
    assert fresh(estimate).listed_state == DocumentState.APPROVED


def test_an_expired_link_is_still_waited_for(estimate, kim, alex):
    links.extend(alex, timezone.now() - timedelta(days=1))
    answer(estimate, kim)
    assert item(estimate).state == ItemState.WAITING


def test_who_comes_after_everybody_said_yes_is_not_asked(estimate, kim, alex):
    links.revoke(alex)
    answer(estimate, kim)
    factories.link_factory(estimate, name="Late", email="late@example.org")
    assert item(estimate).state == ItemState.APPROVED
    assert item(estimate, 1).state == ItemState.WAITING


def test_a_right_given_back_after_that_asks_nobody_again(estimate, kim, alex):
    links.limit(alex, "look")
    answer(estimate, kim)
    links.limit(alex, "approve")
    assert item(estimate).state == ItemState.APPROVED


def test_an_edit_asks_everybody_anew(estimate, kim, alex):
    answer(estimate, kim)
    document = fresh(estimate)
    changed = document.get_latest_revision_as_object()
    line = changed.line_items.get(key=document.lines[0].key)
    line.description = "Glossy"
    line.save()
    factories.publish(changed)
    answer(estimate, alex)
    assert [str(link.recipient) for link in item(estimate).missing] == ["Kim"]


def test_an_undo_takes_back_a_yes_that_waits_for_others(estimate, kim, alex):
    answer(estimate, kim)
    key = estimate.lines[0].key
    on_behalf.take_back(fresh(estimate), key, "Wrong proof", factories.user_factory())
    assert item(estimate).approvals == ()
    answer(estimate, alex)
    assert [str(link.recipient) for link in item(estimate).missing] == ["Kim"]


def test_what_staff_wrote_down_counts_for_everybody(estimate, kim, alex):
    factories.approve(fresh(estimate), [estimate.lines[0].key])
    assert item(estimate).state == ItemState.APPROVED


def test_a_change_request_after_the_first_yes_asks_both_again(estimate, kim, alex):
    answer(estimate, kim)
    key = estimate.lines[0].key
    run(estimate, alex, "change_request", key, text="Larger")
    asked = fresh(estimate).standing.open_requests[0]
    run(estimate, alex, "withdraw_change_request", change_request=asked.pk)
    answer(estimate, alex)
    assert [str(link.recipient) for link in item(estimate).missing] == ["Kim"]


def test_only_those_are_reminded_whose_yes_is_missing(estimate, kim, alex):
    for place in (0, 1):
        answer(estimate, kim, place=place)
    links.limit(factories.link_factory(estimate, role="look"), "look")
    OutgoingEmail.objects.all().delete()
    reminding.remind(fresh(estimate))
    assert [email.link_id for email in OutgoingEmail.objects.all()] == [alex.pk]


def test_the_day_to_answer_by_is_told_to_whoever_has_still_to_answer(estimate, kim, alex):
    for place in (0, 1):
        answer(estimate, kim, place=place)
    OutgoingEmail.objects.all().delete()
    now = timezone.now().replace(hour=12)
    SalesDocument.objects.filter(pk=estimate.pk).update(approve_by=timezone.localdate(now))
    version = fresh(estimate).current_version
    type(version).objects.filter(pk=version.pk).update(created_at=now - timedelta(days=2))
    listing.refresh(lock(estimate))
    deadlines._remind(fresh(estimate), now)
    assert [email.link_id for email in OutgoingEmail.objects.all()] == [alex.pk]


def test_the_second_of_two_reads_who_was_first_and_when():
    estimate = factories.estimate_factory(items=2)
    kim = factories.link_factory(estimate, name="Kim", email="kim@example.org")
    alex = factories.link_factory(estimate, name="Alex", email="alex@example.org")
    answer(estimate, kim)
    with pytest.raises(NotAvailable, match=r"Kim approved this already \("):
        answer(estimate, alex)


def test_it_costs_one_query_more_however_many_items(django_assert_num_queries):
    counts = []
    for needed, items in (("one", 2), ("all", 2), ("all", 20)):
        document = factories.estimate_factory(items=items, approvals_needed=needed)
        link = factories.link_factory(document)
        keys = [line.key for line in document.lines]
        decide(document, keys[:1])
        assert link
        read = fresh(document)
        assert read.lines
        with django_assert_num_queries(3 if needed == "one" else 4):
            counts.append(len(read.standing.items))
    assert counts == [2, 2, 20]


def dearer(document, shipping):
    document = fresh(document)
    document.shipping_amount, document.line_items = shipping, document.lines
    return factories.publish(document)


def confirm(document, link):
    version = versions.mark(fresh(document).current_version)
    return run(document, link, "confirm_change", version=version, confirm="on")


def test_an_approval_of_the_dearer_version_is_nobody_elses(estimate, kim, alex):
    for place in (0, 1):
        answer(estimate, kim, place=place)
    dearer(estimate, 30)
    for place in (0, 1):
        answer(estimate, alex, place=place)
    standing = fresh(estimate).standing
    assert standing.asks_to_confirm(kim)
    assert not standing.asks_to_confirm(alex)
    assert fresh(estimate).state == DocumentState.WAITING
    confirm(estimate, kim)
    assert fresh(estimate).state == DocumentState.CONVERTED


def test_who_is_stopped_is_not_waited_for_on_the_rest_that_was_split_off(estimate, kim, alex):
    rest = splitting.split_off(estimate, [estimate.lines[1].key])
    answer(rest, kim)
    links.revoke(alex)
    assert fresh(rest).state == DocumentState.APPROVED
    assert fresh(rest).listed_state == DocumentState.APPROVED

"""Two and twenty at once: one wins, the others are told, and nothing is written twice."""

import re
import uuid

import pytest
from django.db import DatabaseError, connections

from portal_plugin import registry
from portal_plugin.actions import base
from portal_plugin.exceptions import AlreadyConverted, NotAvailable, PortalError, StaleDocument
from portal_plugin.models import Activity, Comment, Decision, Estimate, Order, Submission
from portal_plugin.services import activity, converting, links
from portal_plugin.services.visits import Visit
from tests import factories
from tests.races.together import attempt, gate_for, meet, together

pytestmark = pytest.mark.django_db(transaction=True)


def submit(document, name, key=None, client_key=None, **typed):
    """What the one view does, without HTTP."""
    link = document.links.get()
    action = registry.action(name)(Visit(document=lock_free(document), link=link), key)
    form = action.form()
    data = {field.name: field.value() for field in form.hidden_fields()}
    data |= {"client_key": str(client_key or uuid.uuid4()), "accept_terms": "on"} | typed
    return attempt(lambda: action.run(data), PortalError, DatabaseError)


def lock_free(document):
    return type(document).objects.get(pk=document.pk)


@pytest.mark.parametrize("actors", [2, 20])
def test_one_item_is_approved_once(actors):
    order = factories.order_factory(items=1)
    factories.link_factory(order)
    key = order.lines[0].key
    outcomes = together(actors, lambda _n: submit(order, "approve", key))
    assert Decision.objects.count() == 1
    assert sum(isinstance(one, NotAvailable) for one in outcomes) == actors - 1


def test_without_the_second_look_under_the_lock_it_would_be_approved_twice(monkeypatch):
    """The guard is the reading under the lock: a stale reading approves again."""
    order = factories.order_factory(items=1)
    factories.link_factory(order)
    key = order.lines[0].key
    gate = gate_for(2)

    def unlocked(document):
        fresh = lock_free(document)
        assert fresh.standing.items
        meet(gate)
        return fresh

    make_sqlite_deferred(monkeypatch)
    monkeypatch.setattr(base, "lock", unlocked)
    monkeypatch.setattr(activity, "record", lambda *args, **kwargs: None)
    monkeypatch.setattr(base.listing, "refresh", lambda document: None)
    outcomes = together(2, lambda _n: submit(order, "approve", key))
    broken = [one for one in outcomes if isinstance(one, DatabaseError)]
    assert Decision.objects.count() == 2 or broken


def make_sqlite_deferred(monkeypatch):
    """On SQLite the transaction itself is the lock; take that away as well."""
    options = connections["default"].settings_dict["OPTIONS"]
    if "transaction_mode" in options:
        monkeypatch.setitem(options, "transaction_mode", "DEFERRED")


@pytest.mark.parametrize("actors", [2, 20])
def test_one_form_sent_many_times_is_one_comment(actors):
    order = factories.order_factory(items=1)
    factories.link_factory(order)
    key = uuid.uuid4()
    outcomes = together(
        actors, lambda _n: submit(order, "comment", client_key=key, text="Hello there")
    )
    assert Comment.objects.count() == Submission.objects.count() == 1
    assert {one.message for one in outcomes} == {"Your comment was sent to the shop."}


@pytest.mark.parametrize("actors", [2, 20])
def test_one_estimate_becomes_one_order(actors):
    site = factories.site_factory(who_converts="staff")
    estimate = factories.estimate_factory(items=1, site=site)
    factories.link_factory(estimate)
    submit(estimate, "approve", estimate.lines[0].key)
    outcomes = together(
        actors, lambda _n: attempt(lambda: converting.convert(estimate), AlreadyConverted)
    )
    assert Order.objects.count() == 1
    assert sum(isinstance(one, AlreadyConverted) for one in outcomes) == actors - 1


def test_without_the_constraint_and_the_lock_two_orders_would_be_made(monkeypatch):
    site = factories.site_factory(who_converts="staff")
    estimate = factories.estimate_factory(items=1, site=site)
    factories.link_factory(estimate)
    submit(estimate, "approve", estimate.lines[0].key)
    gate = gate_for(2)

    def unlocked(document):
        fresh = lock_free(document)
        meet(gate)
        return fresh

    make_sqlite_deferred(monkeypatch)
    monkeypatch.setattr(converting, "lock", unlocked)
    outcomes = together(2, lambda _n: attempt(lambda: converting.convert(estimate), DatabaseError))
    assert any(isinstance(one, DatabaseError) for one in outcomes)
    assert Order.objects.count() <= 1


@pytest.mark.parametrize("publishes_first", [True, False])
def test_no_edit_slips_under_an_approval(publishes_first):
    """Whoever is first: a yes never counts for what was not shown."""
    order = factories.order_factory(items=1)
    factories.link_factory(order)
    key = order.lines[0].key
    shown = order.standing.items[key].item_hash
    order.lines[0].quantity = 500
    order.line_items = order.lines
    revision = order.save_revision()

    def act(index):
        if (index == 0) == publishes_first:
            return revision.publish(skip_permission_checks=True)
        return submit(order, "approve", key, shown=f"{key}:{shown}")

    outcomes = together(2, act)
    item = lock_free(order).standing.items[key]
    assert item.item_hash != shown
    assert item.state == "waiting"
    refused = [one for one in outcomes if isinstance(one, StaleDocument)]
    assert Decision.objects.count() == 1 - len(refused)


@pytest.mark.parametrize("actors", [2, 20])
def test_numbers_have_no_gap_and_no_double(actors):
    drafts = [factories.estimate_factory(items=1, published=False) for _n in range(actors)]
    revisions = [draft.save_revision() for draft in drafts]
    together(actors, lambda n: revisions[n].publish(skip_permission_checks=True))
    numbers = Estimate.objects.values_list("number", flat=True)
    assert sorted(int(re.search(r"(\d+)$", number)[1]) for number in numbers) == [
        n + 1 for n in range(actors)
    ]


@pytest.mark.parametrize("actors", [2, 20])
def test_the_history_stays_one_chain(actors):
    order = factories.order_factory(items=1)
    factories.link_factory(order)
    before = order.activities.count()
    together(actors, lambda n: submit(order, "comment", text=f"Comment {n}"))
    assert Activity.objects.filter(document=order.pk).count() == before + actors
    assert activity.first_broken(order) is None


def test_approve_against_cancel_has_one_winner():
    from portal_plugin.services import staging

    order = factories.order_factory(items=1)
    factories.link_factory(order)
    key = order.lines[0].key

    def act(index):
        if index:
            return staging.cancel(order, "Out of stock")
        return submit(order, "approve", key)

    approved, _cancelled = together(2, act)
    verbs = list(order.activities.order_by("sequence").values_list("verb", flat=True))
    assert lock_free(order).state == "cancelled"
    if isinstance(approved, NotAvailable):
        assert "approve" not in verbs
    else:
        assert verbs.index("approve") < verbs.index("cancel")


def test_approve_against_a_change_request_ends_in_the_order_of_the_history():
    order = factories.order_factory(items=1)
    factories.link_factory(order)
    key = order.lines[0].key

    def act(index):
        if index:
            return submit(order, "change_request", key, text="Please in blue")
        return submit(order, "approve", key)

    approved, _asked = together(2, act)
    verbs = list(order.activities.order_by("sequence").values_list("verb", flat=True))
    item = lock_free(order).standing.items[key]
    if isinstance(approved, NotAvailable):
        assert "approve" not in verbs
        assert item.state == "changes_requested"
    elif verbs.index("approve") < verbs.index("change_request"):
        # On an order that is approved it is a late wish, and voids nothing.
        assert item.state == "approved"
    else:
        raise AssertionError("approved although a change had been asked for")


def test_approve_against_stopping_the_link_has_one_winner():
    order = factories.order_factory(items=1)
    link = factories.link_factory(order)
    key = order.lines[0].key

    def act(index):
        if index:
            return links.revoke(link)
        return submit(order, "approve", key)

    approved, _stopped = together(2, act)
    verbs = list(order.activities.order_by("sequence").values_list("verb", flat=True))
    if isinstance(approved, PortalError):
        assert "approve" not in verbs
        assert not Decision.objects.exists()
    else:
        assert verbs.index("approve") < verbs.index("link_stopped")
    assert isinstance(submit(order, "comment", text="Still there?"), PortalError)

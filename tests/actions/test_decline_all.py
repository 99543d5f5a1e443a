"""A no to all that waits, with one reason; and the total without what was declined."""

import json
from uuid import uuid4

import pytest

from portal_plugin.models import Decision, Estimate, Order, OutgoingEmail
from portal_plugin.services.presentation import document_view
from portal_plugin.statuses import Verdict
from tests import factories
from tests.filling import filled, url_of

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]


@pytest.fixture
def estimate(enter):
    estimate = factories.estimate_factory(items=3)
    enter(estimate)
    return estimate


def test_all_that_waits_is_declined_with_the_reason(client, estimate):
    url = url_of(estimate, "decline_all")
    data = filled(client, url, confirm="on", reason="Too dear")
    assert client.post(url, data).status_code == 303
    found = Decision.objects.values_list("verdict", "reason")
    assert list(found) == [(Verdict.DECLINE, "Too dear")] * 3
    assert Estimate.objects.get().state == "declined"
    kinds = set(OutgoingEmail.objects.values_list("kind", flat=True))
    assert {"receipt_decline_all", "staff_decline_all"} <= kinds


def test_told_is_what_was_declined_and_not_what_the_browser_says_it_showed(client, estimate):
    url = url_of(estimate, "decline_all")
    data = filled(client, url, confirm="on")
    assert client.post(url, data | {"shown": f"{data['shown']} {uuid4()}:0"}).status_code == 303
    assert json.loads(estimate.activities.get(verb="decline_all").data)["count"] == 3


def test_it_needs_its_tick(client, estimate):
    url = url_of(estimate, "decline_all")
    assert client.post(url, filled(client, url)).status_code == 400
    assert not Decision.objects.exists()


def test_an_item_that_changed_meanwhile_refuses_the_whole(client, estimate):
    url = url_of(estimate, "decline_all")
    data = filled(client, url, confirm="on")
    estimate.lines[0].unit_price = 1
    estimate.line_items = estimate.lines
    factories.publish(estimate)
    response = client.post(url, data)
    assert response.status_code == 409
    assert not response.context["form"]["confirm"].data
    assert not Decision.objects.exists()


def test_what_was_approved_before_becomes_the_order(client, estimate):
    factories.approve(estimate, [estimate.lines[0].key])
    url = url_of(estimate, "decline_all")
    client.post(url, filled(client, url, confirm="on"))
    assert [item.key for item in Order.objects.get().lines] == [estimate.lines[0].key]


def test_it_is_offered_where_several_wait(client, estimate):
    page = f"/portal/d/{estimate.public_id}/"
    text = client.get(page).text
    # It ends the row, as Decline does below each item.
    assert 0 < text.index("Change Request") < text.index("Decline all")
    factories.approve(estimate, [item.key for item in estimate.lines[:2]])
    assert "Decline all" not in client.get(page).content.decode()


def test_an_estimate_says_what_it_comes_to_without_what_was_declined(client, estimate):
    url = url_of(estimate, "decline", estimate.lines[0].key)
    assert client.post(url, filled(client, url)).status_code == 303
    rows = {row.kind: row.amount for row in document_view(Estimate.objects.get()).totals}
    assert (rows["total"], rows["left"]) == ("€357.00", "€238.00")


def test_it_says_that_it_is_a_no(client, estimate):
    page = client.get(url_of(estimate, "decline_all")).content.decode()
    assert "Declining as" in page
    assert "Approving as" not in page

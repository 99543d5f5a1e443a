"""Several items are approved at once: all that were ticked, or none."""

import re
import uuid

import pytest

from portal_plugin.models import Decision, Submission
from portal_plugin.services import terms
from tests import factories
from tests.filling import filled, shown_again, url_of, written

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]


def test_approving_several_is_all_or_nothing(client, estimate, keys):
    url = url_of(estimate, "approve_multiple")
    data = filled(client, url, items=[str(keys[0]), str(keys[1])])
    assert client.post(url, data).status_code == 400
    assert client.post(url, data | {"accept_terms": "on"}).status_code == 303
    assert Decision.objects.count() == 2
    assert Submission.objects.count() == 1


def test_one_stale_item_among_several_keeps_the_other_ticks(client, estimate, keys):
    url = url_of(estimate, "approve_multiple")
    data = filled(client, url, accept_terms="on", items=[str(keys[0]), str(keys[1])])
    estimate.lines[0].description = "Glossy, 170 g"
    estimate.line_items = estimate.lines
    factories.publish(estimate)
    response = client.post(url, data)
    assert response.status_code == 409
    assert not Decision.objects.exists()
    form = response.context["form"]
    assert form["items"].data == [str(keys[1])]
    assert not form.errors
    ticked = re.findall(r'value="([^"]+)" id="choice-[^>]* checked', response.content.decode())
    assert ticked == [str(keys[1])]
    kept = {"accept_terms": form["accept_terms"].value(), "items": [str(keys[1])]}
    assert client.post(url, shown_again(response, **kept)).status_code == 303


def test_nothing_is_missed_where_the_only_ticked_item_changed(client, estimate, keys):
    url = url_of(estimate, "approve_multiple")
    data = filled(client, url, accept_terms="on", items=[str(keys[0])])
    estimate.lines[0].description = "Glossy, 170 g"
    estimate.line_items = estimate.lines
    factories.publish(estimate)
    assert not client.post(url, data).context["form"].errors


def test_new_terms_keep_the_ticked_items_and_ask_for_their_own_tick(client, estimate, keys):
    url = url_of(estimate, "approve_multiple")
    data = filled(client, url, accept_terms="on", items=[str(keys[0]), str(keys[1])])
    terms.add(estimate.site, "en", "estimate", "New terms of today.")
    form = client.post(url, data).context["form"]
    assert form["items"].data == [str(keys[0]), str(keys[1])]
    assert not form["accept_terms"].data
    assert not form.errors


@pytest.mark.parametrize(
    "items", [[], ["x"], ["-1"], [str(2**63)], [str(uuid.uuid4())], ["x"] * 3000]
)
def test_what_is_no_waiting_item_is_refused(client, estimate, items):
    url = url_of(estimate, "approve_multiple")
    before = written()
    data = filled(client, url, accept_terms="on", items=items)
    assert client.post(url, data).status_code == 400
    assert written() == before


def test_an_item_that_is_ticked_twice_is_approved_once(client, estimate, keys):
    url = url_of(estimate, "approve_multiple")
    data = filled(client, url, accept_terms="on", items=[str(keys[0])] * 3)
    assert client.post(url, data).status_code == 303
    assert [decision.item_key for decision in Decision.objects.all()] == [keys[0]]

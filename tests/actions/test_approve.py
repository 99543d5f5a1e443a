"""One item is approved, with what was accepted and by whom."""

import pytest

from portal_plugin.models import Decision, Submission
from tests import factories
from tests.filling import filled, url_of, written

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]


def test_approving_one_item_keeps_what_was_accepted_and_by_whom(client, estimate, keys):
    url = url_of(estimate, "approve", keys[0])
    response = client.post(url, filled(client, url, accept_terms="on"))
    assert response.status_code == 303
    decision = Decision.objects.get()
    assert (decision.item_key, decision.verdict) == (keys[0], "approve")
    submission = decision.submission
    assert submission.name == estimate.customer.name
    assert submission.terms_text == factories.TERMS
    assert submission.address == "127.0.0.1"


def test_another_name_is_kept_as_given(client, estimate, keys):
    url = url_of(estimate, "approve", keys[0])
    client.post(url, filled(client, url, accept_terms="on", name="Boss", email="boss@example.org"))
    submission = Submission.objects.get()
    assert (submission.name, submission.link.recipient.name) == ("Boss", estimate.customer.name)


def test_without_the_tick_nothing_is_written(client, estimate, keys):
    url = url_of(estimate, "approve", keys[0])
    before = written()
    response = client.post(url, filled(client, url, name="Boss"))
    assert response.status_code == 400
    assert b"tick the box" in response.content
    assert b"Boss" in response.content
    assert written() == before


def test_the_tick_is_never_set_beforehand(client, estimate, keys):
    page = client.get(url_of(estimate, "approve", keys[0])).content.decode()
    assert "checked" not in page

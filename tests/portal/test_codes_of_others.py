"""A code by email before what is no approval: what else than itself it counts for."""

import pytest

from portal_plugin.models import Order, PortalSettings
from tests import factories
from tests.filling import filled, url_of
from tests.portal.test_codes import confirmed

pytestmark = pytest.mark.django_db


def test_one_for_a_choice_or_an_invitation_counts_for_that_alone(client, enter):
    lines = [factories.line_item(n, is_optional=n > 1, is_selected=n > 1) for n in (1, 2, 3)]
    estimate = factories.estimate_factory(lines)
    factories.approve(estimate, [estimate.lines[0].key])
    PortalSettings.objects.update(code_above=100, lets_invite=True)
    enter(estimate)
    alex = {"name": "Alex", "email": "alex@example.org", "role": "look"}
    others = {
        "choose": ({}, [{f"option_{estimate.lines[1].key}": "on"}]),
        "invite": (alex, [alex | {"email": "bo@example.org"}, alex | {"role": "approve"}]),
    }
    for action, (typed, instead) in others.items():
        url = url_of(estimate, action)
        data = filled(client, url)
        confirmed(client, url, data | typed)
        for other in instead:
            assert "Go on" in client.post(url, data | other).text
    assert (estimate.links.count(), Order.objects.count()) == (1, 0)
    same = alex | {"email": "ALEX@example.org"}
    assert client.post(url, data | same).status_code == 303
    assert estimate.links.count() == 2

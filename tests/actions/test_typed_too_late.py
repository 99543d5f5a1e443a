"""What was typed for something that is not possible any more is given back."""

import pytest

from portal_plugin.services import staging
from tests.factories import approve, estimate_factory
from tests.filling import filled, url_of

pytestmark = pytest.mark.django_db


def test_a_comment_on_an_estimate_that_became_an_order_is_not_lost(client, enter):
    estimate = estimate_factory(items=1)
    enter(estimate)
    url = url_of(estimate, "comment")
    data = filled(client, url, text="Please deliver to the back door.")
    approve(estimate)
    page = client.post(url, data).content.decode()
    assert "This is what you wrote." in page
    assert "Please deliver to the back door.</textarea>" in page
    assert page.count("</textarea>") == 1


@pytest.mark.parametrize("action", ["approve_multiple", "change_request", "decline_all"])
def test_what_the_form_brought_by_itself_is_not_said_to_be_theirs(client, enter, action):
    estimate = estimate_factory(items=2)
    link = enter(estimate)
    url, keys = url_of(estimate, action), [str(item.key) for item in estimate.lines]
    who = {"name": "Alexandra Ferrywoman", "email": link.recipient.email}
    data = filled(client, url, **who, items=keys, group_1=keys[0], fees="card:2.5:0.25 and more")
    staging.cancel(estimate, "No paper")
    page = client.post(url, data).content.decode()
    assert "This is not possible any more" in page
    assert "</textarea>" not in page

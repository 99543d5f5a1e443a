"""What was typed for something that is not possible any more is given back."""

import pytest

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

"""Who looks after a document."""

import pytest

from portal_plugin.exceptions import NotAvailable
from portal_plugin.models.documents import lock
from portal_plugin.services import assigning
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]


def test_somebody_is_assigned_once():
    order, person = factories.order_factory(items=1), factories.user_factory()
    assigning.assign(order, person)
    assigning.assign(order, person)
    assert lock(order).responsible == person
    assert order.activities.filter(verb="responsible").count() == 1


def test_whoever_cannot_sign_in_is_not_assigned():
    order = factories.order_factory(items=1)
    with pytest.raises(NotAvailable):
        assigning.assign(order, factories.user_factory(is_active=False))
    assert lock(order).responsible is None

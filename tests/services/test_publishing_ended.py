"""What became an order, or was cancelled, is not published once more."""

import pytest

from portal_plugin.exceptions import PublishRefused
from portal_plugin.models import Estimate
from portal_plugin.services import staging
from tests.factories import approve, estimate_factory, user_factory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("end", ["converted", "cancelled"])
def test_what_ended_meanwhile_does_not_go_out_anew(end):
    """As a version that was scheduled before: the customer would be asked again for what is an
    order by now, or void."""
    document = estimate_factory(items=1)
    if end == "converted":
        approve(document)
    else:
        staging.cancel(document, "Too late", user_factory())
    document = Estimate.objects.get()
    document.lines[0].unit_price += 10
    document.line_items = document.lines
    revision = document.save_revision()
    with pytest.raises(PublishRefused):
        revision.publish()
    assert Estimate.objects.get().current_version.number == 1

import pytest

from portal_plugin.services import on_behalf
from portal_plugin.services.presentation import document_view
from portal_plugin.services.presentation.sentences import state_sentence
from portal_plugin.statuses import Verdict
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("declined", "sentence"), [(0, "All 3 items approved."), (1, "Approved: 2 of 3 items.")]
)
def test_what_was_declined_is_not_called_approved(declined, sentence):
    site = factories.site_factory(who_converts="staff")
    estimate = factories.estimate_factory(items=3, site=site)
    keys = [item.key for item in estimate.lines]
    no, yes = keys[:declined], keys[declined:]
    if no:
        on_behalf.record(estimate, no, Verdict.DECLINE, "On the phone", factories.user_factory())
    estimate = factories.approve(factories.fresh(estimate), yes)
    assert state_sentence(document_view(estimate)) == sentence

import pytest

from portal_plugin.services import on_behalf
from portal_plugin.services.presentation import document_view
from portal_plugin.services.presentation.sentences import state_sentence
from portal_plugin.statuses import LinkRole, Verdict
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


@pytest.mark.parametrize(
    ("make", "role", "sentence"),
    [
        (factories.estimate_factory, LinkRole.APPROVE, "Waiting for you: choose what you want."),
        (factories.estimate_factory, LinkRole.LOOK, "Waiting for approval"),
        (factories.order_factory, LinkRole.APPROVE, "Waiting for approval"),
    ],
)
def test_options_of_which_none_is_chosen_are_not_counted_as_none(make, role, sentence):
    document = make(items=[factories.line_item(is_optional=True, is_selected=False)])
    link = factories.link_factory(document, role=role)
    assert state_sentence(document_view(document), link) == sentence

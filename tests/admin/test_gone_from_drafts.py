"""A draft that names a row which was deleted meanwhile opens all the same."""

import pytest

from portal_plugin.models import Customer, Estimate, Order, Stage
from portal_plugin.services import publishing
from tests.factories import customer_factory, estimate_factory, order_factory

from . import pages

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(boss):
    """Of a document that is out: its revision alone names the customer who is then deleted."""
    document = estimate_factory()
    document.customer = customer_factory(site=document.site, name="Nora Neu")
    document.save_revision(user=boss)
    return Estimate.objects.get()


def test_a_customer_whom_only_a_draft_names_may_be_deleted_and_it_opens_without(client, draft):
    customer = Customer.objects.get(name="Nora Neu")
    client.post(pages.url(Customer, "delete", customer.pk))
    assert not Customer.objects.filter(pk=customer.pk).exists()
    assert client.get(pages.url(Estimate, "edit", draft.pk)).status_code == 200
    assert client.get(pages.overview(draft)).status_code == 200
    assert "Choose a customer." in publishing.problems(draft.get_latest_revision_as_object())


def test_a_stage_that_a_draft_was_saved_in_may_be_deleted():
    order = order_factory()
    order.stage = Stage.objects.create(site=order.site, name="Cutting", customer_name="Cutting")
    order.save_revision()
    order.stage.delete()
    assert Order.objects.get().get_latest_revision_as_object().stage is None

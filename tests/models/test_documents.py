import pytest

from portal_plugin.exceptions import EvidenceIsKept
from portal_plugin.models import Estimate, LineItem, Order, PortalSettings, SalesDocument
from portal_plugin.models.record import make_public_id
from portal_plugin.services import staging
from tests import factories

pytestmark = pytest.mark.django_db


def test_no_command_takes_an_id_for_an_option():
    assert not [made for made in (make_public_id() for _time in range(2000)) if made[0] == "-"]


@pytest.mark.parametrize("model", [Estimate, Order])
def test_every_column_is_versioned_or_not(model):
    columns = {field.name for field in model._meta.concrete_fields}
    columns -= {"salesdocument_ptr"}
    assert set() == model.UNVERSIONED & model.VERSIONED
    assert columns == model.UNVERSIONED | model.VERSIONED


def test_a_draft_without_a_currency_is_priced_in_what_a_new_shop_has():
    assert Estimate().priced_in == Estimate().totals.currency == PortalSettings().currency
    assert Estimate(currency="CHF").priced_in == "CHF"


def test_publishing_an_older_draft_keeps_what_services_wrote_meanwhile():
    order = factories.order_factory()
    order.title = "New title"
    draft = order.save_revision()
    staging.ensure_stages(order.site)
    stage = staging.Stage.objects.first()
    staging.set_stage(order, stage)
    draft.publish(skip_permission_checks=True)
    order = Order.objects.get(pk=order.pk)
    assert order.title == "New title"
    assert order.stage == stage


def test_a_draft_of_a_live_document_changes_nothing_that_is_out():
    order = factories.order_factory(items=1)
    order.line_items = [factories.line_item(name="Other")]
    order.save_revision()
    assert [item.name for item in Order.objects.get(pk=order.pk).lines] == ["A1 poster"]


def test_a_row_added_in_a_draft_keeps_its_key_through_two_publishes():
    order = factories.order_factory(items=1)
    added = factories.line_item(2, name="Added")
    order.line_items = [*order.lines, added]
    first = order.save_revision()
    first.publish(skip_permission_checks=True)
    first.publish(skip_permission_checks=True)
    rows = LineItem.objects.filter(document=order.pk, key=added.key)
    assert rows.count() == 1


def test_what_was_published_is_not_deleted():
    order = factories.order_factory()
    with pytest.raises(EvidenceIsKept):
        order.delete()
    assert SalesDocument.objects.filter(pk=order.pk).exists()


def test_the_expiry_that_would_take_a_paid_order_away_is_never_kept():
    order = factories.order_factory()
    order.expire_at = order.created_at
    order.save_revision().publish(skip_permission_checks=True)
    assert Order.objects.get(pk=order.pk).expire_at is None


def test_no_model_is_exposed_by_the_api():
    assert not hasattr(Estimate, "api_fields")
    assert not hasattr(Order, "api_fields")


def test_revisions_belong_to_the_kind_and_not_to_the_shared_base():
    assert Estimate.get_base_content_type().model_class() is Estimate

"""What the customer will be asked once the draft goes out."""

from decimal import Decimal

import pytest

from portal_plugin.models import Estimate, LineItem, Proof, ProofVersion, SalesDocument
from portal_plugin.services import previewing, proofs
from portal_plugin.statuses import ItemState
from tests import factories, samples
from tests.factories import fresh

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]


def previewed(document):
    return previewing.as_if_published(fresh(document))


def states(document):
    """Of each item, in their order."""
    items = document.standing.items
    return [items[line.key].state if line.key in items else None for line in document.lines]


def add(document, label="", item=0):
    key = document.lines[item].key
    size = (30 + ProofVersion.objects.count(), 30)
    return proofs.add_proof_version(
        document, key, samples.upload("a.png", samples.png(size)), label=label
    )


def to_be(document, item=0):
    return previewing.proofs_to_be(document)[document.lines[item].key]


@pytest.fixture
def estimate():
    return factories.estimate_factory(items=2)


def test_what_stands_goes_on_standing(estimate):
    factories.approve(estimate, [estimate.lines[0].key])
    assert states(previewed(estimate)) == [ItemState.APPROVED, ItemState.WAITING]


def test_what_the_draft_changes_waits(estimate):
    factories.approve(estimate, [line.key for line in estimate.lines])
    draft = fresh(estimate)
    draft.lines[0].unit_price += Decimal(1)
    previewing.as_if_published(draft)
    assert states(draft) == [ItemState.WAITING, ItemState.APPROVED]


def test_what_waits_to_be_shown_makes_its_item_wait(estimate):
    factories.approve(estimate, [line.key for line in estimate.lines])
    add(estimate)
    assert states(previewed(estimate)) == [ItemState.WAITING, ItemState.APPROVED]


def test_a_document_that_was_never_out_waits_as_a_whole():
    document = previewed(factories.estimate_factory(items=2, published=False))
    assert document.standing.is_out
    assert states(document) == [ItemState.WAITING] * 2


def test_one_that_was_never_saved_has_nothing_to_agree_to_again(django_assert_num_queries):
    document = previewing.as_if_published(Estimate())
    with django_assert_num_queries(0):
        assert document.standing.since_agreed is None


def test_an_option_that_nobody_chose_is_not_asked_about(estimate):
    option = LineItem.objects.filter(key=estimate.lines[1].key)
    option.update(is_optional=True, is_selected=False)
    assert states(previewed(estimate)) == [ItemState.WAITING, None]


def test_of_each_slot_the_newest_goes_out_in_the_slots_order(estimate):
    add(estimate, "Front")
    back = add(estimate, "Back")
    front = add(estimate, "Front")
    assert to_be(estimate) == [front, back]
    assert to_be(estimate, 1) == []


def test_what_is_out_stays_beside_what_waits(estimate):
    front = add(estimate, "Front")
    proofs.send_now(estimate, None)
    back = add(estimate, "Back")
    assert to_be(fresh(estimate)) == [front, back]
    Proof.objects.filter(label="Back").update(position=0)
    Proof.objects.filter(label="Front").update(position=1)
    assert to_be(fresh(estimate)) == [back, front]


def test_another_documents_proof_is_none_of_it(estimate):
    other = factories.estimate_factory(items=2)
    add(other)
    assert to_be(estimate) == []


def test_nothing_is_written(estimate):
    add(estimate)
    before = SalesDocument.objects.get(pk=estimate.pk).current_version_id
    states(previewed(estimate))
    assert SalesDocument.objects.get(pk=estimate.pk).current_version_id == before
    assert proofs.unreleased(estimate).count() == 1

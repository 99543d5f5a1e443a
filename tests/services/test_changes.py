"""What changed since a document was last sent."""

from decimal import Decimal

import pytest

from portal_plugin.services import changes, proofs, sending
from tests import samples
from tests.factories import estimate_factory, line_item, publish

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent():
    document = estimate_factory(items=2)
    sending.send_document(document, recipients=[document.customer])
    return document


def since(document):
    fresh = type(document).objects.get(pk=document.pk)
    return changes.since_last_sent(fresh, "en")


def test_what_was_never_sent_has_nothing_to_compare():
    assert since(estimate_factory()) is None


def test_nothing_changed(sent):
    assert since(sent) == []


def test_items_that_came_went_and_changed(sent):
    first = sent.lines[0]
    first.unit_price, first.quantity = Decimal(60), Decimal(3)
    sent.line_items = [first, line_item(3)]
    publish(sent)
    assert since(sent) == [
        "New: A3 poster",
        "Removed: A2 poster",
        "Changed: A1 poster (quantity, unit price)",
        "Total: €238.00 before, €333.20 now",
    ]


def test_a_new_proof(sent):
    upload = samples.upload("front.png")
    proofs.add_proof_version(sent, sent.lines[0].key, upload)
    proofs.send_now(sent, None)
    assert since(sent) == ["Changed: A1 poster (proof)"]


def test_what_is_outside_the_items(sent):
    sent.introduction = "Dear Kim"
    publish(sent)
    assert since(sent) == ["Texts, dates or terms of payment"]


def test_sending_it_begins_anew(sent):
    sent.introduction = "Dear Kim"
    publish(sent)
    sending.send_document(sent, recipients=[sent.customer])
    assert since(sent) == []


def test_its_queries_do_not_grow_with_the_items(django_assert_num_queries):
    document = estimate_factory(items=[line_item(n + 1) for n in range(20)])
    sending.send_document(document, recipients=[document.customer])
    document.introduction = "Dear Kim"
    document = publish(document)
    with django_assert_num_queries(5):
        changes.since_last_sent(document, "en")

"""One family, two documents: what belongs to the one is not seen, said or done on the other."""

import pytest
from django.test import Client

from portal_plugin.models import ChangeRequest, Comment, ProofVersion
from portal_plugin.services import converting, files, proofs, splitting
from portal_plugin.services.presentation import document_view
from portal_plugin.statuses import ItemState
from tests import factories, samples
from tests.portal.browsing import approve, page, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def split(client, enter):
    """An estimate of two items: the approved one became an order, the other a new estimate."""
    estimate = factories.estimate_factory(items=2)
    enter(estimate)
    first, second = estimate.lines
    approve(client, estimate, first)
    order = converting.convert(type(estimate).objects.get(pk=estimate.pk))
    assert client.get(page(estimate)).status_code == 303
    rest = type(estimate).objects.exclude(pk=estimate.pk).get(family=estimate.family)
    return order, rest, first, second


def test_a_request_on_the_rest_takes_nothing_back_on_the_order(split, enter):
    order, rest, first, _second = split
    other = Client()
    enter(rest, client=other)
    assert send(other, rest, "change_request", text="all different").status_code == 303
    fresh = type(order).objects.get(pk=order.pk)
    assert fresh.standing.items[first.key].state == ItemState.APPROVED
    rest = type(rest).objects.get(pk=rest.pk)
    assert not rest.standing.waiting_keys


def test_what_is_said_and_sent_about_the_rest_is_not_the_orders(client, split):
    """Nor the other way round: another colleague may have the link to either."""
    order, rest, _first, second = split
    said = [(rest, "For the rest alone"), (order, "For the order alone")]
    stored = {}
    for document, text in said:
        Comment.objects.create(document_id=document.pk, text=text)
        upload = samples.upload(f"{text}.txt", text.encode())
        stored[document.pk] = files.store(document, upload, is_internal=False)
    picture = samples.upload("front.png", samples.png())
    version = proofs.add_proof_version(rest, second.key, picture, wording="REST", user=None)
    proofs.send_now(rest, None)
    html = client.get(page(order)).content.decode()
    assert "For the order alone" in html
    assert "For the rest alone" not in html
    for tail in (f"files/{stored[rest.pk].public_id}/", f"proofs/{version.public_id}/"):
        assert client.get(page(order, tail)).status_code == 404
    assert client.get(page(order, f"files/{stored[order.pk].public_id}/")).status_code == 200


def test_what_the_rest_does_afterwards_is_not_seen_where_it_came_from(client, split):
    """Neither its proofs on the estimate that the order keeps, nor what staff say there later."""
    order, rest, _first, second = split
    picture = samples.upload("front.png", samples.png())
    version = proofs.add_proof_version(rest, second.key, picture, wording="LATER", user=None)
    proofs.send_now(rest, None)
    estimate = order.source_estimate
    Comment.objects.create(document_id=estimate.pk, text="About what became an order")
    for tail in ("", "estimate/"):
        assert "LATER" not in client.get(page(order, tail)).content.decode()
    assert client.get(page(order, f"proofs/{version.public_id}/")).status_code == 404
    rest = type(rest).objects.get(pk=rest.pk)
    assert not Comment.objects.of_thread(rest).exists()
    assert Comment.objects.of_thread(order).exists()


def test_a_proof_of_an_item_that_moved_away_goes_out_with_its_new_estimate_alone():
    estimate = factories.estimate_factory(items=2)
    moved = estimate.lines[1].key
    picture = samples.upload("front.png", samples.png())
    proofs.add_proof_version(estimate, moved, picture, wording="FIRST", user=None)
    proofs.send_now(estimate, None)
    new = splitting.split_off(estimate, [moved])
    second = samples.upload("front.png", samples.png((300, 200)))
    version = proofs.add_proof_version(new, moved, second, wording="SECOND", user=None)
    assert version.number == 2
    assert version.proof.document_id == new.pk
    factories.publish(type(estimate).objects.get(pk=estimate.pk))
    version.refresh_from_db()
    assert version.released_at is None
    proofs.send_now(new, None)
    shown = document_view(type(new).objects.get(pk=new.pk)).items[0].proofs
    assert [(proof.wording, len(proof.earlier)) for proof in shown] == [("SECOND", 1)]


def test_what_was_said_on_the_estimate_goes_on_to_both(client, split, enter):
    order, rest, first, second = split
    estimate = order.source_estimate
    texts = {first.key: "On the first", second.key: "On the second", None: "On the whole"}
    for key, text in texts.items():
        Comment.objects.create(document_id=estimate.pk, item_key=key, text=text)
    Comment.objects.update(created_at=estimate.created_at)
    other = Client()
    enter(rest, client=other)
    of_order, of_rest = (
        c.get(page(d)).content.decode() for c, d in ((client, order), (other, rest))
    )
    assert [text in of_order for text in texts.values()] == [True, False, True]
    assert [text in of_rest for text in texts.values()] == [False, True, True]


def test_a_request_of_another_document_of_the_family_cannot_be_withdrawn(client, split, enter):
    order, rest, _first, _second = split
    other = Client()
    enter(rest, client=other)
    send(other, rest, "change_request", text="all different")
    request = ChangeRequest.objects.get()
    send(client, order, "change_request", text="one more thing")
    send(client, order, "withdraw_change_request", change_request=request.pk)
    request.refresh_from_db()
    assert request.is_open


def test_publishing_the_order_shows_no_proof_of_the_rest(client, split):
    order, rest, _first, second = split
    version = proofs.add_proof_version(rest, second.key, samples.upload())
    factories.publish(type(order).objects.get(pk=order.pk))
    assert ProofVersion.objects.get(pk=version.pk).released_at is None
    assert client.get(page(order)).status_code == 200
    assert client.get(page(order, f"proofs/{version.public_id}/")).status_code == 404
    proofs.send_now(type(rest).objects.get(pk=rest.pk), None)
    assert ProofVersion.objects.get(pk=version.pk).released_at is not None


def test_the_link_of_the_order_does_not_open_the_rest(client, split):
    _order, rest, _first, second = split
    for tail in ("", "print/", "pdf/file/", "payment/", f"a/approve/{second.key}/"):
        assert client.get(page(rest, tail)).status_code == 404
    assert approve(client, rest, second).status_code == 404

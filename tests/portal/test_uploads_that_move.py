"""Files on their way while the estimate becomes an order: they arrive on the order, and once."""

import hashlib
from uuid import uuid4

import pytest

from portal_plugin.actions import resuming
from portal_plugin.gateways.pieces import Pieces
from portal_plugin.models import Attachment, Order, SiteStorage, Submission, UploadInProgress
from portal_plugin.models.storage import staging_folder
from portal_plugin.services import converting, staging
from tests import samples
from tests.factories import approve, estimate_factory, fresh, user_factory
from tests.filling import url_of
from tests.portal import tus
from tests.portal.uploads import DATA, CutLine, _own_folder, allow, estimate

__all__ = ["_own_folder", "estimate"]
pytestmark = pytest.mark.django_db


def begun(client, document, item=None):
    return tus.begin(client, document, "print.pdf", len(DATA), item=item)["Location"]


def send(client, document, key, item=None):
    data = {"client_key": str(key), "files": [samples.upload("a.png")]}
    return client.post(url_of(document, "upload", item), data)


def test_a_file_in_pieces_goes_to_the_order(client, estimate, settings):
    allow(settings, UPLOAD_SITE_QUOTA_BYTES=10**9)
    url = begun(client, estimate, item=estimate.lines[0].key)
    assert tus.piece(client, url, DATA[:100], 0).status_code == 204
    approve(estimate)
    assert tus.piece(client, url, DATA[100:], 100).status_code == 204
    row = Attachment.objects.get()
    assert row.document_id == Order.objects.get().pk
    assert row.item_key == estimate.lines[0].key
    assert row.digest == hashlib.sha256(DATA).hexdigest()
    assert UploadInProgress.objects.get().is_finished
    assert not list(staging_folder().iterdir())
    assert SiteStorage.objects.get().used_bytes == len(DATA)


def test_its_script_may_ask_again_where_the_answer_got_lost(client, estimate):
    url = begun(client, estimate)
    approve(estimate)
    for _ in range(2):
        tus.piece(client, url, DATA, 0)
    assert tus.how_far(client, url)["Upload-Offset"] == str(len(DATA))
    assert Attachment.objects.count() == 1


def test_the_sweep_finishes_it_there(client, estimate):
    url = begun(client, estimate)
    Pieces(tus.upload_of(url).public_id).append(CutLine(DATA, breaks=False), 0, len(DATA))
    approve(estimate)
    resuming.drain()
    resuming.drain()
    assert Attachment.objects.get().document_id == Order.objects.get().pk


def test_of_an_item_that_was_not_ordered_it_is_about_the_order(client, enter):
    document = estimate_factory(items=2)
    enter(document)
    kept, left_out = [line.key for line in document.lines]
    url = begun(client, document, item=left_out)
    approve(document, [kept])
    converting.convert(fresh(document), user=user_factory())
    assert tus.piece(client, url, DATA, 0).status_code == 204
    assert Attachment.objects.get().item_key is None


def test_a_form_without_a_script_leads_to_the_order(client, estimate):
    key = uuid4()
    approve(estimate)
    order = Order.objects.get()
    for _ in range(2):
        response = send(client, estimate, key)
        assert response.status_code == 303
        assert order.public_id in response["Location"]
    assert "Your file was sent to the shop." in client.get(response["Location"]).content.decode()
    assert Attachment.objects.get().document_id == order.pk


def test_what_arrived_before_is_not_sent_once_more(client, estimate):
    key = uuid4()
    assert send(client, estimate, key).status_code == 303
    approve(estimate)
    assert send(client, estimate, key).status_code == 303
    assert Attachment.objects.count() == Submission.objects.filter(action="upload").count() == 1


def test_where_the_order_takes_none_any_more_it_is_refused(client, estimate):
    approve(estimate)
    staging.cancel(Order.objects.get(), user=user_factory(), reason="Out of stock")
    assert send(client, estimate, uuid4()).status_code == 409
    assert not Attachment.objects.exists()

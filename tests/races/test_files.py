"""Many who send a file at once, and many workers before one preview."""

import pytest

from portal_plugin.exceptions import FileRefused
from portal_plugin.models import Attachment, Preview
from portal_plugin.services import files, previews
from portal_plugin.statuses import WorkState
from tests import factories, samples
from tests.races.together import gate_for, meet, together

pytestmark = pytest.mark.django_db(transaction=True)


def send_to(document):
    def send(index):
        try:
            return files.store(document, samples.upload(f"{index}.png"))
        except FileRefused:
            return None

    return send


def test_the_quota_holds_to_the_last_file(settings):
    settings.PORTAL_PLUGIN = {"UPLOAD_QUOTA_FILES": 3}
    document = factories.estimate_factory()
    taken = [sent for sent in together(20, send_to(document)) if sent]
    assert len(taken) == Attachment.objects.count() == 3


@pytest.mark.only_on("postgres")
def test_without_the_lock_the_quota_would_not_hold(settings, monkeypatch):
    """What holds it is the lock. (On SQLite every transaction is one.)"""
    settings.PORTAL_PLUGIN = {"UPLOAD_QUOTA_FILES": 1}
    gate = gate_for(5)
    count = files.quotas.refuse_over_document

    def all_count_before_anyone_writes(document, size):
        count(document, size)
        meet(gate)

    monkeypatch.setattr(files, "lock", lambda document: document)
    monkeypatch.setattr(files.quotas, "refuse_over_document", all_count_before_anyone_writes)
    monkeypatch.setattr(files.activity, "record", lambda *args, **kwargs: None)
    document = factories.estimate_factory()
    together(5, send_to(document))
    assert Attachment.objects.count() == 5


def test_one_page_is_drawn_by_one_worker(monkeypatch):
    drawn = []
    really = previews.pictures.draw

    def draw(source, content_type, *, page, sizes):
        drawn.append(page)
        return really(source, content_type, page=page, sizes=sizes)

    monkeypatch.setattr(previews.pictures, "draw", draw)
    files.store(factories.estimate_factory(), samples.upload("a.pdf", samples.pdf(3)))
    together(5, lambda index: previews.drain())
    assert sorted(drawn) == [1, 2, 3]
    assert Preview.objects.filter(state=WorkState.READY).count() == 9

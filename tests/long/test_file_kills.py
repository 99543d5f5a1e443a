"""kill -9 between any two steps of an upload, a decision, a preview and a PDF: nothing is lost,
nothing is there by half, and the sweep mends it.

The points, by their names in ``faults``, and what is there when the process ends:

    upload.begun        the room that is kept, no byte
    upload.piece        bytes in the staged file that nobody acknowledged
    upload.whole        the last byte, nothing else
    upload.stored       the file in its storage, no row
    upload.taken        row, history and mail, and still the staged file
    act.prepared        what was checked before the lock (also of an upload)
    act.before_commit   everything written, nothing committed (also of an upload)
    act.committed       everything, and no answer (also of an upload)
    decide.read         the proof's bytes read again, no decision
    decide.written      the decisions, not what follows from them
    preview.claimed     a preview that is being made
    preview.drawn       the picture in the child's folder
    preview.stored      one size in the storage, no row
    preview.kept        one size, the other two missing
    pdf.drawn           a PDF in the memory alone
    pdf.stored          its file in the storage, no row and no word in the history
    pdf.before_commit   row and history written, nothing committed
"""

import hashlib
import io
import itertools
import os
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from portal_plugin import faults, registry
from portal_plugin.actions import resuming
from portal_plugin.gateways import pdf
from portal_plugin.gateways.pieces import STEP
from portal_plugin.models import (
    Attachment,
    Decision,
    Order,
    OutgoingEmail,
    Preview,
    RenderedPdf,
    SiteStorage,
    Submission,
    UploadInProgress,
)
from portal_plugin.models.storage import private_storage, staging_folder
from portal_plugin.services import activity, files, orphans, pdfs, previews, proofs, quotas, uploads
from portal_plugin.services.evidence import verifying
from portal_plugin.services.visits import Visit
from portal_plugin.statuses import WorkState
from tests import factories, samples

from . import length
from .killing import killed_at

pytestmark = [pytest.mark.django_db(transaction=True), length.shortly_on_sqlite]
ROUNDS = range(length.of(1, 20))
#: Each line of the above that names one.
TOLD = {line.split()[0] for line in (__doc__ or "").splitlines() if line.startswith("    ")}
OF_UPLOADS = [point for point in faults.POINTS if point.startswith(("upload.", "act."))]
OF_DECISIONS = [point for point in faults.POINTS if point.startswith(("decide.", "act."))]
OF_PREVIEWS = [point for point in faults.POINTS if point.startswith("preview.")]
OF_PDFS = [point for point in faults.POINTS if point.startswith("pdf.")]


def test_every_point_is_told_above():
    assert {*OF_UPLOADS, *OF_DECISIONS, *OF_PREVIEWS, *OF_PDFS} == TOLD


#: Several steps of reading.
DATA = samples.pdf(2) + b"%" * (3 * STEP)
SHA256 = hashlib.sha256(DATA).hexdigest()


@pytest.fixture(autouse=True)
def _own_folders(settings, tmp_path, monkeypatch):
    # The models hold the storage that there was when they were loaded, beside that of the settings.
    for storage in (private_storage(), Attachment.file.field.storage):
        monkeypatch.setitem(storage.__dict__, "location", str(tmp_path / "stored"))
    settings.PORTAL_PLUGIN = {
        **settings.PORTAL_PLUGIN,
        "UPLOAD_STAGING_FOLDER": str(tmp_path / "staged"),
        "UPLOAD_SITE_QUOTA_BYTES": 10**9,
    }


def visit_of(document):
    fresh = type(document).objects.get(pk=document.pk)
    return Visit(fresh, link=fresh.links.get())


def stored():
    folder = Path(private_storage().location)
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def a_day_later():
    """What the nightly command does by then; what it must leave is all that a row names."""
    ago = (timezone.now() - 2 * orphans.AGE).timestamp()
    for folder in (Path(private_storage().location), staging_folder()):
        for path in folder.rglob("*"):
            os.utime(path, (ago, ago))
    orphans.remove(orphans.find())


def hold(*documents):
    """Rows and files tell the same, and nobody's room is kept. All are of one site."""
    a_day_later()
    named = set(Attachment.objects.values_list("file", flat=True))
    named |= set(Preview.objects.exclude(file="").values_list("file", flat=True))
    assert named <= stored()
    assert {name for name in stored() if name.startswith(("files/", "previews/"))} <= named
    site_id = documents[0].site_id
    counter = SiteStorage.objects.filter(site=site_id).first()
    assert (counter.used_bytes if counter else 0) == quotas.used_by_site(site_id)
    assert [activity.first_broken(document) for document in documents] == [None] * len(documents)


def told(document, verb):
    """How often the history, the customer's submissions and the shop's mails say it."""
    family = document.family
    return (
        document.activities.filter(verb=verb).count(),
        Submission.objects.filter(document__family=family, action=verb).count(),
        OutgoingEmail.objects.filter(document__family=family, kind=f"staff_{verb}").count(),
    )


def send(document, key):
    """What the page's script does, from wherever it was."""
    visit = visit_of(document)
    upload = resuming.begin(visit, client_key=key, name="banner.pdf", size=len(DATA))
    at = uploads.received(upload)
    if at < len(DATA):
        uploads.receive(upload, io.BytesIO(DATA[at:]), at=at, length=len(DATA) - at)
    resuming.finish(visit, upload)


def two_documents():
    """With a customer each: to one of them the act comes again."""
    documents = [factories.estimate_factory(items=1) for _document in range(2)]
    for document in documents:
        factories.link_factory(document)
    return documents


@pytest.mark.parametrize(("point", "_round"), list(itertools.product(OF_UPLOADS, ROUNDS)))
def test_while_a_file_is_sent(point, _round):
    again, once = two_documents()
    keys = {document.pk: uuid.uuid4() for document in (again, once)}
    for document in (again, once):
        assert killed_at(point, lambda document=document: send(document, keys[document.pk]))
    send(again, keys[again.pk])
    resuming.drain()
    UploadInProgress.objects.update(expires_at=timezone.now() - timedelta(hours=1))
    resuming.drain()
    for document, is_all_there in (
        (again, True),
        (once, point not in ("upload.begun", "upload.piece")),
    ):
        assert told(document, "upload") == (is_all_there,) * 3
        rows = Attachment.objects.filter(document=document.pk)
        assert [row.digest for row in rows] == [SHA256] * is_all_there
        for row in rows:
            with row.file.open("rb") as file:
                assert file.read() == DATA
    assert not UploadInProgress.objects.exists()
    hold(again, once)
    assert not list(staging_folder().rglob("*"))


@pytest.mark.parametrize(("point", "_round"), list(itertools.product(OF_DECISIONS, ROUNDS)))
def test_while_an_item_is_approved(point, _round):
    """Of an estimate of one item, so that the same answer makes the order."""
    again, once = two_documents()
    acts = {document.pk: approval_of(document) for document in (again, once)}
    for act in acts.values():
        assert killed_at(point, act)
    acts[again.pk]()
    for document, is_done in ((again, True), (once, point == "act.committed")):
        assert told(document, "approve") == (is_done,) * 3
        sent = Submission.objects.filter(document=document.pk)
        assert Decision.objects.filter(submission__in=sent).count() == is_done
        assert Order.objects.filter(source_estimate=document.pk).count() == is_done
        assert RenderedPdf.objects.filter(submission__in=sent).count() == is_done
    hold(again, once)


def approval_of(document):
    """Of its item's proof, always by the same press."""
    key = document.lines[0].key
    proofs.add_proof_version(document, key, samples.upload())
    proofs.send_now(document, None)
    action = registry.action("approve")
    form = action(visit_of(document), key).form()
    data = {field.name: field.value() for field in form.hidden_fields()}
    data |= {"client_key": str(uuid.uuid4()), "accept_terms": "on"}
    return lambda: action(visit_of(document), key).run(data)


@pytest.mark.parametrize(("point", "_round"), list(itertools.product(OF_PREVIEWS, ROUNDS)))
def test_while_previews_are_made(point, _round):
    document = factories.estimate_factory(items=1)
    files.store(document, samples.upload())
    assert killed_at(point, previews.drain)
    Preview.objects.filter(state=WorkState.RUNNING).update(
        lease_until=timezone.now() - timedelta(seconds=1)
    )
    previews.drain()
    rows = Preview.objects.all()
    assert {row.state for row in rows} == {WorkState.READY}
    assert len({row.file.name for row in rows}) == len(rows) == 3
    hold(document)


@pytest.mark.skipif(bool(pdf.what_is_missing()), reason=pdf.what_is_missing())
@pytest.mark.parametrize(("point", "_round"), list(itertools.product(OF_PDFS, ROUNDS)))
def test_while_a_pdf_is_drawn(point, _round):
    """In the place of another that nobody saw: the history tells each of the two once."""
    document = factories.estimate_factory(items=1)
    pdfs.drain()
    document.title = "Larger"
    factories.publish(document)
    assert killed_at(point, pdfs.drain)
    assert document.activities.filter(verb="pdf_drawn").count() == 1
    RenderedPdf.objects.filter(state=WorkState.RUNNING).update(
        lease_until=timezone.now() - timedelta(seconds=1)
    )
    pdfs.drain()
    pdfs.drain()
    row = RenderedPdf.objects.get()
    assert row.state == WorkState.READY
    first, second = map(activity.facts, document.activities.filter(verb="pdf_drawn").order_by("pk"))
    assert (second["sha256"], second["gone"]) == (row.file_hash, [first["sha256"]])
    hold(document)
    assert {name for name in stored() if name.startswith("pdfs/")} == {row.file.name}
    assert list(verifying.faults(document)) == []

"""Proofs, files and their previews, for whoever may see the document that they belong to.

What belongs to another document, is internal, was not sent yet or was removed does not exist here.
"""

import logging

from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext as _

from ..exceptions import FileIsDamaged, FileIsGone, FileWaits, PortalError, StorageUnreadable
from ..gateways import delivery, pictures
from ..models.storage import troubles
from ..services import attachment_files, file_bundles, files, previews, proof_files, proofs
from ..statuses import FileCheckState
from . import answers

logger = logging.getLogger(__name__)


def attachment(request, visit, file_id):
    """The original of a customer's or the shop's file, as a download."""
    row = find(files.for_customer(visit.document), visit, file_id)
    if row is None:
        return answers.dead_link(request)
    response = download(row, request)
    if response.streaming and response.status_code == 200:
        _refuse_another_size(response, row)
    return response


def _refuse_another_size(response, row):
    """What the storage gives is not what was stored, and that shows before the first byte."""
    if response.get("Content-Length") != str(row.size):
        response.file_to_stream.close()
        attachment_files.report(row)
        raise FileIsDamaged


def all_files(request, visit):
    """Everything that the customer may download, as one zip."""
    document = visit.document
    is_out = document.live and document.current_version_id is not None
    rows = file_bundles.for_customer(document) if is_out else []
    if not rows:
        return answers.dead_link(request)
    return delivery.zip_response(file_bundles.stream(rows), name=file_bundles.name_of(document))


def proof_file(request, visit, file_id):
    """The original of a proof that was sent, as a download; earlier versions included."""
    row = find(proofs.released(visit.document), visit, file_id)
    if row is None:
        return answers.dead_link(request)
    response = download(row, request)
    if response.streaming and response.status_code == 200:
        response.streaming_content = proof_files.watched(row, response.streaming_content)
    return response


def preview(request, visit, file_id, page, size):
    """A picture of one page of a proof or file."""
    document = visit.document
    row = find(proofs.released(document), visit, file_id)
    row = row or find(files.for_customer(document), visit, file_id)
    if row is None or not files.may_go_out(row) or size not in pictures.SIZES:
        return answers.dead_link(request)
    picture = previews.ready(row.digest, page, size)
    if picture is None:
        return answers.dead_link(request)
    etag = quote_etag(f"{row.digest[:32]}-{page}-{size}")
    return get_conditional_response(request, etag=etag) or _drawn(picture, etag)


def find(rows, visit, file_id):
    """The row of that id among ``rows``; nothing at all while the document is not published."""
    document = visit.document
    if not document.live or document.current_version_id is None:
        return None
    return rows.filter(public_id=file_id).first()


def download(row, request):
    if row.check_state == FileCheckState.REFUSED:
        raise PortalError(_("This file did not pass the virus check."))
    if not files.may_go_out(row):
        raise FileWaits
    try:
        response = delivery.file_response(
            row.file,
            name=row.name,
            content_type=row.content_type,
            wanted=_range(request, row),
        )
        response["ETag"] = quote_etag(row.digest)
        return response
    except FileNotFoundError as error:
        logger.error("A file is gone from the storage: %s", row.file.name)
        raise FileIsGone from error
    except troubles() as error:
        logger.exception("A file cannot be read: %s", row.file.name)
        raise StorageUnreadable from error


def _range(request, row):
    """What is asked for; all of it where the browser has the beginning of another file."""
    has = request.headers.get("If-Range", "")
    return request.headers.get("Range", "") if has in ("", quote_etag(row.digest)) else ""


def _drawn(picture, etag):
    try:
        response = delivery.picture_response(picture.file, content_type=picture.content_type)
    except FileNotFoundError as error:
        logger.error("A preview is gone from the storage: %s", picture.file.name)
        raise FileIsGone from error
    except troubles() as error:
        logger.exception("A preview cannot be read: %s", picture.file.name)
        raise StorageUnreadable from error
    response["ETag"] = etag
    return response

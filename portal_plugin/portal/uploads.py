"""Uploads in pieces: the tus protocol 1.0.0 with creation, creation-with-upload, expiration and
termination (https://tus.io/protocols/resumable-upload)."""

import base64
import binascii
from functools import wraps
from uuid import UUID, uuid4

from django.http import HttpResponse, UnreadablePostError
from django.urls import reverse
from django.utils.http import http_date
from django.utils.translation import gettext as _

from ..actions import resuming
from ..actions.upload import Upload
from ..conf import conf
from ..exceptions import FileTooLarge, PortalError, UploadIsOver
from ..gateways import filetypes
from ..models import UploadInProgress
from ..services import uploads
from . import answers, grants, limits
from .guard import portal_view

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,expiration,termination"
PIECE = "application/offset+octet-stream"
#: Characters of ``Upload-Metadata`` that anybody needs.
MOST_METADATA = 4096
#: Of any size; the database's whole numbers end there.
MOST_DIGITS = 18


class UnreadableUpload(PortalError):
    """What was asked for is not as the protocol has it."""

    status = 400


class WrongKindOfPiece(UnreadableUpload):
    status = 415


def speaks_tus(*methods, leeway=0):
    """``portal_view``, for a view that is asked by a script: with the protocol's own headers."""

    def decorate(view):
        guarded = portal_view(*methods, "OPTIONS", leeway=leeway)(view)

        @wraps(guarded)
        def speaking(request, *args, **kwargs):
            wanted = request.headers.get("X-HTTP-Method-Override", "").upper()
            if request.method == "POST" and wanted in ("PATCH", "DELETE"):
                request.method = wanted
            response = guarded(request, *args, **kwargs)
            response["Tus-Resumable"] = VERSION
            return response

        return speaking

    return decorate


def _understood(view):
    """Answers ``OPTIONS``, and refuses whoever speaks another version."""

    @wraps(view)
    def answer(request, visit, **kwargs):
        if request.method == "OPTIONS":
            return _abilities()
        if request.headers.get("Tus-Resumable") != VERSION:
            return HttpResponse(status=412, headers={"Tus-Version": VERSION})
        return view(request, visit, **kwargs)

    return answer


@speaks_tus("POST")
@_understood
def begin(request, visit):
    """Creation. Whatever the body has already is the first piece."""
    told = _metadata(request)
    size = _number(request, "Upload-Length")
    has_piece = request.headers.get("Content-Type") == PIECE
    if not has_piece and request.META.get("CONTENT_LENGTH") not in ("", "0", None):
        raise WrongKindOfPiece
    limits.count(Upload.limit, visit)
    upload = resuming.begin(
        visit,
        client_key=_key(told.get("key")) or uuid4(),
        name=filetypes.clean_name(told.get("filename", "")),
        size=size,
        item_key=_key(told.get("item")),
    )
    response = HttpResponse(status=201)
    if has_piece:
        response["Upload-Offset"] = str(_take(request, visit, upload, at=0))
    response["Location"] = _url(visit.document, upload)
    return _dated(response, upload)


@speaks_tus("HEAD", "PATCH", "DELETE", leeway=grants.LEEWAY_SECONDS)
@_understood
def piece(request, visit, upload_id):
    """One upload: how far it is (HEAD), the next piece (PATCH), or none any more (DELETE)."""
    upload = UploadInProgress.objects.filter(
        public_id=upload_id, document=visit.document.pk, link=visit.link
    ).first()
    if upload is None:
        return answers.dead_link(request)
    if upload.is_expired:
        raise UploadIsOver
    if request.method == "HEAD":
        return _how_far(visit, upload)
    if request.method == "DELETE":
        uploads.drop(upload)
        return HttpResponse(status=204)
    if request.headers.get("Content-Type") != PIECE:
        raise WrongKindOfPiece
    now = _take(request, visit, upload, at=_number(request, "Upload-Offset"))
    response = HttpResponse(status=204, headers={"Upload-Offset": str(now)})
    return _dated(response, upload)


def _how_far(visit, upload):
    """A whole file whose process was killed before its row was written is finished now: what the
    customer asked for they asked for when they sent it, and its script takes this for the end."""
    now = uploads.received(upload)
    if now == upload.size:
        resuming.finish(visit, upload)
    response = HttpResponse(
        headers={"Upload-Offset": str(now), "Upload-Length": str(upload.size)},
    )
    return _dated(response, upload)


def _take(request, visit, upload, at):
    """Read the piece, as far as it comes. Returns how many bytes of the file are there."""
    if upload.is_finished:
        return upload.size
    if not visit.can_act:
        raise Upload(visit, upload.item_key).refusal()
    length = _number(request, "Content-Length") if request.headers.get("Content-Length") else 0
    try:
        now = uploads.receive(upload, request, at=at, length=length)
    except UnreadablePostError:
        now = uploads.received(upload)
    if now == upload.size:
        resuming.finish(visit, upload)
    return now


def _abilities():
    return HttpResponse(
        status=204,
        headers={
            "Tus-Version": VERSION,
            "Tus-Extension": EXTENSIONS,
            "Tus-Max-Size": str(conf.upload_max_bytes),
        },
    )


def _dated(response, upload):
    response["Upload-Expires"] = http_date(upload.expires_at.timestamp())
    return response


def _url(document, upload):
    kwargs = {"public_id": document.public_id, "upload_id": upload.public_id}
    return reverse("portal_plugin:upload", kwargs=kwargs)


def _number(request, header):
    raw = request.headers.get(header, "")
    if not (raw.isascii() and raw.isdigit()):
        raise UnreadableUpload
    if len(raw) > MOST_DIGITS:
        raise FileTooLarge
    return int(raw)


def _metadata(request):
    """Names and texts of ``Upload-Metadata``; raises ``UnreadableUpload``."""
    raw = request.headers.get("Upload-Metadata", "")
    if len(raw) > MOST_METADATA:
        raise UnreadableUpload
    found = {}
    for pair in raw.split(","):
        name, _space, value = pair.strip().partition(" ")
        try:
            text = base64.b64decode(value, validate=True).decode("utf-8", "replace")
        except (binascii.Error, ValueError):
            raise UnreadableUpload from None
        found[name] = text
    return found


def _key(text):
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise UnreadableUpload(_("Please load the page again.")) from None

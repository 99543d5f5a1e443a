"""Read what a browser sends, within limits: the disk never holds more of it than may be kept."""

from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadhandler import (
    FileUploadHandler,
    MemoryFileUploadHandler,
    SkipFile,
    TemporaryFileUploadHandler,
)
from django.http import UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _

from ..conf import conf
from ..exceptions import FileTooLarge, UnreadableForm
from ..services import quotas

#: Bytes of a form besides its files.
ROOM_FOR_FIELDS = 1024 * 1024


def read(request) -> None:
    """Parse the form now, so that its faults are answered by our page and with our headers.

    Raises ``FileTooLarge`` before anything is read where the whole is beyond every limit, and
    ``UnreadableForm`` for a form that is broken, or has more parts than Django takes.
    """
    _parse(request, MemoryFileUploadHandler, CutOffHandler)


def read_address(request) -> None:
    """Raises ``UnreadableForm`` where the address asks for more things than Django takes."""
    try:
        request.GET  # noqa: B018
    except SuspiciousOperation as error:
        raise UnreadableForm from error


def read_words(request) -> None:
    """``read`` for whoever may send no file: none of theirs reaches memory or disk."""
    _parse(request, SkipHandler)


def _parse(request, *handlers):
    refuse_too_much(request)
    if not hasattr(request, "_files"):
        request.upload_handlers = [handler(request) for handler in handlers]
    try:
        request.POST  # noqa: B018
    except (MultiPartParserError, SuspiciousOperation, UnreadablePostError) as error:
        raise UnreadableForm from error


def refuse_too_much(request) -> None:
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        raise UnreadableForm from None
    most = conf.upload_quota_bytes
    if length > most + ROOM_FOR_FIELDS:
        raise FileTooLarge(
            _("This is too much at once. A file may have up to %(limit)s.")
            % {"limit": quotas.size_text(conf.upload_max_bytes)}
        )


class CutOffHandler(TemporaryFileUploadHandler):
    """Stores a file as far as its limit, and counts the rest: it is refused by its size later, in
    the form, at its field."""

    def receive_data_chunk(self, raw_data, start):
        if start <= conf.upload_max_bytes:
            super().receive_data_chunk(raw_data, start)


class SkipHandler(FileUploadHandler):
    """Reads past every file."""

    def new_file(self, *args, **kwargs):
        raise SkipFile

    def receive_data_chunk(self, raw_data, start):
        return None

    def file_complete(self, file_size):
        return None

"""The files of one document, as the overview tells of them."""

from django.utils.translation import gettext as _

from ..models import Attachment, ExternalFile, Preview
from ..services import files


def attachments(document, skip=0, most=None):
    """Newest first, without the newest ``skip`` and not more than ``most``, each with ``notices``:
    what to know before it is opened, if it is not closed to everybody (``is_closed``)."""
    found = Attachment.objects.of_thread(document).filter(removed_at=None)
    rows = list(found.order_by("-created_at", "-pk")[skip : most and skip + most])
    carried = _carried({row.digest for row in rows})
    for row in rows:
        notices = files.check_words(row), carried.get(row.digest)
        row.is_closed = not files.may_be_opened(row)
        row.notices = [words for words in notices if words]
    return rows


def external_files(document):
    found = ExternalFile.objects.of_thread(document)
    return list(found.order_by("-created_at", "-pk"))


def _carried(digests) -> dict[str, str]:
    """By the file's hash, for the PDFs that are more than paper."""
    first = Preview.objects.filter(digest__in=digests, page=1).exclude(warnings="")
    return {
        digest: words
        for digest, warnings in first.values_list("digest", "warnings")
        if (words := _words(warnings.split()))
    }


def _words(warnings) -> str:
    if "scripts" in warnings:
        return _("This PDF carries a script: open it with care.")
    if "files" in warnings:
        return _("This PDF carries other files: open them with care.")
    return ""

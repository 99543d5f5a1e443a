"""How much room there is: for one document, and for all files of a site.

What is on its way counts with its declared size from the first moment, so that twenty uploads at
once share the room that is there. The document is locked; the site's counter is one more row.
"""

from typing import Any

from django.db.models import Count, Sum
from django.template.defaultfilters import filesizeformat
from django.utils.html import avoid_wrapping
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..conf import conf
from ..exceptions import FileRefused
from ..models import Attachment, SalesDocument, SiteStorage, UploadInProgress


def take(document: SalesDocument, size: int) -> None:
    """Room for one more file, staff's files included. Raises ``FileRefused`` where there is none.

    Holds under the document's lock, and until the transaction ends.
    """
    refuse_over_document(document, size)
    _take_of_site(document, size)


def give_back(document: SalesDocument, size: int) -> None:
    """A file of that size left, or did not come after all."""
    if conf.upload_site_quota_bytes:
        SiteStorage.objects.give_back(document.site_id, size)


def refuse_over_document(document: SalesDocument, size: int) -> None:
    stored = Attachment.objects.filter(document=document.pk, removed_at=None)
    coming = UploadInProgress.objects.reserving().filter(document=document.pk)
    found = [rows.aggregate(count=Count("pk"), bytes=Sum("size")) for rows in (stored, coming)]
    if sum(one["count"] for one in found) >= conf.upload_quota_files:
        raise FileRefused(
            ngettext(
                "There is room for %(count)s file here, and it is used up.",
                "There is room for %(count)s files here, and it is used up.",
                conf.upload_quota_files,
            )
            % {"count": conf.upload_quota_files}
        )
    if sum(one["bytes"] or 0 for one in found) + size > conf.upload_quota_bytes:
        raise FileRefused(
            _("All files here together may have up to %(limit)s. This one is too much.")
            % {"limit": size_text(conf.upload_quota_bytes)}
        )


def _take_of_site(document: SalesDocument, size: int) -> None:
    most = conf.upload_site_quota_bytes
    if not most:
        return
    counters = SiteStorage.objects
    if not counters.filter(site=document.site_id).exists():
        counters.get_or_create(
            site_id=document.site_id, defaults={"used_bytes": used_by_site(document.site_id)}
        )
    if not counters.take(document.site_id, size, most):
        raise FileRefused(_("The shop has no room for more files. Please tell them."))


def used_by_site(site_id: int) -> int:
    """Counted anew, from every row."""
    return _used(document__site=site_id)


def used_by_documents(pks: list[int]) -> int:
    return _used(document__in=pks)


def _used(**lookup: Any) -> int:
    stored = Attachment.objects.filter(removed_at=None, **lookup)
    coming = UploadInProgress.objects.filter(finished_at=None, **lookup)
    return sum(rows.aggregate(bytes=Sum("size"))["bytes"] or 0 for rows in (stored, coming))


def size_text(size: int) -> str:
    """A limit in words, on one line: "50 MB", not "50.0 MB"."""
    megabytes, rest = divmod(size, 1024 * 1024)
    if not rest:
        return avoid_wrapping(_("%(count)s MB") % {"count": megabytes})
    return filesizeformat(size)

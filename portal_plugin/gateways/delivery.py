"""Give out private files: through Django, or through nginx where ``X_ACCEL_REDIRECT`` is set."""

from typing import Any
from urllib.parse import quote

from django.core.files.storage import FileSystemStorage
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.utils.http import content_disposition_header

from ..conf import conf

#: Whatever a browser makes of the bytes, it runs nothing and may load nothing.
POLICY = "default-src 'none'; sandbox"
PICTURES = {"image/jpeg": "jpg", "image/webp": "webp"}


def file_response(stored: Any, *, name: str, content_type: str) -> HttpResponseBase:
    """An original, always as a download. ``stored`` is a ``FieldFile``, ``name`` is shown.

    Raises ``FileNotFoundError`` when the storage has lost it.
    """
    return _sealed(_send(stored, name, content_type, as_attachment=True))


def picture_response(stored: Any, *, content_type: str) -> HttpResponseBase:
    """A picture that we drew ourselves, shown in the page."""
    # The name is ours, or Django would tell the one in the storage.
    name = f"preview.{PICTURES[content_type]}"
    return _sealed(_send(stored, name, content_type, as_attachment=False))


def _send(stored: Any, name: str, content_type: str, *, as_attachment: bool) -> HttpResponseBase:
    if conf.x_accel_redirect and isinstance(stored.storage, FileSystemStorage):
        response = HttpResponse(content_type=content_type)
        response["X-Accel-Redirect"] = conf.x_accel_redirect.rstrip("/") + "/" + quote(stored.name)
        disposition = content_disposition_header(as_attachment, name)
        if disposition:
            response["Content-Disposition"] = disposition
        return response
    return FileResponse(
        stored.storage.open(stored.name, "rb"),
        as_attachment=as_attachment,
        filename=name,
        content_type=content_type,
    )


def _sealed(response: HttpResponseBase) -> HttpResponseBase:
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = POLICY
    return response

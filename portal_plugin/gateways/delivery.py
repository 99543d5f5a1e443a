"""Give out private files: through Django, or through whatever a setting names: nginx
(``X_ACCEL_REDIRECT``), Apache and others (``X_SENDFILE``), or the bucket itself
(``PRESIGNED_SECONDS``)."""

import inspect
import re
from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import IO, Any
from urllib.parse import quote

from asgiref.sync import sync_to_async
from django.core.files.storage import FileSystemStorage
from django.http import (
    FileResponse,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.utils.http import content_disposition_header

from ..conf import conf

#: Whatever a browser makes of the bytes, it runs nothing and may load nothing.
POLICY = "default-src 'none'; sandbox"
PICTURES = {"image/jpeg": "jpg", "image/webp": "webp"}
RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


class InSteps(StreamingHttpResponse):
    """Under ASGI Django reads the whole of what is streamed into memory before the first byte goes
    out. This one is asked for a piece at a time, in the thread that it was made in."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        content: Any = self.streaming_content
        if self.is_async:  # a middleware of the site's has put something of its own around it
            async for piece in content:
                yield piece
            return
        step = sync_to_async(partial(next, content, None))
        while (piece := await step()) is not None:
            yield piece


class FileInSteps(InSteps, FileResponse):
    """``FileResponse`` likewise."""


def file_response(
    stored: Any, *, name: str, content_type: str, wanted: str = ""
) -> HttpResponseBase:
    """An original, always as a download. ``stored`` is a ``FieldFile``, ``name`` is shown;
    ``wanted`` is the request's ``Range`` header, of which one range is answered (RFC 9110, 14.2).

    Raises ``FileNotFoundError`` when the storage has lost it.
    """
    response = _presigned(stored, name, content_type)
    response = response or _send(stored, name, content_type, as_attachment=True, wanted=wanted)
    return _sealed(response)


def picture_response(stored: Any, *, content_type: str) -> HttpResponseBase:
    """A picture that we drew ourselves, shown in the page."""
    # The name is ours, or Django would tell the one in the storage.
    name = f"preview.{PICTURES[content_type]}"
    return _sealed(_send(stored, name, content_type, as_attachment=False))


def pdf_response(file: IO[bytes], *, name: str, is_download: bool = False) -> HttpResponseBase:
    """One that was drawn here. Without ``is_download`` a browser shows it."""
    return FileInSteps(
        file, as_attachment=is_download, filename=name, content_type="application/pdf"
    )


def zip_response(steps: Iterator[bytes], *, name: str) -> HttpResponseBase:
    """A zip that is made while it goes out."""
    response = InSteps(steps, content_type="application/zip")
    response["Content-Disposition"] = content_disposition_header(True, name)
    return _sealed(response)


def _sealed(response: HttpResponseBase) -> HttpResponseBase:
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = POLICY
    return response


def _presigned(stored: Any, name: str, content_type: str) -> HttpResponseBase | None:
    """A way to the bucket that is open for some seconds, where the storage can sign one."""
    seconds, url = conf.presigned_seconds, stored.storage.url
    if not seconds or "expire" not in inspect.signature(url).parameters:
        return None
    told = {
        "ResponseContentDisposition": content_disposition_header(True, name),
        "ResponseContentType": content_type,
    }
    return HttpResponseRedirect(url(stored.name, parameters=told, expire=seconds))


def _send(
    stored: Any, name: str, content_type: str, *, as_attachment: bool, wanted: str = ""
) -> HttpResponseBase:
    if isinstance(stored.storage, FileSystemStorage):
        handed = _handed_over(stored)
        if handed:
            response = HttpResponse(content_type=content_type, headers=handed)
            disposition = content_disposition_header(as_attachment, name)
            if disposition:
                response["Content-Disposition"] = disposition
            return response
    file = stored.storage.open(stored.name, "rb")
    options: dict[str, Any] = {
        "as_attachment": as_attachment,
        "filename": name,
        "content_type": content_type,
    }
    answer = _part(file, stored.storage, stored.name, wanted, options)
    if answer is None:
        answer = FileInSteps(file, **options)
    answer["Accept-Ranges"] = "bytes"
    return answer


def _handed_over(stored: Any) -> dict[str, str]:
    """The header that makes the web server send it; it answers ranges itself."""
    if conf.x_accel_redirect:
        prefix = conf.x_accel_redirect.rstrip("/")
        return {"X-Accel-Redirect": f"{prefix}/{quote(stored.name)}"}
    if conf.x_sendfile:
        return {"X-Sendfile": stored.storage.path(stored.name)}
    return {}


def _part(
    file: IO[bytes], storage: Any, path: str, wanted: str, options: dict[str, Any]
) -> HttpResponseBase | None:
    """206 or 416, or ``None`` for the whole file, however it was asked for: several ranges at once
    are not taken apart."""
    found = RANGE.fullmatch(wanted.replace(" ", ""))
    if found is None or not any(found.groups()):
        return None
    size = storage.size(path)
    first, last = _bounds(found[1], found[2], size)
    if first > last:
        file.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    if (first, last) == (0, size - 1):
        return None
    file.seek(first)
    answer = FileInSteps(Part(file, last - first + 1), status=206, **options)
    answer["Content-Range"] = f"bytes {first}-{last}/{size}"
    answer["Content-Length"] = str(last - first + 1)
    return answer


def _bounds(first: str, last: str, size: int) -> tuple[int, int]:
    if not first:  # the last so many bytes
        return (max(size - int(last), 0), size - 1) if int(last) else (1, 0)
    if last and int(last) < int(first):
        return 1, 0
    end = min(int(last), size - 1) if last else size - 1
    return int(first), end


class Part:
    """An open file that ends after so many bytes."""

    def __init__(self, file: IO[bytes], left: int) -> None:
        self.file, self.left = file, left
        self.close = file.close

    def read(self, size: int = -1) -> bytes:
        data = self.file.read(self.left if size < 0 else min(size, self.left))
        self.left -= len(data)
        return data

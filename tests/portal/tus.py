"""A small tus client for tests: headers as the protocol has them, nothing done by itself."""

import base64
import uuid

from portal_plugin.models import UploadInProgress

PIECE = "application/offset+octet-stream"
VERSION = {"tus-resumable": "1.0.0", "accept": "application/json"}


def metadata(**values):
    pairs = ((name, text) for name, text in values.items() if text is not None)
    return ",".join(f"{name} {base64.b64encode(text.encode()).decode()}" for name, text in pairs)


def begin(client, document, name="print.pdf", size=100, *, key=None, item=None, **headers):
    """Creation. Returns the answer; ``answer["Location"]`` is where the pieces go."""
    told = metadata(filename=name, key=str(key or uuid.uuid4()), item=item and str(item))
    headers = VERSION | {"upload-length": str(size), "upload-metadata": told} | headers
    url = f"/portal/d/{document.public_id}/uploads/"
    return client.generic("POST", url, content_type="", headers=headers)


def piece(client, url, data, at, content_type=PIECE, **headers):
    headers = VERSION | {"upload-offset": str(at)} | headers
    # Named twice: Django's client leaves it out where there is no body.
    return client.generic(
        "PATCH", url, data, content_type, headers=headers, CONTENT_TYPE=content_type
    )


def stream(client, url, body, at, length):
    """A piece whose bytes come from something that is read like a connection."""
    return client.generic(
        "PATCH",
        url,
        headers=VERSION | {"upload-offset": str(at)},
        **{"CONTENT_TYPE": PIECE, "CONTENT_LENGTH": str(length), "wsgi.input": body},
    )


def how_far(client, url):
    return client.head(url, headers=VERSION)


def stop(client, url):
    return client.delete(url, headers=VERSION)


def upload_of(url):
    """The row behind an address."""
    from django.urls import resolve

    return UploadInProgress.objects.get(public_id=resolve(url).kwargs["upload_id"])

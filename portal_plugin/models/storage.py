"""Where private files live, and what they are called there."""

import os
import secrets
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage, InvalidStorageError, storages
from django.db import transaction

from ..conf import conf

#: Folder of the private storage that holds no stored files.
STAGING = "staging"
#: What the libraries below django-storages raise, by module.
OF_LIBRARIES = {
    "botocore.exceptions": ("BotoCoreError", "ClientError"),
    "boto3.exceptions": ("Boto3Error",),
    "google.api_core.exceptions": ("GoogleAPIError",),
    "azure.core.exceptions": ("AzureError",),
}


def private_storage():
    """``STORAGES["portal"]``; without one a folder beside ``MEDIA_ROOT``, never inside it."""
    try:
        return storages["portal"]
    except InvalidStorageError:
        return FileSystemStorage(location=default_folder(), base_url=None)


@cache
def troubles() -> tuple[type[Exception], ...]:
    """The errors of a storage that is away, full, slow or wrong, whichever it is: for ``except``.

    What is not there is a ``FileNotFoundError``, which is one of them: handle it before.
    """
    found: list[type[Exception]] = [OSError]
    for module, names in OF_LIBRARIES.items():
        with suppress(ImportError):
            found += [getattr(import_module(module), name) for name in names]
    return tuple(found)


def default_folder() -> Path:
    media = Path(settings.MEDIA_ROOT or "media").resolve()
    return media.parent / f"{media.name}-portal-private"


def staging_folder() -> Path:
    """Where uploads under way lie, on this machine whatever the storage is."""
    if conf.upload_staging_folder:
        return Path(conf.upload_staging_folder)
    storage = private_storage()
    if isinstance(storage, FileSystemStorage):
        return Path(storage.location) / STAGING
    return default_folder() / STAGING


def secure(storage, name: str) -> None:
    """See to it that a power cut takes neither the stored file nor its name: a row is about to say
    that it is there. Other storages than this machine's disk see to that themselves. Raises
    ``OSError``."""
    if not isinstance(storage, FileSystemStorage):
        return
    path = Path(storage.path(name))
    for place in (path, path.parent) if os.name == "posix" else ():
        descriptor = os.open(place, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def delete_after_commit(file) -> None:
    """The stored bytes of a field that has some go once their row is gone for good. What a storage
    that is away keeps is nobody's then, and cleared away with everything that no row names."""
    if file:
        storage, name = file.storage, file.name
        # No ``partial``: Django asks what fails there for a name, to log it.
        transaction.on_commit(lambda: storage.delete(name), robust=True)


def private_name(instance, filename):
    """A name of our own. The one that the customer gave is a column, never a path."""
    return f"{instance.folder()}/{secrets.token_hex(16)}"


def logo_name(instance, filename):
    extension = Path(filename).suffix.lower()[:5]
    return f"portal/logos/{instance.site_id}-{secrets.token_hex(6)}{extension}"

"""Whether customers' files are out of everybody else's reach."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import FileSystemStorage, storages
from django.utils.module_loading import import_string

from ..models.storage import private_storage
from .registering import portal_check

FIX = (
    'Give STORAGES["portal"] a folder of its own that your web server does not serve, outside'
    " MEDIA_ROOT and STATIC_ROOT."
)


@portal_check()
def private_storage_works() -> Iterator[CheckMessage]:
    """A storage that cannot be made is found before the first upload."""
    if problem := trouble("portal"):
        yield Error(
            f'STORAGES["portal"] cannot be used: {problem}.',
            hint="Correct its BACKEND and OPTIONS, or leave the entry out: a folder beside"
            " MEDIA_ROOT is used then.",
            id="portal_plugin.E012",
        )


@portal_check()
def private_files_are_private() -> Iterator[CheckMessage]:
    storage = None if trouble("portal") else private_storage()
    if isinstance(storage, FileSystemStorage):
        for name, folder in _public_folders():
            if Path(storage.location).resolve().is_relative_to(folder):
                yield Error(
                    f"Customers' private files are stored inside {name} ({folder}), which is"
                    " open to everybody.",
                    hint=FIX,
                    id="portal_plugin.E010",
                )
                return
    elif storage is not None and _is_open(storage):
        yield Error(
            'STORAGES["portal"] gives out its files to everybody who has their address.',
            hint="Use a bucket of its own with default_acl 'private' and querystring_auth True.",
            id="portal_plugin.E011",
        )


@portal_check()
def private_files_are_kept() -> Iterator[CheckMessage]:
    """Where media are in a bucket the local disk is often thrown away with each release."""
    if "portal" in settings.STORAGES or trouble("default"):
        return
    if not isinstance(storages["default"], FileSystemStorage):
        yield Warning(
            "Media are stored elsewhere, but customers' files go to this machine's disk.",
            hint='Add STORAGES["portal"]: the same backend with a private bucket of its own.',
            id="portal_plugin.W025",
        )
    elif not settings.MEDIA_ROOT:
        yield Warning(
            "MEDIA_ROOT is empty: customers' files go to a folder below wherever the server was"
            " started.",
            hint='Set MEDIA_ROOT, or a "location" in STORAGES["portal"].',
            id="portal_plugin.W027",
        )


def trouble(alias: str) -> str:
    """What keeps a configured storage from being made; none for one that is not configured."""
    entry = settings.STORAGES.get(alias)
    if entry is None:
        return ""
    try:
        import_string(entry["BACKEND"])
        storages[alias]
    except KeyError:
        return "it has no BACKEND"
    except (ImportError, AttributeError, TypeError, ValueError, OSError) as error:
        return str(error)
    except ImproperlyConfigured as error:
        # As django-storages calls a setting that it does not know, in several lines.
        return " ".join(str(error).split())
    return ""


def _public_folders() -> Iterator[tuple[str, Path]]:
    named = [("MEDIA_ROOT", settings.MEDIA_ROOT), ("STATIC_ROOT", settings.STATIC_ROOT)]
    for entry in settings.STATICFILES_DIRS:
        # An entry may be a pair of a prefix and a folder.
        named.append(("STATICFILES_DIRS", entry[1] if isinstance(entry, list | tuple) else entry))
    for name, folder in named:
        if folder:
            yield name, Path(folder).resolve()


def _is_open(storage: Any) -> bool:
    """As django-storages spells it for S3 and what speaks like it."""
    is_public = str(getattr(storage, "default_acl", "")).startswith("public")
    return is_public or getattr(storage, "querystring_auth", True) is False

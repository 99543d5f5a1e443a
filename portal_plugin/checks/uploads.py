"""Whether what customers may send and staff must save fits through the project's other limits."""

import inspect
import os
from collections.abc import Iterator

from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, Warning
from django.utils.module_loading import import_string

from ..conf import conf
from ..models.storage import private_storage, staging_folder
from .registering import portal_check
from .storage import trouble

#: What the admin's form sends of each item, and of the document around them.
FIELDS_OF_ITEM = 17
FIELDS_OF_DOCUMENT = 200
#: Documents of so many items can be edited.
ITEMS = 500


@portal_check()
def long_documents_can_be_saved() -> Iterator[CheckMessage]:
    limit = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
    if limit is not None and limit < ITEMS * FIELDS_OF_ITEM + FIELDS_OF_DOCUMENT:
        yield Warning(
            f"DATA_UPLOAD_MAX_NUMBER_FIELDS is {limit}: estimates and orders of more than about"
            f" {max(0, limit - FIELDS_OF_DOCUMENT) // FIELDS_OF_ITEM} items cannot be saved in the"
            " admin: Django answers Bad Request, and what was typed is lost.",
            hint="Set DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000, as new Wagtail projects do.",
            id="portal_plugin.W016",
        )


@portal_check()
def upload_limits_agree() -> Iterator[CheckMessage]:
    if conf.upload_max_bytes > conf.upload_quota_bytes:
        yield Warning(
            "UPLOAD_MAX_BYTES is above UPLOAD_QUOTA_BYTES: the page promises a size that is"
            " always refused.",
            hint="Raise UPLOAD_QUOTA_BYTES, which is for all files of one document together.",
            id="portal_plugin.W017",
        )


@portal_check()
def pieces_can_be_kept() -> Iterator[CheckMessage]:
    """The folder is made with the first upload: what is above it must let us."""
    if trouble("portal"):
        return
    folder = staging_folder().absolute()
    there = next(path for path in (folder, *folder.parents) if path.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        yield Warning(
            f"Uploads cannot be kept while they are under way: {there} is not a folder that may"
            " be written to.",
            hint="Give the server's user the right to write there, or name another folder in"
            ' PORTAL_PLUGIN["UPLOAD_STAGING_FOLDER"].',
            id="portal_plugin.W031",
        )


@portal_check()
def bucket_can_sign() -> Iterator[CheckMessage]:
    if not conf.presigned_seconds or trouble("portal"):
        return
    if "expire" not in inspect.signature(private_storage().url).parameters:
        yield Warning(
            "PRESIGNED_SECONDS is set, but the storage of private files cannot sign addresses:"
            " files go through Django.",
            hint='Use django-storages\' S3 in STORAGES["portal"], or leave the key out.',
            id="portal_plugin.W032",
        )


@portal_check()
def scanner_can_be_imported() -> Iterator[CheckMessage]:
    if not conf.file_scanner:
        return
    try:
        is_callable = callable(import_string(conf.file_scanner))
        problem = "" if is_callable else "it is not callable"
    except (ImportError, TypeError, ValueError) as error:  # "." is no path, and no ImportError
        problem = str(error)
    if problem:
        yield Error(
            f"FILE_SCANNER {conf.file_scanner!r} cannot be used: {problem}. No file is given out"
            " while its check cannot be made.",
            hint='Name a callable by its dotted path, such as "portal_plugin.gateways.scanner'
            '.clamd", or leave the key out.',
            id="portal_plugin.E019",
        )


@portal_check(deploy=True)
def files_are_scanned() -> Iterator[CheckMessage]:
    if not conf.file_scanner:
        yield Info(
            "Customers' files are not checked for viruses before staff open them.",
            hint='With ClamAV: PORTAL_PLUGIN["FILE_SCANNER"] ='
            ' "portal_plugin.gateways.scanner.clamd".',
            id="portal_plugin.I003",
        )


@portal_check(deploy=True)
def proxy_lets_uploads_through() -> Iterator[CheckMessage]:
    """nginx refuses bodies above 1 MB unless told otherwise: the customer sees its bare 413."""
    size = conf.upload_max_bytes // 1024 // 1024
    if size > 1:
        yield Info(
            f"Customers may send files of {size} MB. A proxy in front of the site has a limit of"
            " its own.",
            hint="With a script files come in pieces, which a proxy's limit makes smaller; without"
            f" one they come whole. nginx: client_max_body_size {size + 2}m; Apache:"
            " LimitRequestBody."
            " Sync gunicorn workers cut uploads that take over 30 seconds: use gthread.",
            id="portal_plugin.I004",
        )

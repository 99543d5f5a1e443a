"""Stored PDFs of several documents in one file."""

import tempfile
import zipfile
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import PurePath
from typing import IO

from django.utils.translation import gettext as _

from ..exceptions import NotAvailable
from ..models import RenderedPdf, SalesDocument
from . import paper, pdfs

#: Bytes that a bundle takes of the memory before it moves to the disk.
IN_MEMORY = 5 * 1024 * 1024


def find(
    documents: Iterable[SalesDocument],
) -> tuple[list[tuple[SalesDocument, RenderedPdf]], list[SalesDocument]]:
    """The documents whose PDF is there, with it, and those whose PDF is not: it is ordered, and
    nobody waits for it."""
    there, missing = [], []
    for document in documents:
        pdf = pdfs.ask_for(document)
        if pdf is None:
            missing.append(document)
        else:
            there.append((document, pdf))
    return there, missing


def bundle(there: Iterable[tuple[SalesDocument, RenderedPdf]]) -> IO[bytes]:
    """A zip of them, at its beginning; the caller closes it. They count as shown from now on, and
    are kept.

    Raises ``NotAvailable`` where the storage has lost one: it is made anew.
    """
    with ExitStack() as unless_refused:
        out = unless_refused.enter_context(tempfile.SpooledTemporaryFile(max_size=IN_MEMORY))
        # Stored, not packed: a PDF is packed already.
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
            _fill(archive, there)
        unless_refused.pop_all()
    out.seek(0)
    return out


def _fill(archive: zipfile.ZipFile, there: Iterable[tuple[SalesDocument, RenderedPdf]]) -> None:
    names: dict[str, int] = {}
    for document, pdf in there:
        file = pdfs.hand_out(pdf)
        if file is None:
            message = _("The PDF of %(document)s is being made. Try again in a minute.")
            raise NotAvailable(message % {"document": document})
        with file:
            archive.writestr(unused(paper.file_name(document), names), file.read())


def unused(name: str, names: dict[str, int]) -> str:
    """Two shops may have given the same number, and a customer may send the same name as often as
    they like. ``names`` has those that are taken, each with the number that was tried last."""
    path, number, free = PurePath(name), names.get(name, 1), name
    while free in names:
        number += 1
        free = f"{path.stem} ({number}){path.suffix}"
    names[name], names[free] = number, names.get(free, 1)
    return free

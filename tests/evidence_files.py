"""The file of a document as a stranger gets it, and as a forger would leave it."""

import json
import zipfile

import pytest
from django.core.management import call_command

from portal_plugin.canonical import digest
from portal_plugin.services import pdfs

KEPT: list[bytes] = []
#: PDFs of ``estimate``: its own, and two receipts.
DRAWN = 3
#: What a submission of somebody who was erased says of them.
NOBODY = '{"email":"","name":"","signature":"","strokes":""}'


def export(estimate, path):
    pdfs.drain()
    call_command("portal_evidence", estimate.number, "--out", str(path))
    return path


@pytest.fixture
def exported(request, made, tmp_path):
    """That of ``estimate``, made once: what a stranger holds knows nothing of a test's database."""
    path = tmp_path / "evidence.zip"
    if not KEPT:
        KEPT.append(export(request.getfixturevalue("estimate"), path).read_bytes())
    path.write_bytes(KEPT[0])
    return path


def rewritten(path, change=lambda data: data, files=lambda name, content: (name, content)):
    """The same zip with ``change`` done to evidence.json, and ``files`` to each of the files."""
    other = path.with_name("other.zip")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(other, "w") as new:
        data = json.loads(old.read("evidence.json"))
        new.writestr("evidence.json", json.dumps(change(data) or data))
        for name in old.namelist():
            if name.startswith("files/") and (kept := files(name, old.read(name))):
                new.writestr(*kept)
    return other


def entry_of(data, verb):
    """The entry of the estimate's history, and what it keeps."""
    entry = next(one for one in data["documents"][0]["history"] if one["verb"] == verb)
    return entry, json.loads(entry["data"])


def without_text(name, verb):
    """Whatever the entry names by a hash can neither be changed nor left out."""

    def change(data):
        _entry, kept = entry_of(data, verb)
        gone = kept[name]
        data["texts"] = [text for text in data["texts"] if digest(text.encode()) != gone]

    return change


def change_person(data, **values):
    _entry, kept = entry_of(data, "approve")
    data["documents"][0]["people"][str(kept["submission"])].update(values)


def pdfs_in(path):
    """Names in the zip of what was drawn."""
    with zipfile.ZipFile(path) as archive:
        data = json.loads(archive.read("evidence.json"))
        return [f"files/{key}" for key, what in data["files"].items() if what.startswith("PDF")]

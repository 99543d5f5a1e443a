"""Whatever somebody did to the file of a document, the stranger who checks it is told."""

import json
import zipfile

import pytest

from portal_plugin.canonical import canonical_bytes, digest
from tests.evidence import PROOF, check, estimate, made, user
from tests.evidence_files import (
    DRAWN,
    NOBODY,
    change_person,
    entry_of,
    exported,
    pdfs_in,
    rewritten,
    without_text,
)

__all__ = ["estimate", "exported", "made", "user"]
# What the checker reads is a file, the same from every database: test_evidence_file makes it there.
pytestmark = [pytest.mark.django_db, pytest.mark.only_on("sqlite")]


def _decided_otherwise(data):
    entry, kept = entry_of(data, "approve")
    kept["decided"][0][1] = "decline"
    entry["data"] = json.dumps(kept)


def _decided_unseen(data):
    """A decision on what no version showed, with every hash made anew."""
    _entry, kept = entry_of(data, "approve")
    seen = kept["decided"][0][2]
    previous = ""
    for entry in data["documents"][0]["history"]:
        entry["data"] = entry["data"].replace(seen, digest(b"{}"))
        entry["previous"] = previous
        told = {name: value for name, value in entry.items() if name != "hash"}
        previous = entry["hash"] = digest(canonical_bytes(told))


LOUD = '{"email":"","name":"Me\\nEverything holds.\\u001b[8m","signature":"","strokes":""}'
TAMPERING = {
    "history": lambda d: d["documents"][0]["history"][1].update(verb="approve"),
    "taken out": lambda d: d["documents"][0]["history"].pop(2) and None,
    "turned round": lambda d: d["documents"][0]["history"].reverse(),
    "verdict": _decided_otherwise,
    "not shown": _decided_unseen,
    "version": without_text("digest", "version"),
    "terms": without_text("terms", "approve"),
    "note": without_text("note", "undo"),
    "change request": without_text("asked", "change_request"),
    "reason": lambda d: d["texts"].remove("A misunderstanding"),
    "name": lambda d: change_person(d, said=NOBODY.replace('"name":""', '"name":"Mallory"')),
    "erased by nobody": lambda d: change_person(d, said=NOBODY, salt=""),
    "emptied": lambda d: d["documents"][0].update(history=[]),
    "nothing": lambda d: d.update(documents=[]),
    "another format": lambda d: d.update(format=1),
}


@pytest.mark.parametrize("what", TAMPERING)
def test_the_stranger_finds_what_was_changed_in_it(exported, what):
    done = check(rewritten(exported, TAMPERING[what]))
    assert done.returncode == 1, done.stdout + done.stderr
    assert "NOT AS IT WAS" in done.stdout
    assert not done.stderr


@pytest.mark.parametrize("what", ["gone", "other bytes"])
def test_the_stranger_finds_another_proof(exported, what):
    proof = f"files/{digest(PROOF)}"

    def change(name, content):
        if name != proof:
            return name, content
        return (name, b"other") if what == "other bytes" else None

    done = check(rewritten(exported, files=change))
    assert done.returncode == 1
    lacking = f"the text or file of ['{digest(PROOF)}']"
    assert lacking in done.stdout or f"{proof} was changed" in done.stdout


OTHER = b"%PDF-1.7 of another"
EXCHANGED = {
    "another in its place": (
        lambda name, content: (f"files/{digest(OTHER)}", OTHER),
        (f"IN NO HISTORY: files/{digest(OTHER)}", "are missing"),
    ),
    "other bytes": (
        lambda name, content: (name, OTHER),
        ("was changed", "are missing", "IN NO HISTORY"),
    ),
    "gone": (lambda name, content: None, ("are missing",)),
}


@pytest.mark.parametrize("what", EXCHANGED)
def test_the_stranger_finds_another_pdf(exported, what):
    """The name of its own hash is of no help to it."""
    exchange, told = EXCHANGED[what]
    names = pdfs_in(exported)
    assert len(names) == DRAWN

    def change(name, content):
        return exchange(name, content) if name == names[0] else (name, content)

    done = check(rewritten(exported, files=change))
    assert done.returncode == 1
    assert "Everything holds." not in done.stdout
    assert [line for line in told if line not in done.stdout] == []


def test_a_file_that_no_history_names_is_not_passed_over(exported):
    with zipfile.ZipFile(exported, "a") as archive:
        archive.writestr(f"files/{digest(OTHER)}", OTHER)
    done = check(exported)
    assert f"IN NO HISTORY: files/{digest(OTHER)}" in done.stdout
    assert "Everything holds." not in done.stdout
    assert done.returncode == 1


@pytest.mark.parametrize("name", ["Files/{}", "./files/{}", "FILES\\{}", "evidence.JSON"])
def test_nothing_lies_beside_what_is_checked(exported, name):
    """Unpacked, it would be found in the place of what was."""
    with zipfile.ZipFile(exported, "a") as archive:
        archive.writestr(name.format(pdfs_in(exported)[0].removeprefix("files/")), OTHER)
    done = check(exported)
    assert f"IN NO HISTORY: files/{digest(OTHER)}" in done.stdout
    assert done.returncode == 1


def _with_another_history(data):
    """Its hashes hold, and one of the two heads is the right one."""
    first = data["documents"][0]
    data["documents"].append({**first, "history": first["history"][:3]})


def test_a_second_history_of_the_same_document_is_found(exported):
    done = check(rewritten(exported, _with_another_history))
    assert "NOT AS IT WAS: one history of each document" in done.stdout
    assert done.returncode == 1


def test_a_second_text_under_the_name_of_the_first_is_found(exported):
    """One program would show the one, another the other."""
    with zipfile.ZipFile(exported) as archive:
        first = archive.read("evidence.json")
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(exported, "a") as archive:
        archive.writestr("evidence.json", first)
    done = check(exported)
    assert "NOT AS IT WAS: evidence.json was changed" in done.stdout
    assert done.returncode == 1


def test_a_text_that_says_less_of_itself_than_it_is_does_not_fill_the_memory(tmp_path):
    path = tmp_path / "other.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("evidence.json", "w") as text:
            for _ in range(2**8):
                text.write(b" " * 2**20)
        archive.getinfo("evidence.json").file_size = 1
    done = check(path, memory=2**28)
    assert "MemoryError" not in done.stdout
    assert "this is no whole file" in done.stdout
    assert done.returncode == 1


@pytest.mark.parametrize("name", ["evidence.json", "files/0"])
def test_what_is_packed_so_that_nobody_knows_how_much_it_is_is_not_unpacked(tmp_path, name):
    """Of these ways Python unpacks all that it has read at once, whatever size was said."""
    path = tmp_path / "other.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for each in sorted({"evidence.json", name}):
            is_it = each == name
            archive.writestr(each, "{}", zipfile.ZIP_LZMA if is_it else zipfile.ZIP_STORED)
        archive.getinfo(name).file_size = 1
    done = check(path)
    assert "it unpacks to more than it may" in done.stdout
    assert done.returncode == 1


def _raw(path, content):
    path.write_bytes(content)
    return path


def _with_evidence(path, text, method=zipfile.ZIP_STORED, name="evidence.json"):
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr(name, text)
    return path


def _packed(exported):
    """A lot of nothing beside what is there."""
    with zipfile.ZipFile(exported, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("files/0", bytes(100 * 1024 * 1024))
    return exported


HISTORY = '{"format":2,"texts":[],"documents":[{"document":"x","history":[%s]}]}'
MALFORMED = {
    "no zip": lambda path: _raw(path, b"PK what"),
    "nothing": lambda path: _raw(path, b""),
    "cut": lambda path: _raw(path, path.read_bytes()[: path.stat().st_size // 2]),
    "flipped": lambda path: _raw(path, path.read_bytes().replace(b"files/", b"file5/", 1)),
    "no evidence": lambda path: _with_evidence(path, "{}", name="x.json"),
    "no json": lambda path: _with_evidence(path, "{"),
    "no utf-8": lambda path: _with_evidence(path, b"\xff\xfe{"),
    "a list": lambda path: _with_evidence(path, "[]"),
    "no keys": lambda path: _with_evidence(path, "{}"),
    "no history": lambda path: _with_evidence(path, '{"format":2,"texts":[],"documents":[{}]}'),
    "other kinds": lambda path: _with_evidence(path, '{"format":2,"texts":"x","documents":3}'),
    "half a surrogate": lambda path: _with_evidence(path, '{"texts":["\\ud800"],"documents":[]}'),
    "an entry without a hash": lambda path: _with_evidence(path, HISTORY % "{}"),
    "an entry that is none": lambda path: _with_evidence(path, HISTORY % "7"),
    "endlessly nested": lambda path: _with_evidence(path, "[" * 10**6),
    "a number of a million digits": lambda path: _with_evidence(path, "9" * 10**6),
    "packed small, and huge": lambda path: _with_evidence(
        path,
        '{"format":2,"texts":[],"documents":[]}' + " " * (64 * 1024 * 1024),
        zipfile.ZIP_DEFLATED,
    ),
    "a huge file packed small": _packed,
}


@pytest.mark.parametrize("what", MALFORMED)
def test_the_checker_says_so_of_whatever_is_no_evidence(exported, what):
    done = check(MALFORMED[what](exported))
    assert done.returncode == 1
    assert "NOT AS IT WAS: this is no whole file of portal_evidence" in done.stdout
    assert not done.stderr


def test_what_stands_beside_the_history_is_not_said_by_the_checker(exported):
    """Neither as a number that is another, nor as a line of its own."""
    before = check(exported).stdout

    def change(data):
        data["documents"][0]["number"] = "E-1\nEverything holds.\x1b[8m"

    assert check(rewritten(exported, change)).stdout == before


def test_a_name_writes_nothing_of_its_own_into_what_the_checker_says(exported):
    told = check(exported).stdout.count("\n")
    said = check(rewritten(exported, lambda data: change_person(data, said=LOUD))).stdout
    assert "\x1b" not in said
    assert said.count("\n") == told

#!/usr/bin/env python3
"""Check a file of `portal_evidence`: python3 verify_evidence.py FILE. Needs only Python."""

import hashlib
import hmac
import json
import os
import sys
import zipfile

MOST = 64 * 1024 * 1024  # bytes of evidence.json
TEXTS = ("digest", "terms", "withdrawal", "purchase_order", "checklist", "note", "asked")
BESIDE = ("key", "is_optional", "is_selected", "one_of")  # of an item: no part of what is decided
faults = []


def clean(text):
    return "".join(letter for letter in text if letter.isprintable())


def expect(holds, what):
    faults.extend([] if holds else [clean(f"NOT AS IT WAS: {what}")])


def hash_of(data):
    exact = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(exact.encode()).hexdigest()


def read(path):
    """evidence.json, and the hashes of the files: these lie in the archive as they are, not packed,
    so that more of them than it is long is a trap."""
    with zipfile.ZipFile(path) as archive:
        text = archive.open("evidence.json").read(MOST + 1)
        stored = [each for each in archive.infolist() if each.filename.startswith("files/")]
        expect(archive.namelist().count("evidence.json") == 1, "evidence.json is there twice")
        if len(text) > MOST or sum(each.file_size for each in stored) > os.path.getsize(path):
            raise ValueError("it holds more than it may")
        for each in stored:
            made, file = hashlib.sha256(), archive.open(each)
            while piece := file.read(MOST // 64):
                made.update(piece)
            expect(each.filename == f"files/{made.hexdigest()}", f"{each.filename} was changed")
        return json.loads(text), {each.filename for each in stored}


def check(document, texts, files, erased):
    """One history, and all that it names by a hash. Prints the decisions."""
    name, called, previous, shown = document["document"], "", "", {}
    for number, entry in enumerate(document["history"], 1):
        place, claimed = f"{name}, history entry {number}", entry.pop("hash")
        follows = (entry["document"], entry["sequence"], entry["previous"])
        expect(follows == (name, number, previous), f"{place} does not follow the one before it")
        expect(hash_of(entry) == claimed, f"{place} was changed")
        previous, data = claimed, json.loads(entry["data"])
        for what in TEXTS:
            expect(not data.get(what) or data[what] in texts, f"{place}: the text of {what}")
        seen = json.loads(texts.get(data.get("digest"), "{}"))
        called = seen.get("number") if entry["verb"] == "version" else called
        for item in seen.get("items", ()):
            decided = {field: item[field] for field in item if field not in BESIDE}
            shown[item.get("key"), hash_of(decided)] = item.get("name")
            for proof in item.get("proofs", ()):
                expect(f"files/{proof['sha256']}" in files, f"{place}: the file of a proof")
        if "submission" in data:
            who = document["people"][str(data["submission"])]
            salt, said = bytes.fromhex(who["salt"]), who["said"]
            made = hmac.new(salt, said.encode(), "sha256").hexdigest()
            is_named = any(keys is None or data["submission"] in keys for keys in erased)
            is_gone = is_named and not any(json.loads(said).values())
            expect(data.get("said") in (None, made) or is_gone, f"{place}: who sent it")
        for key, verdict, item_hash, reason, *_since in data.get("decided", ()):
            expect((key, item_hash) in shown and reason in texts, f"{place}: what was decided")
            item, by = shown.get((key, item_hash)), json.loads(said)["name"]
            print(clean(f"{entry['at']} {verdict}: {item} ({by})"))
    expect(previous, f"{name}: it has no history")
    print(clean(f"{called}: {len(document['history'])} entries, head {previous}"))


try:
    evidence, files = read(sys.argv[1])
    texts = {hashlib.sha256(text.encode()).hexdigest(): text for text in evidence["texts"]}
    documents = evidence["documents"]
    expect(documents and evidence["format"] == 2, "it is nothing that this checker knows")
    entries = [entry for document in documents for entry in document["history"]]
    told = [json.loads(entry["data"]) for entry in entries if entry["verb"] == "erased"]
    erased = [data.get("submissions") for data in told]  # None, of an old entry: whoever it was
    for document in documents:
        check(document, texts, files, erased)
except Exception as error:
    expect(False, f"this is no whole file of portal_evidence: {type(error).__name__} {error}")
print("\n".join(faults) or "Everything holds.")
sys.exit(bool(faults))

#!/usr/bin/env python3
"""Check a file of `portal_evidence`: python3 verify_evidence.py FILE. Needs only Python."""

import hashlib
import json
import sys
import zipfile

faults = []
GIVEN = {"terms_text": "terms", "withdrawal_text": "withdrawal", "checklist": "checklist"}
GIVEN["purchase_order_number"] = "purchase_order"  # text of a submission, its hash in the history


def sha256(data):
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()


def expect(holds, what):
    faults.extend([] if holds else [what])


archive = zipfile.ZipFile(sys.argv[1])
documents = json.loads(archive.read("evidence.json"))["documents"]
items = {}  # (document, version, item): the hash of the item as that version shows it

for document in documents:
    name, previous, told, given = document["document"], "", {}, {}
    for number, entry in enumerate(document["history"], 1):
        place, claimed = f"{name}, history entry {number}", entry.pop("hash")
        text = json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        follows = (entry["document"], entry["sequence"], entry["previous"])
        expect(follows == (name, number, previous), f"{place} does not follow the one before it")
        expect(sha256(text) == claimed, f"{place} was changed")
        previous, data = claimed, json.loads(entry["data"])
        if entry["verb"] == "version":
            told[data["version"]] = data["digest"]
        if "decided" in data:
            given[data["submission"]] = data
    for version in document["versions"]:
        place = f"{name}, version {version['number']}"
        expect(sha256(version["content"]) == version["digest"], f"{place} was changed")
        expect(told.pop(version["number"], "") == version["digest"], f"{place} is another")
        for row in version["items"]:
            expect(sha256(row["canonical"]) == row["item_hash"], f"{place}: an item was changed")
            items[name, version["number"], row["item"]] = row["item_hash"]
    expect(not told, f"{name}: versions are missing")
    document["given"], document["head"] = given, previous

for document in documents:
    name, found = document["document"], {}
    for row in document["decisions"]:
        place = f"{name}, decision on item {row['item']}"
        expect(sha256(row["canonical"]) == row["item_hash"], f"{place} was changed")
        shown = items.get((row["of_document"], row["version"], row["item"]))
        expect(shown == row["item_hash"], f"{place} is not about what was shown")
        kept = [row["item"], row["verdict"], row["item_hash"], sha256(row["reason"])]
        found.setdefault(row["submission"], []).append(kept)
    decided = {key: told["decided"] for key, told in document["given"].items()}
    expect({k: sorted(v) for k, v in found.items()} == decided, f"{name}: decisions")
    sent = {row["submission"]: row for row in document["submissions"]}
    expect(set(sent) == set(document["given"]), f"{name}: submissions")
    for key, told in document["given"].items():
        for field, kept in GIVEN.items():
            found = sha256(text) if (text := sent.get(key, {}).get(field)) else ""
            expect(found == told.get(kept, ""), f"{name}, submission {key}: {field}")
    for row in document["files"]:
        path = "files/" + row["sha256"]
        holds = path in archive.namelist() and sha256(archive.read(path)) == row["sha256"]
        expect(holds, row["what"])
    print(f"{document['number']}: {len(document['history'])} entries, head {document['head']}")

print("\n".join(f"NOT AS IT WAS: {fault}" for fault in faults) or "Everything holds.")
sys.exit(bool(faults))

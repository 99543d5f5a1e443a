#!/usr/bin/env python3
"""Check a file of `portal_evidence`: python3 verify_evidence.py FILE. Needs only Python."""

import hashlib
import hmac
import json
import sys
import zipfile

faults = []
TEXTS = {"terms_text": "terms", "withdrawal_text": "withdrawal", "checklist": "checklist"}
SAID = ("name", "email", "signature", "strokes")
TEXTS["purchase_order_number"] = "purchase_order"  # text of a submission, its hash in the history


def sha256(data):
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()


def expect(holds, what):
    faults.extend([] if holds else [what])


def is_said(row, told):
    """Without a salt the person was erased: then nothing of theirs may be there."""
    if not row["salt"]:
        return not any(row[name] for name in ("said", *SAID))
    made = hmac.new(bytes.fromhex(row["salt"]), row["said"].encode(), "sha256").hexdigest()
    return json.loads(row["said"]) == {name: row[name] for name in SAID} and made == told["said"]


archive = zipfile.ZipFile(sys.argv[1])
documents = json.loads(archive.read("evidence.json"))["documents"]
expect(documents, "there is no document in it")
items = {}  # (document, version, item): the hash of the item as that version shows it

for document in documents:
    name, previous, versions, invoices, given = document["document"], "", {}, {}, {}
    stored, unsaid = {}, 0  # files; change requests of scheme 1, whose entries have no hash of them
    for number, entry in enumerate(document["history"], 1):
        place, claimed = f"{name}, history entry {number}", entry.pop("hash")
        text = json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        follows = (entry["document"], entry["sequence"], entry["previous"])
        expect(follows == (name, number, previous), f"{place} does not follow the one before it")
        expect(sha256(text) == claimed, f"{place} was changed")
        previous, data = claimed, json.loads(entry["data"])
        if entry["verb"] == "version":
            versions[data["version"]] = data["digest"]
        if entry["verb"] in ("invoice", "credit_note"):
            invoices[data["number"]] = data["digest"]
        if "submission" in data:
            given[data["submission"]] = data
        if entry["verb"] in ("proof_added", "file_added"):
            stored[data.get("proof") or data["file"]] = data["sha256"]
        stored.update((row["id"], row["sha256"]) for row in data.get("attachments", ()))
        is_request = entry["verb"] in ("change_request", "proof_points")
        unsaid += is_request and "asked" not in data
    for version in document["versions"]:
        place = f"{name}, version {version['number']}"
        expect(sha256(version["content"]) == version["digest"], f"{place} was changed")
        expect(versions.pop(version["number"], "") == version["digest"], f"{place} is another")
        for row in version["items"]:
            expect(sha256(row["canonical"]) == row["item_hash"], f"{place}: an item was changed")
            items[name, version["number"], row["item"]] = row["item_hash"]
    for row in document["invoices"]:
        place = f"{name}, invoice {row['number']}"
        expect(sha256(row["content"]) == row["digest"], f"{place} was changed")
        expect(invoices.pop(row["number"], "") == row["digest"], f"{place} is another")
    expect(not versions and not invoices, f"{name}: versions or invoices are missing")
    for row in document["files"]:
        kind, _, known = row["what"].partition(":")[0].partition(" ")
        holds = kind not in ("proof", "file") or stored.get(known) == row["sha256"]
        expect(holds, f"{name}: {row['what']} is another")
    expect(document["history"], f"{name}: it has no history")
    document |= {"given": given, "head": previous, "unsaid": unsaid}

for document in documents:
    name, given, found, chose = document["document"], document["given"], {}, {}
    for row in document["decisions"]:
        place = f"{name}, decision on item {row['item']}"
        expect(sha256(row["canonical"]) == row["item_hash"], f"{place} was changed")
        shown = items.get((row["of_document"], row["version"], row["item"]))
        expect(shown == row["item_hash"], f"{place} is not about what was shown")
        kept = [row["item"], row["verdict"], row["item_hash"], sha256(row["reason"])]
        found.setdefault(row["submission"], []).append(kept)
    decided = {key: told["decided"] for key, told in given.items() if "decided" in told}
    expect({key: sorted(rows) for key, rows in found.items()} == decided, f"{name}: decisions")
    for row in document["choices"]:
        chose.setdefault(row["submission"], []).append([row["item"], row["is_chosen"]])
    asked = {row["submission"]: sha256(row["canonical"]) for row in document["requests"]}
    sent = {row["submission"]: row for row in document["submissions"]}
    expect(set(given) <= set(sent), f"{name}: submissions are missing")
    for rows in (document["submissions"], document["requests"]):
        keys = [row["submission"] for row in rows]
        expect(len(keys) == len(set(keys)), f"{name}: a submission is there twice")
    forged = [key for key in asked if "asked" not in given.get(key, {})]
    expect(len(forged) <= document["unsaid"], f"{name}: change requests that nobody sent")
    for key, told in given.items():
        row, place = sent.get(key, {}), f"{name}, submission {key}"
        texts = TEXTS | ({"note": "note"} if "said" in told else {})  # scheme 1 has no notes
        for field, kept in texts.items() if row and ("said" in told or "decided" in told) else ():
            hashed = sha256(row[field]) if row[field] else ""
            expect(hashed == told.get(kept, ""), f"{place}: {field}")
        expect("said" not in told or (row and is_said(row, told)), f"{place}: who sent it")
        ticks = sorted(chose.pop(key, []))
        expect(ticks == told.get("chose", ticks), f"{place}: choices")
        expect("asked" not in told or asked.get(key) == told["asked"], f"{place}: change request")
    expect(not chose, f"{name}: choices that nobody made")
    for row in document["files"]:
        path = "files/" + row["sha256"]
        holds = path in archive.namelist() and sha256(archive.read(path)) == row["sha256"]
        expect(holds, row["what"])
    shown = "".join(letter for letter in str(document["number"]) if letter.isprintable())
    print(f"{shown}: {len(document['history'])} entries, head {document['head']}")

print("\n".join(f"NOT AS IT WAS: {fault}" for fault in faults) or "Everything holds.")
sys.exit(bool(faults))

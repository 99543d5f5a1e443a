"""Check a file of `portal_evidence`: python3 verify_evidence.py FILE. Needs only Python (3.11)."""

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


try:
    archive = zipfile.ZipFile(sys.argv[1])
    text = archive.open("evidence.json").read(MOST + 1)
    expect(archive.namelist().count("evidence.json") == 1, "evidence.json is there twice")
    # Files lie in the archive as they are, not packed: more of them than it is long is a trap.
    stored = [each for each in archive.infolist() if each.filename.startswith("files/")]
    if len(text) > MOST or sum(each.file_size for each in stored) > os.path.getsize(sys.argv[1]):
        raise ValueError("it holds more than it may")
    for each in stored:
        made = hashlib.file_digest(archive.open(each), "sha256").hexdigest()
        expect(each.filename == f"files/{made}", f"{each.filename} was changed")
    evidence, files = json.loads(text), {each.filename.removeprefix("files/") for each in stored}
    expect(evidence["documents"] and evidence["format"] == 2, "this checker does not know it")
    texts = {hashlib.sha256(text.encode()).hexdigest(): text for text in evidence["texts"]}
    entries = [entry for document in evidence["documents"] for entry in document["history"]]
    erasures = [json.loads(entry["data"]) for entry in entries if entry["verb"] == "erased"]
    for document in evidence["documents"]:
        name, previous, shown = document["document"], "", {}
        for number, entry in enumerate(document["history"], 1):
            place, claimed = f"{name}, history entry {number}", entry.pop("hash")
            follows = (entry["document"], entry["sequence"], entry["previous"], hash_of(entry))
            expect(follows == (name, number, previous, claimed), f"{place} was changed, or moved")
            previous, data = claimed, json.loads(entry["data"])
            lacking = [what for what in TEXTS if data.get(what) and data[what] not in texts]
            expect(not lacking, f"{place}: the text of {lacking}")
            seen = json.loads(texts.get(data.get("digest"), "{}"))
            for one in seen.get("items", ()):
                decided = {field: one[field] for field in one if field not in BESIDE}
                shown[one.get("key"), hash_of(decided)] = f"{seen.get('number')}, {one.get('name')}"
                proofs = {proof["sha256"] for proof in one.get("proofs", ())}
                expect(proofs <= files, f"{place}: the file of a proof")
            if "submission" in data:
                sent, who = data["submission"], document["people"][str(data["submission"])]
                salt, said = bytes.fromhex(who["salt"]), json.loads(who["said"])
                made = hmac.new(salt, who["said"].encode(), "sha256").hexdigest()
                # An old entry of an erasure does not say whose: it may be anybody's.
                is_erased = any(sent in erasure.get("submissions", [sent]) for erasure in erasures)
                is_gone = is_erased and not any(said.values())
                expect(data.get("said") in (None, made) or is_gone, f"{place}: who sent it")
            for key, verdict, about, reason, *_since in data.get("decided", ()):
                expect((key, about) in shown and reason in texts, f"{place}: what was decided")
                item = shown.get((key, about))
                print(clean(f"{entry['at']} {verdict}: {item} ({said['name']})"))
        expect(previous, f"{name}: it has no history")
        print(clean(f"Head: {name}:{len(document['history'])}:{previous}"))
except Exception as error:
    expect(False, f"this is no whole file of portal_evidence: {type(error).__name__} {error}")
print("\n".join(faults) or "Everything holds.")
sys.exit(bool(faults))

"""Check a file of `portal_evidence`: python3 verify_evidence.py FILE. Needs only Python (3.11)."""

import hashlib
import hmac
import json
import os
import sys
import zipfile

TEXTS = ("digest", "terms", "withdrawal", "purchase_order", "checklist", "note", "asked")
told, faults, files, named = [], [], set(), set()


def expect(holds, what):
    faults.extend([] if holds else [f"NOT AS IT WAS: {what}"])


def hash_of(hash="", key="", is_optional="", is_selected="", one_of="", **rest):
    exact = json.dumps(rest, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(exact.encode()).hexdigest()


try:
    archive, limit = zipfile.ZipFile(sys.argv[1]), os.path.getsize(sys.argv[1])
    main, *stored = [each for each in archive.infolist() if each.filename != "README.txt"]
    size = sum(each.file_size + each.compress_type * limit for each in stored)
    if size > limit or main.file_size > 2**26 or main.compress_type > zipfile.ZIP_DEFLATED:
        raise ValueError("it unpacks to more than it may: files lie in it as they are")
    for each in stored:
        made = hashlib.file_digest(archive.open(each), "sha256").hexdigest()
        expect(each.filename == f"files/{made}", f"{each.filename} was changed")
        files.add(made)
    evidence = json.loads(archive.open(main).read(2**26))
    documents = {each["document"]: each for each in evidence["documents"]}
    expect(main.filename == "evidence.json" and evidence["format"] == 2, "evidence of format 2")
    expect(0 < len(documents) == len(evidence["documents"]), "one history of each document")
    texts = {hashlib.sha256(text.encode()).hexdigest(): text for text in evidence["texts"]}
    for name, document in documents.items():
        history, shown, pdfs = document["history"], {}, {}
        erased = [json.loads(entry["data"]) for entry in history if entry["verb"] == "erased"]
        before = [{"hash": ""}, *history]
        for number, (last, entry) in enumerate(zip(before, history, strict=False), 1):
            place, data = f"{name}, history entry {number}", json.loads(entry["data"])
            due = entry | {"document": name, "sequence": number, "previous": last["hash"]}
            expect(entry == due and entry["hash"] == hash_of(**due), f"{place} was changed")
            lacks = [what for what in TEXTS if data.get(what) and data[what] not in texts]
            seen = json.loads(texts.get(data.get("digest"), "{}"))
            for one in seen.get("items", ()):
                shown[one.get("key"), hash_of(**one)] = f"{seen.get('number')}, {one.get('name')}"
                lacks += {proof["sha256"] for proof in one.get("proofs", ())} - files
            expect(not lacks, f"{place}: the text or file of {lacks}")
            named |= {one.get("sha256") for one in [data, *data.get("attachments", ())]}
            pdfs = {made: what for made, what in pdfs.items() if made not in data.get("gone", ())}
            if entry["verb"] == "pdf_drawn":
                pdfs[data["sha256"]] = f"{name}, {data['kind']} of version {data['version']}"
            if "submission" in data or "decided" in data:
                sent, who = data["submission"], document["people"][str(data["submission"])]
                made = hmac.digest(bytes.fromhex(who["salt"]), who["said"].encode(), "sha256").hex()
                said = json.loads(who["said"])
                is_gone = any(sent in one.get("submissions", [sent]) for one in erased)
                holds = data.get("said") in (None, made) or (is_gone and not any(said.values()))
                expect(holds, f"{place}: who sent it")
            for key, verdict, about, reason, *_since in data.get("decided", ()):
                expect((key, about) in shown and reason in texts, f"{place}: what was decided")
                told.append(f"{entry['at']} {verdict}: {shown.get((key, about))} ({said['name']})")
        told += [f"PDF: {what}: files/{made}" for made, what in pdfs.items()]
        expect(pdfs.keys() <= files, f"{name}: the PDFs {sorted(pdfs.keys() - files)} are missing")
        told.append(f"Head: {name}:{len(history)}:{history[-1]['hash']}")
    faults += [f"IN NO HISTORY: files/{made}" for made in sorted(files - named)]
except Exception as error:
    expect(False, f"this is no whole file of portal_evidence: {type(error).__name__} {error}")
for line in told + (faults or ["Everything holds."]):
    print("".join(letter for letter in line if letter.isprintable()))
sys.exit(bool(faults))

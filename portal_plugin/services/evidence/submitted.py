"""What customers sent with their decisions, choices and change requests, held against the history.

Entries of an earlier scheme hold less (``canonical.HISTORY_SCHEME``): each is held against what it
holds.
"""

from collections.abc import Iterator
from itertools import chain

from django.db.models import Q

from ...canonical import digest, moment_text
from ...models import Activity, Choice, ProofPin, SalesDocument, Submission
from .. import choosing, deciding, points, said
from ..activity import digest_of, facts, is_person
from .fault import Fault

#: Verbs that write a change request.
REQUESTS = ("change_request", "proof_points")


def faults(document: SalesDocument, entries: list[Activity]) -> Iterator[Fault]:
    return chain(
        _of_said(document, entries),
        _of_people(document, entries),
        _of_terms(document, entries),
        _of_withdrawal(document, entries),
        _of_given(document, entries),
        _of_choices(document, entries),
        _of_requests(document, entries),
        _of_ticks(document, entries),
    )


# -- whose words they were ------------------------------------------------------------------------


def _of_said(document: SalesDocument, entries: list[Activity]) -> Iterator[Fault]:
    """Name, address, signature and note."""
    told = {kept["submission"]: kept for e in entries if "said" in (kept := facts(e))}
    erased = [facts(entry) for entry in entries if entry.verb == "erased"]
    rows = Submission.objects.filter(document=document.pk).order_by("pk")
    for row in rows.filter(pk__in=told).select_related("salt"):
        kept, place = told.pop(row.pk), f"submission {row.pk}"
        salt = getattr(row, "salt", None)
        # An entry of scheme 1 or 2 does not say whose: it may be anybody's.
        is_erased = any(row.pk in one.get("submissions", [row.pk]) for one in erased)
        if salt is None and not (is_erased and said.is_empty(row)):
            yield Fault(place, "the key of what was said is gone, and nobody was erased")
        elif salt is not None and not _is_said(row, salt.salt, kept["said"]):
            yield Fault(place, "name, address or signature are not what the history has")
        if said.note(row).get("note", "") != kept.get("note", ""):
            yield Fault(place, "its note is not what the history has")
        if kept.get("sent") not in (None, moment_text(row.created_at)):
            yield Fault(place, "when it was sent is not what the history has")
    for key in told:
        yield Fault(f"submission {key}", "the history has it, and its row is gone")


def _is_said(row: Submission, salt: str, kept: str) -> bool:
    try:
        return said.said(row, salt) == kept
    except ValueError:  # the key is none any more
        return False


def _of_people(document: SalesDocument, entries: list[Activity]) -> Iterator[Fault]:
    """By whose link it came: who has said yes, and who has still to, is told from that."""
    found = [facts(entry) for entry in entries]
    told = {kept["submission"]: kept for kept in found if {"said", "decided"} & kept.keys()}
    rows = Submission.objects.filter(document=document.pk, pk__in=told).order_by("pk")
    for row in rows.select_related("salt", "link__recipient"):
        if not _is_theirs(row, told[row.pk].get("person", "")):
            yield Fault(f"submission {row.pk}", "it is not by the person that the history has")


def _is_theirs(row: Submission, person: str) -> bool:
    """Of somebody who was erased nothing can be told any more, but that their words are gone."""
    if row.link is None:
        return not person
    if row.link.recipient.erased_at is not None:
        return bool(person) and said.is_empty(row) and not hasattr(row, "salt")
    try:
        return is_person(row.link.recipient, person)
    except ValueError:  # their key is none any more
        return False


def _of_terms(document: SalesDocument, entries: list[Activity]) -> Iterator[Fault]:
    told = _told(entries, "terms")
    rows = Submission.objects.filter(document=document.pk)
    for row in rows.filter(Q(pk__in=told) | ~Q(terms_digest="")).select_related("terms"):
        place = f"terms of submission {row.pk}"
        if _digest_if_any(row.terms_text) != row.terms_digest:
            yield Fault(place, "the text that was accepted was changed")
        elif told.get(row.pk, "") != row.terms_digest:
            yield Fault(place, "it is not the text that the history has")
        elif row.terms is not None and row.terms.digest != row.terms_digest:
            yield Fault(place, "it is not the text that the shop had")


def _of_withdrawal(document: SalesDocument, entries: list[Activity]) -> Iterator[Fault]:
    told = _told(entries, "withdrawal")
    rows = Submission.objects.filter(document=document.pk)
    for row in rows.filter(Q(pk__in=told) | ~Q(withdrawal_digest="")):
        place = f"text on withdrawal of submission {row.pk}"
        if _digest_if_any(row.withdrawal_text) != row.withdrawal_digest:
            yield Fault(place, "the text that was shown was changed")
        elif told.get(row.pk, "") != row.withdrawal_digest:
            yield Fault(place, "it is not the text that the history has")


def _told(entries: list[Activity], name: str) -> dict[int, str]:
    """Submission to what the history keeps of it under ``name``, where it does."""
    found = [facts(entry) for entry in entries]
    return {kept["submission"]: kept[name] for kept in found if kept.get(name)}


def _digest_if_any(text: str) -> str:
    return digest(text.encode()) if text else ""


def _of_given(document: SalesDocument, entries: list[Activity]) -> Iterator[Fault]:
    """Order number and checklist; of scheme 1 also the signature. That of an erased person is gone
    with its salt."""
    told = {kept["submission"]: kept for e in entries if "decided" in (kept := facts(e))}
    rows = Submission.objects.filter(document=document.pk, pk__in=list(told))
    for row in rows.select_related("link__recipient"):
        kept, found = told[row.pk], deciding.given(row)
        names = {"purchase_order", "checklist"}
        if any(kept.get(name, "") != found.get(name, "") for name in names) or not (
            "said" in kept or _has_signature(row, kept.get("signature", ""))
        ):
            yield Fault(
                f"submission {row.pk}", "what was given with it is not what the history has"
            )


def _has_signature(row: Submission, kept: str) -> bool:
    """Whether it is the one of an entry of scheme 1."""
    if row.link is None or (row.link.recipient.erased_at is not None and not row.signature):
        return True
    if not row.signature:
        return not kept
    return digest_of(row.link.recipient, row.signature) == kept


# -- choices and change requests ------------------------------------------------------------------


def _of_choices(document: SalesDocument, entries: list[Activity]) -> Iterator[Fault]:
    """Entries of scheme 1 hold what counted after it, and not which rows were written."""
    told = {facts(entry)["submission"]: facts(entry) for entry in entries if entry.verb == "choose"}
    rows: dict[int, list[Choice]] = {key: [] for key in told}
    for row in Choice.objects.filter(document=document.pk).order_by("pk"):
        kept = told.get(row.submission_id)
        if kept is None or row.is_chosen != (str(row.item_key) in kept["items"]):
            yield Fault(f"choice {row.pk} of item {row.item_key}", "it is not what the history has")
        else:
            rows[row.submission_id].append(row)
    for key, kept in told.items():
        if "chose" in kept and kept["chose"] != choosing.kept_of(rows[key]):
            yield Fault(f"choices of submission {key}", "they are not what the history has")


def _of_requests(document: SalesDocument, entries: list[Activity]) -> Iterator[Fault]:
    """Text and points of each change request."""
    told = {kept["submission"]: kept["asked"] for e in entries if "asked" in (kept := facts(e))}
    #: Entries of scheme 1 do not say which row they are about.
    unsaid = sum(entry.scheme == 1 and entry.verb in REQUESTS for entry in entries)
    for row in document.change_requests.exclude(submission=None).order_by("pk"):
        if row.submission_id not in told and unsaid:
            unsaid -= 1
        elif told.pop(row.submission_id, None) != points.asked(row):
            yield Fault(f"change request {row.number}", "it is not what the history has")
    for key in told:
        yield Fault(f"change request of submission {key}", "the history has it, and it is gone")


def _of_ticks(document: SalesDocument, entries: list[Activity]) -> Iterator[Fault]:
    """Which points staff have done."""
    done = {}
    for entry in entries:
        if entry.verb in ("point_done", "point_open"):
            kept = facts(entry)
            done[kept["change_request"], kept["point"]] = entry.verb == "point_done"
    rows = ProofPin.objects.filter(change_request__document=document.pk)
    for row in rows.select_related("change_request"):
        if row.is_done != done.get((row.change_request.number, row.position), False):
            place = f"point {row.position} of change request {row.change_request.number}"
            yield Fault(place, "whether it is done is not what the history has")

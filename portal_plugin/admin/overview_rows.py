"""What the overview of one document shows, as plain rows."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import TaskState

from ..canonical import canonical_bytes, digest
from ..models import ProofVersion
from ..money import ZERO, format_money, format_number, format_price
from ..services import confirming_changes, files, links, on_behalf, previews
from ..services.mail_receivers import staff_name
from ..services.presentation.changed import sentences
from ..services.presentation.decided import agreement_sentence, earlier_sentence
from ..services.presentation.items import option_words
from ..services.previewing import proofs_to_be
from ..services.versions import item_content
from ..statuses import OPEN_TO_AGREEMENT, ItemState
from .directions import isolated
from .words import language_of_admin


@dataclass(frozen=True)
class ProofRow:
    version: ProofVersion
    has_thumb: bool

    @property
    def is_waiting(self):
        return self.version.released_at is None

    @property
    def may_be_opened(self):
        return files.may_be_opened(self.version)

    @property
    def check_words(self):
        return files.check_words(self.version)


@dataclass(frozen=True)
class ItemRow:
    """``is_out`` says whether the customer has it yet."""

    key: UUID
    name: str
    quantity: str
    unit_price: str
    price_without_tax: bool
    amount: str
    state_label: str
    option: str
    is_out: bool
    can_decide: bool
    decided_by: str = ""
    decided_at: datetime | None = None
    has_decision: bool = False
    is_partly_approved: bool = False
    earlier: str = ""
    receipt: UUID | None = None
    reason: str = ""
    proofs: list[ProofRow] = field(default_factory=list)


def draft_of(document):
    return document.get_latest_revision_as_object() if document.latest_revision_id else document


def item_rows(document, draft) -> list[ItemRow]:
    """The items as they are out, then those that only the draft has."""
    is_out = document.current_version_id is not None
    out = document.lines if is_out else []
    known = {item.key for item in out}
    new = [item for item in draft.lines if item.key not in known]
    proofs = proofs_of(document)
    standing = document.standing.items if is_out else {}
    names = _deciders(standing)
    rows = []
    for source, items in ((document, out), (draft, new)):
        sums = dict(zip([i.key for i in source.lines], source.totals.lines, strict=True))
        for item in items:
            rows.append(_item_row(source, item, sums[item.key], standing, proofs, names, known))
    return rows


def waiting_rows(document) -> list[dict]:
    """Key, name and amount of each item that waits for a decision."""
    if document.current_version_id is None:
        return []
    waiting, language = set(document.standing.waiting_keys), language_of_admin()
    return [
        {
            "key": item.key,
            "name": item.name,
            "amount": format_money(sums.gross, document.priced_in, language),
        }
        for item, sums in zip(document.lines, document.totals.lines, strict=True)
        if item.key in waiting
    ]


def _item_row(document, item, sums, standing, proofs, names, known):
    language = language_of_admin()
    state = standing.get(item.key)
    decision = state.decision if state else None
    waits = state is not None and state.state == ItemState.WAITING
    # Nobody is asked any more, as where it was cancelled.
    is_moot = waits and document.state not in on_behalf.OPEN
    unit = f" {item.unit}" if item.unit else ""
    return ItemRow(
        key=item.key,
        name=item.name or _("(no name)"),
        quantity=format_number(item.quantity or 0, language) + unit if item.quantity else "",
        unit_price=format_price(item.unit_price or ZERO, document.priced_in, language),
        price_without_tax=bool(sums.tax) and not item.price_includes_tax,
        amount=format_money(sums.gross, document.priced_in, language),
        state_label="" if state is None or is_moot else str(ItemState(state.state).label),
        option=option_words(document, item),
        is_out=item.key in known,
        can_decide=waits and not is_moot,
        decided_by=isolated(names.get(decision.submission_id, "")) if decision else "",
        decided_at=decision.created_at if decision else None,
        has_decision=decision is not None,
        is_partly_approved=bool(state and state.approvals),
        earlier=agreement_sentence(state) or earlier_sentence(state),
        receipt=decision.submission.client_key if decision else None,
        reason=(decision.reason or "") if decision else "",
        proofs=proofs.get(item.key, []),
    )


def _deciders(standing):
    """Submission to who decided: the customer, or staff for them."""
    names = {}
    for item in standing.values():
        if item.decision is None:
            continue
        submission = item.decision.submission
        name = submission.name or _("the customer")
        if submission.staff_id:
            name = _("%(staff)s for the customer: %(note)s") % {
                "staff": staff_name(submission.staff) or _("Staff"),
                "note": submission.note,
            }
        names[submission.pk] = name
    return names


def proofs_of(document) -> dict:
    """Item key to its ``ProofRow``s, the newest version of each proof first."""
    found = (
        ProofVersion.objects.of_thread(document)
        .select_related("proof")
        .order_by("proof__position", "proof", "-number")
    )
    ready = previews.states(version.digest for version in found)
    by_item = {}
    for version in found:
        state = ready.get(version.digest)
        row = ProofRow(version, bool(state and state.is_ready))
        by_item.setdefault(version.proof.item_key, []).append(row)
    return by_item


def people(document):
    """Newest link per person, the order's before the estimate's."""
    by_person, invited = {}, defaultdict(list)
    for link in links.of_document(document).order_by("pk"):
        by_person[link.recipient_id] = link
        if link.invited_by_id and not link.is_revoked:
            invited[link.invited_by_id].append(str(link.recipient))
    for link in by_person.values():
        link.has_invited = invited[link.pk]
    return list(by_person.values())


def taken_back(document, draft) -> list[str]:
    """Names of the approved and declined items that publishing the draft would ask for again."""
    if document.current_version_id is None:
        return []
    decided = {k: i for k, i in document.standing.items.items() if i.decision or i.approvals}
    if not decided:
        return []
    proofs = proofs_to_be(document)
    hashes = {
        item.key: digest(canonical_bytes(item_content(item, draft.currency, proofs[item.key])))
        for item in draft.lines
    }
    names = {item.key: item.name for item in document.lines}
    return [names[key] for key, item in decided.items() if hashes.get(key) != item.item_hash]


def to_be_confirmed(document, draft) -> list[str]:
    """What publishing the draft would ask the customer to confirm, in sentences for staff."""
    change = confirming_changes.change_to_come(document, draft)
    return sentences(change, document.currency, language_of_admin())


def waits_to_be_confirmed(document) -> list[str]:
    """What the customer has not confirmed yet of what is out."""
    if document.state not in OPEN_TO_AGREEMENT:
        return []
    change = document.standing.change_to_confirm
    return sentences(change, document.currency, language_of_admin())


def is_scheduled(draft) -> bool:
    """Publishing it now would only set it up for later."""
    return bool(draft.go_live_at and draft.go_live_at > timezone.now())


def is_last_task(document) -> bool:
    """Approving what waits in the workflow publishes the document."""
    state = document.current_workflow_state
    if state is None:
        return False
    done = (TaskState.STATUS_APPROVED, TaskState.STATUS_SKIPPED)
    return sum(task.status not in done for task in state.all_tasks_with_status()) == 1

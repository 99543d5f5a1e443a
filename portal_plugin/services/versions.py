"""Turn a document into the exact content of a version, and its items into what is decided on."""

import json
from collections import defaultdict
from decimal import Decimal
from typing import Any

from .. import instalments, version_changes
from ..canonical import SCHEME, canonical_bytes, digest
from ..models import DocumentVersion, LineItem, ProofVersion, SalesDocument, VersionItem
from ..models.versions import written_reference


def write_version(document: SalesDocument, revision: Any = None) -> DocumentVersion:
    """Store the next version of a locked document with one row per item."""
    previous = document.current_version
    proofs = released_proofs(document)
    content = canonical_bytes(document_content(document, proofs))
    totals = document.totals
    version = DocumentVersion.objects.create(
        document_id=document.pk,
        number=previous.number + 1 if previous else 1,
        revision=revision,
        content=content.decode(),
        scheme=SCHEME,
        digest=digest(content),
        net=totals.net,
        tax=totals.tax,
        total=totals.total,
        deposit=totals.deposit,
    )
    before = _items_before(document)
    rows = []
    for position, item in enumerate(document.lines):
        exact = canonical_bytes(item_content(item, document.currency, proofs[item.key]))
        earlier = before.get(item.key)
        item_hash = digest(exact)
        rows.append(
            VersionItem(
                version=version,
                key=item.key,
                position=position,
                canonical=exact.decode(),
                item_hash=item_hash,
                since_id=_since(earlier, item_hash) or version.pk,
            )
        )
    VersionItem.objects.bulk_create(rows)
    return version


def _since(earlier: VersionItem | None, item_hash: str) -> int | None:
    """The version since which the item is as it is, where it was so before."""
    return earlier.since_id if earlier and earlier.item_hash == item_hash else None


def since_digest(version: DocumentVersion) -> str:
    """Of the version since which each item is as it is: by that it is told which decisions count.
    The history holds it."""
    rows = version.items.order_by("position").values_list(
        "key", "since__document__public_id", "since__number"
    )
    return digest(canonical_bytes([[str(key), written_reference(*since)] for key, *since in rows]))


def released_proofs(document: SalesDocument) -> dict[Any, list[ProofVersion]]:
    """Item key to the newest released version of each of its proofs, in the proofs' order."""
    newest: dict[tuple[Any, str], ProofVersion] = {}
    found = ProofVersion.objects.of_thread(document).released().select_related("proof")
    for version in found.order_by("proof__position", "proof_id", "number"):
        newest[version.slot] = version
    by_item: dict[Any, list[ProofVersion]] = defaultdict(list)
    for version in newest.values():
        by_item[version.proof.item_key].append(version)
    return by_item


def item_content(item: LineItem, currency: str, proofs: list[ProofVersion]) -> dict[str, Any]:
    """What a decision is about. A field that is added here needs a new scheme."""
    return {
        "name": item.name,
        "description": item.description,
        "quantity": item.quantity,
        "unit": item.unit,
        "unit_price": item.unit_price,
        "discount_percent": item.discount_percent,
        "discount_amount": item.discount_amount,
        "tax_rate": item.tax_rate,
        "tax_category": str(item.tax_category),
        "price_includes_tax": item.price_includes_tax,
        "currency": currency,
        "proofs": [
            {
                "label": proof.proof.label,
                "sha256": proof.digest,
                "wording": proof.wording,
                "description": proof.description,
            }
            for proof in proofs
        ],
    }


def document_content(
    document: SalesDocument, proofs: dict[Any, list[ProofVersion]]
) -> dict[str, Any]:
    day = document.valid_until.isoformat() if document.valid_until else None
    delivery = document.delivery_on.isoformat() if document.delivery_on else None
    return {
        "kind": str(document.kind),
        "number": document.number,
        "title": document.title,
        "customer": document.customer_id,
        "language": document.language,
        "currency": document.currency,
        "introduction": document.introduction,
        "closing": document.closing,
        "valid_until": day,
        "approve_by": document.approve_by.isoformat() if document.approve_by else None,
        "approve_by_reason": document.approve_by_reason,
        "delivery_on": delivery,
        "delivery_text": document.delivery_text,
        "purchase_order_number": document.purchase_order_number,
        "pays_by": document.pays_by,
        "payment_days": document.payment_days,
        "discount_percent": document.discount_percent,
        "discount_amount": document.discount_amount,
        "shipping_amount": document.shipping_amount,
        "shipping_tax_rate": document.shipping_tax_rate,
        "shipping_includes_tax": document.shipping_includes_tax,
        "deposit_percent": document.deposit_percent,
        "deposit_amount": document.deposit_amount,
        # What came later is left out where it is unused: versions from before stay comparable.
        **({"buyer_reference": document.buyer_reference} if document.buyer_reference else {}),
        **({"rounding_unit": document.rounding_unit} if document.rounding_unit else {}),
        **({"deposit_least": document.deposit_least} if document.deposit_least else {}),
        **({"instalments": instalments.written(document.plan)} if document.plan else {}),
        "items": [
            {
                "key": str(item.key),
                "is_optional": item.is_optional,
                "is_selected": item.is_selected,
                **({"one_of": item.alternative_group} if item.alternative_group else {}),
                **item_content(item, document.currency, proofs[item.key]),
            }
            for item in document.lines
        ],
    }


def read_back(content: dict[str, Any]) -> dict[str, Any]:
    """The content of a version that was never stored, as it would be read from one that was."""
    found: dict[str, Any] = json.loads(canonical_bytes(content))
    return found


def changes_between(old: dict[str, Any], new: dict[str, Any] | None) -> list[str]:
    """Names of the fields of an item that differ; ``["removed"]`` where it is gone."""
    if new is None:
        return ["removed"]
    return [name for name in old if old[name] != new.get(name)]


def asks_again(document: SalesDocument, since: int | None) -> bool:
    """Whether the customer has to confirm what changed outside the items after version ``since``: a
    higher total, another deposit or plan, another delivery. A lower total is only good news. The
    currency stays as it was at first."""
    old, new = version_shown(document, since), document.current_version
    if old is None or new is None:
        return False
    is_dearer = new.total > old.total or new.deposit != old.deposit
    return is_dearer or has_other_plan(old, new) or bool(delivery_changes(old, new))


#: Letters of a version's digest in the mark of a page that shows it.
MARK = 16
FIRST = 1


def mark(version: DocumentVersion) -> str:
    """What a form carries of the version that its page showed: the number alone could be named by
    somebody who has not seen what it is about."""
    return f"{version.number}-{version.digest[:MARK]}"


def seen_by(document: SalesDocument, marked: str) -> int | None:
    """The number of the version that was shown. Whoever names none of this document's is asked like
    somebody who has seen nothing but the first."""
    current = document.current_version
    if current is None:
        return None
    if marked == mark(current):
        return int(current.number)
    number, _dash, letters = marked.partition("-")
    if not number or len(letters) != MARK:
        return FIRST
    known = document.versions.filter(number=int(number), digest__startswith=letters)
    return int(number) if known.exists() else FIRST


def version_shown(document: SalesDocument, number: int | None) -> DocumentVersion | None:
    """An earlier version of the document by its number; ``None`` for the current one."""
    if number is None or document.current_version is None:
        return None
    if document.current_version.number == number:
        return None
    return document.versions.filter(number=number).first()


def has_other_plan(old: DocumentVersion, new: DocumentVersion) -> bool:
    return plan_of(old).terms != plan_of(new).terms


def plan_of(version: DocumentVersion) -> version_changes.Plan:
    """With the amounts that its total came to."""
    content = json.loads(version.content)
    terms = instalments.read(content.get("instalments"))
    unit = Decimal(content.get("rounding_unit", 0))
    parts = instalments.amounts(version.total, terms, content["currency"], unit)
    return version_changes.Plan(terms, parts)


def delivery_changes(
    old: DocumentVersion, new: DocumentVersion
) -> tuple[tuple[str, str, str], ...]:
    """See ``version_changes.Change.delivery``."""
    return version_changes.delivery_changes(json.loads(old.content), json.loads(new.content))


def _items_before(document: SalesDocument) -> dict[Any, VersionItem]:
    """The items that this version follows: of the version before, or, for a first version, of the
    estimate that the document was made from."""
    version = document.current_version
    if version is None and document.ancestors:
        source = SalesDocument.objects.filter(pk=document.ancestors[0])
        version = source.select_related("current_version").get().current_version
    return {item.key: item for item in version.items.all()} if version else {}

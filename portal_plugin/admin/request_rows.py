"""Open change requests for staff: the words, and the pictures with the points on them."""

from collections import defaultdict
from dataclasses import dataclass, field

from ..models import ChangeRequest, Preview, ProofPin, ProofVersion
from ..services.presentation.proofs import PageView, page_views, point_view


@dataclass(frozen=True)
class RequestRow:
    """``pictures`` are the pages that have points, ``pins`` all of the request's in their order."""

    row: ChangeRequest
    item_name: str
    pins: list[ProofPin] = field(default_factory=list)
    version: ProofVersion | None = None
    pictures: list[PageView] = field(default_factory=list)

    @property
    def done_count(self) -> int:
        return sum(pin.is_done for pin in self.pins)


def request_rows(document, names) -> list[RequestRow]:
    """Three queries, however many requests and points."""
    found = ChangeRequest.objects.of_thread(document).open().order_by("pk")
    requests = list(found.select_related("document"))
    pins = _pins(requests)
    drawn = _drawn({each[0].proof_version.digest for each in pins.values()})
    return [_request_row(row, names.get(row.item_key, ""), pins, drawn) for row in requests]


def _request_row(row, item_name, pins, drawn):
    own = pins.get(row.pk)
    if not own:
        return RequestRow(row, item_name)
    version = own[0].proof_version
    pages = page_views(drawn[version.digest], [point_view(pin) for pin in own])
    return RequestRow(row, item_name, own, version, [page for page in pages if page.points])


def _pins(requests) -> dict[int, list[ProofPin]]:
    if not requests:
        return {}
    found = defaultdict(list)
    rows = ProofPin.objects.filter(change_request__in=requests)
    for pin in rows.select_related("proof_version__proof").order_by("position"):
        found[pin.change_request_id].append(pin)
    return found


def _drawn(digests) -> dict[str, dict[int, Preview]]:
    found = defaultdict(dict)
    if digests:
        for row in Preview.objects.filter(digest__in=digests, size="screen").order_by("page"):
            found[row.digest][row.page] = row
    return found

"""One proof to be looked at closely: its pages, its versions, and what was said to each."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ...models import Preview, ProofPin, ProofVersion, SalesDocument
from ...statuses import ChangeRequestState, WorkState
from .. import proofs
from .decided import decision_sentence

#: In ``Preview.warnings``: inks that a screen can only imitate.
PRINTERS_COLOURS = "colours"


@dataclass(frozen=True)
class PageView:
    """One page as it can be shown; width and height are those of size ``screen``."""

    number: int
    width: int
    height: int
    points: list["PointView"] = field(default_factory=list)

    @property
    def radius(self) -> int:
        """Of the circle round a point's number, in the picture's own pixels."""
        return max(self.width // 28, 6)


@dataclass(frozen=True)
class PointView:
    """``x`` and ``y`` in pixels of the page's picture; ``None`` where it has no place."""

    number: int
    text: str
    page: int
    is_done: bool
    x: float | None = None
    y: float | None = None


@dataclass(frozen=True)
class VersionRow:
    """``said``: what was decided on this version and asked of it. ``answers``: the shop's."""

    version: ProofVersion
    pages: list[PageView]
    is_current: bool
    said: list[str]
    answers: list[str]

    @property
    def number(self) -> int:
        return self.version.number

    @property
    def public_id(self) -> UUID:
        return self.version.public_id

    @property
    def has_picture(self) -> bool:
        return bool(self.pages)

    @property
    def when(self) -> datetime | None:
        return self.version.released_at


@dataclass(frozen=True)
class ProofPage:
    """``file_pages`` is how many the file has, where more than can be shown."""

    version: ProofVersion
    pages: list[PageView]
    versions: list[VersionRow]
    points: list[PointView]
    is_pending: bool = False
    file_pages: int = 0
    has_printers_colours: bool = False

    @property
    def label(self) -> str:
        return self.version.proof.label

    @property
    def alternative(self) -> str:
        """What stands for the picture for whoever cannot see it."""
        texts = (self.label, self.version.description, self.version.wording)
        return " — ".join(text for text in texts if text)

    @property
    def earlier(self) -> list[VersionRow]:
        return [row for row in self.versions if not row.is_current]

    @property
    def has_more_pages(self) -> bool:
        return self.file_pages > len(self.pages) > 0


def proof_page(document: SalesDocument, public_id: UUID) -> ProofPage | None:
    """The proof that ``public_id`` is a version of, as it is to be decided now; ``None`` for one
    that the customer never saw. Five queries, however many pages and versions."""
    asked = proofs.released(document).filter(public_id=public_id).first()
    if asked is None:
        return None
    rows = proofs.released(document).filter(
        proof__item_key=asked.proof.item_key, proof__label=asked.proof.label
    )
    versions = list(rows.order_by("number"))
    current = versions[-1]
    drawn = _drawn(versions)
    first = drawn[current.digest].get(1)
    points = _points(current)
    return ProofPage(
        version=current,
        pages=page_views(drawn[current.digest], points),
        versions=_version_rows(document, versions, drawn),
        points=points,
        is_pending=first is not None and first.state in (WorkState.WAITING, WorkState.RUNNING),
        file_pages=first.file_pages if first else 0,
        has_printers_colours=first is not None and PRINTERS_COLOURS in first.warnings.split(),
    )


def _drawn(versions: list[ProofVersion]) -> dict[str, dict[int, Preview]]:
    """Hash of the file to page to its picture."""
    found: dict[str, dict[int, Preview]] = defaultdict(dict)
    digests = {version.digest for version in versions}
    for row in Preview.objects.filter(digest__in=digests, size="screen").order_by("page"):
        found[row.digest][row.page] = row
    return found


def page_views(drawn: dict[int, Preview], points: list[PointView]) -> list[PageView]:
    """The pages that can be shown without a gap, each with the points on it."""
    pages: list[PageView] = []
    while (row := drawn.get(len(pages) + 1)) is not None and row.state == WorkState.READY:
        placed = [_placed(point, row) for point in points if point.page == row.page]
        on_it = [point for point in placed if point.x is not None]
        pages.append(PageView(row.page, row.width, row.height, on_it))
    return pages


def _placed(point: PointView, row: Preview) -> PointView:
    if point.x is None or point.y is None:
        return point
    x, y = point.x * row.width, point.y * row.height
    return PointView(point.number, point.text, point.page, point.is_done, round(x, 1), round(y, 1))


def point_view(pin: ProofPin) -> PointView:
    """With fractions of the page, as they are stored."""
    x = float(pin.x) if pin.x is not None else None
    y = float(pin.y) if pin.y is not None else None
    return PointView(pin.position, pin.text, pin.page, pin.is_done, x, y)


def _points(version: ProofVersion) -> list[PointView]:
    """What was asked for on this version, and is not withdrawn; of several requests the newest."""
    pins = list(
        ProofPin.objects.filter(proof_version=version)
        .exclude(change_request__state=ChangeRequestState.WITHDRAWN)
        .order_by("-change_request", "position")
    )
    return [point_view(p) for p in pins if p.change_request_id == pins[0].change_request_id]


def _version_rows(
    document: SalesDocument, versions: list[ProofVersion], drawn: dict[str, dict[int, Preview]]
) -> list[VersionRow]:
    """Newest first."""
    key = versions[-1].proof.item_key
    ends = [*(version.released_at for version in versions[1:]), None]
    rows = []
    for version, end in zip(versions, ends, strict=True):
        requests = _between(_requests(document, key), version.released_at, end)
        decisions = [d for d in document.standing.decisions if d.item_key == key]
        said = [*_between(decisions, version.released_at, end), *requests]
        rows.append(
            VersionRow(
                version=version,
                pages=page_views(drawn[version.digest], []),
                is_current=version is versions[-1],
                said=_sentences(sorted(said, key=lambda row: row.created_at)),
                answers=[request.reply for request in requests if request.reply],
            )
        )
    return rows[::-1]


def _requests(document: SalesDocument, key: UUID) -> list[Any]:
    return [row for row in document.standing.change_requests if row.item_key in (None, key)]


def _between(rows: list[Any], start: datetime | None, end: datetime | None) -> list[Any]:
    """What was said while a version was the one to be decided."""
    return [
        row
        for row in rows
        if start is not None and row.created_at >= start and (end is None or row.created_at < end)
    ]


def _sentences(rows: list[Any]) -> list[str]:
    """Each once: what was asked twice on one day reads the same."""
    return list(dict.fromkeys(_sentence(row) for row in rows))


def _sentence(row: Any) -> str:
    if not hasattr(row, "reply"):
        return decision_sentence(row)
    words = {"date": date_format(timezone.localtime(row.created_at), "DATE_FORMAT")}
    if row.state == ChangeRequestState.WITHDRAWN:
        return _("You asked for a change on %(date)s, and took it back") % words
    return _("You asked for a change on %(date)s") % words

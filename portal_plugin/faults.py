"""Named points between two steps that belong together, where a test ends the process as a power cut
would. Nothing happens at them otherwise."""

from collections.abc import Callable

#: Between which steps they lie is told by the code around them.
POINTS = (
    "pay.reserved",
    "pay.created",
    "pay.saved",
    "webhook.kept",
    "booking.asked",
    "booking.before_commit",
    "booking.committed",
    "refund.reserved",
    "refund.made",
    "refund.before_commit",
    "refund.booked",
    "issue.numbered",
    "issue.before_commit",
    "issue.committed",
    "reconcile.event",
    "reconcile.compared",
    "upload.begun",
    "upload.piece",
    "upload.whole",
    "upload.stored",
    "upload.taken",
    "act.prepared",
    "act.before_commit",
    "act.committed",
    "decide.read",
    "decide.written",
    "preview.claimed",
    "preview.drawn",
    "preview.stored",
    "preview.kept",
    "pdf.drawn",
    "pdf.stored",
    "pdf.before_commit",
)

on_reach: Callable[[str], None] | None = None


def reach(point: str) -> None:
    if on_reach is not None:
        on_reach(point)

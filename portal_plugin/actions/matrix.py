"""Which verb a customer has in which state: the whole rule as one table.

Verbs: ``approve`` (and decline), ``comment``, ``upload``, ``download``, ``change``, ``pay``. Rows
are what the document is; whether an item waits, or an amount is due, is asked besides.
"""

from ..statuses import DocumentKind, DocumentState

_ESTIMATE = {
    DocumentState.UNPUBLISHED: set(),
    DocumentState.WAITING: {"approve", "comment", "upload", "download", "change"},
    DocumentState.PARTLY_APPROVED: {"approve", "comment", "upload", "download", "change"},
    DocumentState.CHANGES_REQUESTED: {"approve", "comment", "upload", "download", "change"},
    DocumentState.APPROVED: {"comment", "upload", "download", "change"},
    DocumentState.CONVERTED: {"download"},
    DocumentState.EXPIRED: {"comment", "download", "change"},
    DocumentState.DECLINED: {"comment", "download"},
    DocumentState.CANCELLED: {"comment", "download"},
}
_ORDER = {
    DocumentState.UNPUBLISHED: set(),
    DocumentState.WAITING: {"approve", "comment", "upload", "download", "change", "pay"},
    DocumentState.CHANGES_REQUESTED: {"approve", "comment", "upload", "download", "change", "pay"},
    DocumentState.APPROVED: {"comment", "upload", "download", "change", "pay"},
    DocumentState.DECLINED: {"comment", "download", "pay"},
    DocumentState.COMPLETED: {"comment", "download", "pay"},
    DocumentState.CANCELLED: {"comment", "download"},
}
TABLE = {DocumentKind.ESTIMATE: _ESTIMATE, DocumentKind.ORDER: _ORDER}


def allows(document, verb: str) -> bool:
    """Whether the row of the table that the document is on has the verb."""
    if verb == "upload" and document.stage and not document.stage.uploads_allowed:
        return False
    return verb in TABLE[DocumentKind(document.kind)].get(document.state, set())

"""The context of the customer's page: the same for the portal and for the preview in the admin."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from operator import getitem
from typing import Any

from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from ..actions.offers import offer, offers
from ..services.presentation import document_view
from ..services.presentation.people import limit_sentence
from ..services.presentation.rows import MOST, counted
from ..services.presentation.sentences import deadline_sentence, next_sentence, state_sentence
from ..statuses import FileCheckState, WorkState

#: Comments on the page itself; the dialog shows as many as a page bears.
SHOWN_COMMENTS = 3
#: What ``body_context`` gives.
OF_THE_BODY = (
    "pdf_url",
    "print_url",
    "order_url",
    "estimate_url",
    "view",
    "sentence",
    "next_sentence",
    "limit_sentence",
    "deadline_sentence",
    "primary",
    "page_items",
    "document_offers",
    "asks_how_to_pay",
    "comments",
    "comments_count",
    "attachments",
    "has_more_files",
    "external_files",
    "change_requests",
    "invoices",
)


@dataclass(frozen=True)
class CommentRow:
    author: str
    when: datetime
    text: str
    is_from_customer: bool
    item_name: str


@dataclass(frozen=True)
class AttachmentRow:
    name: str
    size: int
    kind: str
    when: datetime
    author: str
    url: str
    thumb_url: str
    item_name: str
    is_waiting: bool


@dataclass(frozen=True)
class ExternalRow:
    """A file that is elsewhere; nobody has looked at it."""

    host: str
    url: str
    when: datetime
    author: str
    item_name: str


@dataclass(frozen=True)
class InvoiceRow:
    label: str
    number: str
    day: date
    url: str


@dataclass(frozen=True)
class ChangeRequestRow:
    number: int
    text: str
    state: str
    state_label: str
    is_open: bool
    is_late: bool
    reply: str
    item_name: str
    when: datetime
    withdraw: Any


def page_context(visit, *, shop=None, notice="", order=None) -> dict[str, Any]:
    """``order`` is given where its estimate is only read."""
    view = document_view(visit.document, shop)
    return frame_context(visit, notice, order) | body_context(visit, view, order)


def later(visit, shop) -> dict[str, Any]:
    """``page_context``, with everything that costs queries read when a template first asks."""
    view = SimpleLazyObject(lambda: document_view(visit.document, shop))
    body = SimpleLazyObject(lambda: body_context(visit, view))
    parts = {name: SimpleLazyObject(partial(getitem, body, name)) for name in OF_THE_BODY}
    return frame_context(visit) | parts


def frame_context(visit, notice="", order=None) -> dict[str, Any]:
    return {
        "notice": notice,
        "staff_banner": visit.staff is not None and not visit.can_act,
        "is_preview": visit.is_preview,
        "is_archive": order is not None,
        "has_proof_pages": order is None and not visit.is_preview,
        "seen_url": _url("seen", visit.document),
    }


def body_context(visit, view, order=None) -> dict[str, Any]:
    found = offers(visit, view)
    return {
        "pdf_url": _url("pdf", visit.document),
        "print_url": _url("print", visit.document),
        "order_url": _url("document", order) if order else "",
        "estimate_url": _estimate_url(visit.document),
        "view": view,
        "sentence": state_sentence(view, visit.link),
        "limit_sentence": limit_sentence(view, visit.link),
        "next_sentence": next_sentence(view),
        "deadline_sentence": deadline_sentence(view, visit.link),
        "primary": found.primary,
        "page_items": found.items,
        "document_offers": found.document,
        "asks_how_to_pay": found.asks_how_to_pay,
        "comments": _newest_comments(view),
        "comments_count": counted(len(view.rows.comments)),
        "attachments": attachment_rows(view, visit.document),
        "has_more_files": len(view.rows.attachments) > MOST,
        "external_files": external_rows(view),
        "change_requests": change_request_rows(visit, view),
        "invoices": invoice_rows(view),
    }


def _newest_comments(view) -> list[CommentRow]:
    """As in the dialog, a question stands above its answer."""
    return comment_rows(view)[SHOWN_COMMENTS - 1 :: -1]


def comment_rows(view, item_key=None, skip=0) -> list[CommentRow]:
    """Newest first, without the newest ``skip``; ``item_key`` keeps those on one item."""
    names = _names(view)
    return [
        CommentRow(
            author=author_name(row, view),
            when=row.created_at,
            text=row.text,
            is_from_customer=row.is_from_customer,
            item_name=names.get(row.item_key, ""),
        )
        for row in view.rows.comments_on(item_key, skip)
    ]


def attachment_rows(view, document, item_key=None) -> list[AttachmentRow]:
    """As many of the newest as a page bears."""
    names = _names(view)
    return [
        AttachmentRow(
            name=row.name,
            size=row.size,
            kind=kind_of(row),
            when=row.created_at,
            author=author_name(row, view),
            url=reverse(
                "portal_plugin:attachment",
                kwargs={"public_id": document.public_id, "file_id": row.public_id},
            ),
            thumb_url=_thumb_url(view, document, row),
            item_name=names.get(row.item_key, ""),
            is_waiting=row.check_state in (FileCheckState.WAITING, FileCheckState.REFUSED),
        )
        for row in view.rows.attachments_on(item_key)[:MOST]
    ]


def external_rows(view, item_key=None) -> list[ExternalRow]:
    names = _names(view)
    return [
        ExternalRow(
            host=row.host,
            url=row.url,
            when=row.created_at,
            author=author_name(row, view),
            item_name=names.get(row.item_key, ""),
        )
        for row in view.rows.external_files
        if item_key is None or row.item_key == item_key
    ]


def change_request_rows(visit, view) -> list[ChangeRequestRow]:
    names = _names(view)
    withdraw = offer(visit, view, "withdraw_change_request")
    return [
        ChangeRequestRow(
            number=row.number,
            text=row.text,
            state=row.state,
            state_label=str(row.get_state_display()),
            is_open=row.is_open,
            is_late=row.is_late,
            reply=row.reply,
            item_name=names.get(row.item_key, ""),
            when=row.created_at,
            withdraw=withdraw if row.is_open else None,
        )
        for row in reversed(view.document.standing.change_requests)
    ]


def invoice_rows(view) -> list[InvoiceRow]:
    """Formal invoices and credit notes of an order, oldest first."""
    return [
        InvoiceRow(
            label=str(row.get_kind_display()),
            number=row.number,
            day=row.issued_on,
            url=reverse(
                "portal_plugin:invoice",
                kwargs={"public_id": view.document.public_id, "file_id": row.public_id},
            ),
        )
        for row in view.rows.invoices
    ]


def author_name(row, view) -> str:
    """The customer's name; for staff a full name or the shop's, never a username or an email."""
    if row.link_id is not None:
        return row.author_name or _("You")
    return row.author_name or view.shop.name


def kind_of(row) -> str:
    """What a person calls the type: the part after the last dot, in capitals."""
    return row.name.rpartition(".")[2].upper() if "." in row.name else capfirst(row.content_type)


def _names(view) -> dict:
    return {item.key: item.name for item in view.items}


def _thumb_url(view, document, row) -> str:
    preview = view.rows.previews.get((row.digest, "thumb"))
    if preview is None or preview.state != WorkState.READY:
        return ""
    return reverse(
        "portal_plugin:preview",
        kwargs={
            "public_id": document.public_id,
            "file_id": row.public_id,
            "page": 1,
            "size": "thumb",
        },
    )


def _estimate_url(document) -> str:
    if not document.is_order or not document.source_estimate_id:
        return ""
    return _url("estimate", document)


def _url(name, document) -> str:
    return reverse(f"portal_plugin:{name}", kwargs={"public_id": document.public_id})

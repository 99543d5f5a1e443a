"""An email in words: subject, text and HTML. The address behind its button is the caller's."""

import re
from dataclasses import dataclass, field, replace
from typing import Any

from django.template.loader import select_template
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import get_language_bidi, ngettext
from django.utils.translation import gettext as _

from ..gateways.mailer import one_line
from ..models import DirectLink, OutgoingEmail, SalesDocument
from . import mail_digest, mail_jobs, mail_reasons, mail_words
from .mail_phrases import Phrase
from .mail_receivers import receiver
from .mail_stories import Story, tell
from .presentation import DocumentView, ShopView, document_view, shop_view
from .presentation.plan import next_words
from .presentation.sentences import deadline_sentence, next_sentence, state_sentence
from .presentation.shop import document_language

SUBJECT_LIMIT = 150
PREHEADER_LIMIT = 140
#: Items listed in the email that brings a document; the page shows the rest.
ITEM_LIMIT = 5


@dataclass(frozen=True)
class RenderedEmail:
    subject: str
    text: str = field(repr=False)
    html: str = field(repr=False)


@dataclass(frozen=True)
class Told:
    """One happening as the templates show it."""

    headline: Phrase
    story: Story
    note: str = ""
    quote_label: str = ""

    @property
    def quoted(self) -> str:
        """As plain text quotes: ``>`` before each line."""
        return "\n".join(f"> {line}" for line in self.story.quote.splitlines())


@dataclass(frozen=True)
class MailView:
    """What the templates of one email get as ``mail``. ``start`` and ``end`` are CSS sides."""

    subject: str
    heading: Phrase
    preheader: str
    language: str
    direction: str
    shop: ShopView
    is_for_staff: bool
    is_copy: bool
    is_to_person: bool
    greeting: str
    written: str
    told: list[Told]
    sentences: list[str]
    rows: list[tuple[str, str]]
    items: list[Any]
    more_items: int
    button: Phrase | None
    # Holds the way in: no debug page, no log of a template's lookups shows it.
    url: str = field(repr=False)
    kind: str
    # For staff: why this email goes to them.
    why: str = ""
    code: str = field(default="", repr=False)
    document: SalesDocument | None = None
    link: DirectLink | None = None
    start: str = field(init=False)
    end: str = field(init=False)

    @property
    def is_alone(self) -> bool:
        """One happening: the email's heading is its headline."""
        return len(self.told) == 1 and self.kind != mail_digest.KIND

    def __post_init__(self) -> None:
        sides = ("right", "left") if self.direction == "rtl" else ("left", "right")
        object.__setattr__(self, "start", sides[0])
        object.__setattr__(self, "end", sides[1])


def is_for_staff(kind: str) -> bool:
    """Emails that never hold a way in for customers."""
    return kind == "copy" or kind.startswith("staff_")


def render(email: OutgoingEmail, *, url: str, code: str = "") -> RenderedEmail:
    """``url`` goes behind the button; an admin preview gives any address, and no token exists.
    ``code`` is that of an email that brings one.

    Works for an unsaved email. In the email's own language, whatever is active.
    """
    language = document_language(email.language)
    with translation.override(language):
        mail = replace(_view(email, language, url), code=code)
        name = "staff" if is_for_staff(email.kind) and email.kind != "copy" else "customer"
        return RenderedEmail(
            subject=mail.subject,
            text=_squeezed(_fill(email.kind, name, "txt", mail)),
            html=re.sub(r"\n\s*\n", "\n", _fill(email.kind, name, "html", mail)),
        )


def preview_html(document: SalesDocument) -> str:
    """The email that brings a document, as the admin previews it; also unsaved. No way in."""
    email = OutgoingEmail(
        kind="link", site=document.site, document=document, language=document.language
    )
    return render(email, url="#").html


def _fill(kind: str, name: str, extension: str, mail: MailView) -> str:
    """A site may add a template for one kind; else those for the customer or for staff."""
    folder = "portal_plugin/mail"
    names = [f"{folder}/{kind}.{extension}", f"{folder}/{name}.{extension}"]
    return select_template(names).render({"mail": mail, "shop": mail.shop})


def _squeezed(text: str) -> str:
    """Template tags leave lines of nothing behind."""
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip() + "\n"


def _view(email: OutgoingEmail, language: str, url: str) -> MailView:
    document = mail_jobs.shown_document(email.document) if email.document else None
    view = document_view(document) if document else None
    shop = view.shop if view else shop_view(email.site)
    for_staff = is_for_staff(email.kind)
    told = [_told(story) for story in _stories(email)]
    sentences = [] if for_staff or view is None else _sentences(view, email.link)
    return MailView(
        subject=subject(email, told, shop),
        heading=_heading(email, told, shop),
        preheader=_preheader(email, told, sentences),
        language=language,
        direction="rtl" if get_language_bidi() else "ltr",
        shop=shop,
        is_for_staff=for_staff,
        is_copy=email.kind == "copy",
        is_to_person=email.staff is not None,
        greeting=_greeting(email),
        written=email.written_text,
        told=told,
        sentences=sentences,
        rows=_rows(view, email, is_named=not told) if view else [],
        items=view.items[:ITEM_LIMIT] if view and not told and not for_staff else [],
        more_items=max(0, len(view.items) - ITEM_LIMIT) if view else 0,
        button=_button(email, view, for_staff) if url else None,
        url=url,
        kind=email.kind,
        why=mail_reasons.reason(email) if for_staff else "",
        document=document,
        link=email.link,
    )


def _stories(email: OutgoingEmail) -> list[Story]:
    if email.kind == mail_digest.KIND:
        return mail_digest.stories(email)
    if email.document is None:
        return []
    return [tell(email.document, happening) for happening in email.facts.get("happenings", [])]


def _told(story: Story) -> Told:
    return Told(
        mail_words.headline(story),
        story,
        note=mail_words.note(story),
        quote_label=mail_words.quote_label(story),
    )


def _heading(email: OutgoingEmail, told: list[Told], shop: ShopView) -> Phrase:
    if email.kind == mail_digest.KIND:
        message = ngettext("%(count)s document for you", "%(count)s documents for you", len(told))
        return Phrase(message, count=len(told))
    if email.kind == "code":
        return Phrase(_("Your code"))
    if len(told) == 1:
        return told[0].headline
    if told:
        message = ngettext("%(count)s update", "%(count)s updates", len(told))
        return Phrase(message, count=len(told))
    return _name(email) or Phrase("%(shop)s", shop=shop.name)


def _name(email: OutgoingEmail) -> Phrase | None:
    if email.document is None:
        return None
    return mail_words.document_name(mail_jobs.shown_document(email.document))


def subject(email: OutgoingEmail, told: list[Told], shop: ShopView) -> str:
    text = email.written_subject or _subject(email, told, shop)
    if email.kind == "copy":
        text = _("Copy: %(subject)s") % {"subject": text}
    text = one_line(text)
    return text if len(text) <= SUBJECT_LIMIT else text[: SUBJECT_LIMIT - 2].rstrip() + " …"


def _subject(email: OutgoingEmail, told: list[Told], shop: ShopView) -> str:
    name = _name(email)
    if name is None:
        return _heading(email, told, shop) if told else shop.name
    if email.kind == "code":
        return _("Your code for %(document)s") % {"document": name}
    if not told:
        return _("%(document)s from %(shop)s") % {"document": name, "shop": shop.name}
    return _("%(document)s: %(news)s") % {"document": name, "news": _heading(email, told, shop)}


def _preheader(email: OutgoingEmail, told: list[Told], sentences: list[str]) -> str:
    quotes = [one.story.reply or one.story.quote for one in told]
    candidates = [*quotes, email.written_text, *sentences]
    return one_line(next((text for text in candidates if text), ""))[:PREHEADER_LIMIT]


def _greeting(email: OutgoingEmail) -> str:
    """What staff typed begins as they like; everything else with the name."""
    if email.written_text:
        return ""
    customer = email.document.customer if email.document else None
    name = receiver(email).name if email.recipient or customer is None else customer.name
    return _("Hello %(name)s,") % {"name": name} if name else ""


def _sentences(view: DocumentView, link: DirectLink | None) -> list[str]:
    found = (state_sentence(view, link), deadline_sentence(view, link), next_sentence(view))
    return [text for text in found if text]


def _rows(view: DocumentView, email: OutgoingEmail, *, is_named: bool) -> list[tuple[str, str]]:
    """``is_named``: the heading is the document's name already."""
    document, told_about = view.document, email.document
    rows = [] if is_named else [(str(document.get_kind_display()), view.number)]
    if told_about and told_about.number and told_about.number != document.number:
        rows.append((_("Made from"), told_about.number))
    if email.kind.startswith("staff_"):
        rows.append((_("Customer"), view.customer_name))
    if view.title:
        rows.append((_("Title"), view.title))
    rows.append((_("Total"), view.total))
    if view.next_instalment:
        label, when = next_words(document)
        words = {"amount": view.next_instalment.left, "when": when}
        rows.append((label, _("%(amount)s (%(when)s)") % words))
    elif view.is_deposit_due:
        rows.append((_("Deposit due"), view.deposit_due))
    elif view.has_balance and view.payments:
        rows.append((_("Balance due"), view.balance_due))
    if document.approve_by and view.waiting_for(email.link) and not view.is_over:
        rows.append((_("Please answer by"), date_format(document.approve_by)))
    if view.valid_until:
        rows.append((_("Valid until"), date_format(view.valid_until)))
    return rows


def _button(email: OutgoingEmail, view: DocumentView | None, for_staff: bool) -> Phrase | None:
    if for_staff:
        return Phrase(_("Open in the admin"))
    if view is None:
        return None
    kinds = {happening["kind"] for happening in email.facts.get("happenings", [])}
    return mail_jobs.job(view, email.link, kinds)

"""Erase a person: their clear text goes, what was agreed stays and goes on being valid.

The history knows persons only by digests under a salt of their own. With the salt and the names
gone nobody can tell any more whom the digests mean, and no hash in the chain changes.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..models import (
    Attachment,
    ChangeRequest,
    Comment,
    Contact,
    DirectLink,
    ExternalFile,
    LinkToken,
    Order,
    OutgoingEmail,
    PaymentAttempt,
    PersonalSalt,
    Recipient,
    RenderedPdf,
    SalesDocument,
    Submission,
    SubmissionSalt,
    UploadInProgress,
)
from ..models.documents import lock
from ..models.storage import delete_after_commit
from ..statuses import EmailState, WorkState
from . import activity, links, persons, work
from .persons import Person

#: Rows that have the name of whoever wrote them.
AUTHORED = (Comment, ChangeRequest, Attachment, ExternalFile)


@dataclass(frozen=True)
class Plan:
    """Whom it is about, and in sentences what goes and what stays, with the reason."""

    recipients: list[Recipient]
    contacts: list[Contact]
    submissions: list[Submission] = field(default_factory=list)
    goes: list[str] = field(default_factory=list)
    stays: list[str] = field(default_factory=list)
    #: Whether a customer's own record has the address, which is not touched.
    keeps_record: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.recipients or self.contacts or self.submissions)


def by_email(email: str, site: Any = None) -> Plan:
    """Everything of the person with that address, on one site or on all. Writes nothing."""
    return _plan(persons.by_email(email, site))


def by_link(link: DirectLink) -> Plan:
    """The person whom a direct link was made for, wherever the same person has one."""
    return _plan(persons.by_link(link))


def _plan(person: Person) -> Plan:
    recipients, contacts = person.recipients, person.contacts
    owned = DirectLink.objects.filter(recipient__in=recipients)
    links_count = owned.count()
    documents = owned.values("document").distinct().count()
    stays = [
        ngettext(
            "What was decided, written and paid on %(count)s document: it is the contract.",
            "What was decided, written and paid on %(count)s documents: it is the contract.",
            documents,
        )
        % {"count": documents},
        _("The history of each, which does not say any more who it was."),
        _("PDFs of estimates and invoices that were shown: the law has them kept."),
    ]
    if person.customers:
        stays.append(_("The customer's own record: change or delete it under Customers."))
    goes = [
        ngettext(
            "%(count)s record of the person's name and email address",
            "%(count)s records of the person's name and email address",
            len(recipients),
        )
        % {"count": len(recipients)},
        ngettext("%(count)s contact of customers", "%(count)s contacts of customers", len(contacts))
        % {"count": len(contacts)},
        ngettext(
            "%(count)s direct link: it stops working",
            "%(count)s direct links: they stop working",
            links_count,
        )
        % {"count": links_count},
        _("Names, addresses and browsers with what they sent; the text of emails to them"),
    ]
    if count := len(person.submissions):
        text = ngettext(
            "Who gave %(count)s answer by somebody else's link, or through the shop",
            "Who gave %(count)s answers by somebody else's link, or through the shop",
            count,
        )
        goes.append(text % {"count": count})
    return Plan(recipients, contacts, person.submissions, goes, stays, bool(person.customers))


def erase(plan: Plan, user: Any = None) -> None:
    """Do it, document by document, and only then forget who it was: broken off before, all of the
    person is found again. A second time finds nothing more to do."""
    for recipient in plan.recipients:
        for link in DirectLink.objects.filter(recipient=recipient).select_related("document"):
            _erase_on(link.document, link, recipient, user)
            for document in _also_answered(link):
                _erase_on(document, link, recipient, user)
    _erase_by_others(plan, user)
    with transaction.atomic():
        _forget(plan)


def _forget(plan: Plan) -> None:
    theirs = Recipient.objects.filter(pk__in=[one.pk for one in plan.recipients])
    PersonalSalt.objects.filter(recipient__in=theirs).delete()
    theirs.update(name="", email="", contact=None, erased_at=timezone.now())
    # Once more: one that was on its way has its address again (``mail_delivery``).
    _empty(OutgoingEmail.objects.filter(recipient__in=theirs))
    Contact.objects.filter(pk__in=[contact.pk for contact in plan.contacts]).delete()


def _also_answered(link: DirectLink) -> list[SalesDocument]:
    """Besides its own the orders made from that which were answered by it: whose words are gone
    from a document is said in that document's own history, where alone it is believed.

    Asked once the link is stopped: then nobody begins another answer. Whoever is at one already
    holds the order's lock until it is written.
    """
    with transaction.atomic():
        for order in Order.objects.filter(source_estimate=link.document_id):
            lock(order)
    found = SalesDocument.objects.filter(submissions__link=link).exclude(pk=link.document_id)
    return list(found.order_by("pk").distinct())


def _erase_on(on: SalesDocument, link: DirectLink, recipient: Recipient, user: Any) -> None:
    with transaction.atomic():
        document = lock(on)
        sent = Submission.objects.filter(link=link, document=document.pk)
        _erase_sent(document, sent, user, link=link.pk)
        LinkToken.objects.filter(link=link).delete()
        DirectLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=timezone.now())
        links.refresh_lists(document)
        PaymentAttempt.objects.filter(link=link).update(address=None)
        UploadInProgress.objects.filter(link=link).update(address=None, user_agent="")
        for model in AUTHORED:
            model.objects.filter(link=link).update(author_name="")
        _erase_messages(recipient, document)
        _erase_emails(link, recipient, document)


def _erase_by_others(plan: Plan, user: Any) -> None:
    """The link stays its owner's, and so does what was decided."""
    theirs = Submission.objects.filter(pk__in=[one.pk for one in plan.submissions])
    for on in SalesDocument.objects.filter(submissions__in=theirs).order_by("pk").distinct():
        with transaction.atomic():
            document = lock(on)
            _erase_sent(document, theirs.filter(document=document.pk), user)


def _erase_sent(
    document: SalesDocument, sent: QuerySet[Submission], user: Any, **facts: Any
) -> None:
    """Whose it was, with the entry of the history that says of which submissions it is gone."""
    facts["submissions"] = list(sent.order_by("pk").values_list("pk", flat=True))
    drawn = RenderedPdf.objects.filter(submission__in=sent).exclude(file_hash="")
    if gone := list(drawn.order_by("pk").values_list("file_hash", flat=True)):
        facts["gone"] = gone
    activity.record(document, "erased", staff=user, data=facts)
    _draw_receipts_anew(sent)
    SubmissionSalt.objects.filter(submission__in=sent).delete()
    sent.update(name="", email="", signature="", signature_strokes="", address=None, user_agent="")


def _erase_messages(recipient: Recipient, document: SalesDocument) -> None:
    """What others read once after a form: whom they invited, or whose yes is still missing."""
    sent = Submission.objects.filter(document__family=document.family)
    for word in filter(None, (recipient.name, recipient.email)):
        sent.filter(message__contains=word).update(message="")


def _erase_emails(link: DirectLink, recipient: Recipient, document: SalesDocument) -> None:
    mine = OutgoingEmail.objects.filter(link=link)
    _empty(mine)
    mine.filter(state=EmailState.WAITING).update(
        state=EmailState.WITHHELD, error=_("The person was erased.")
    )
    if recipient.name:
        for email in OutgoingEmail.objects.filter(document__family=document.family):
            _forget_name(email, recipient.name)


def _empty(emails: QuerySet[OutgoingEmail]) -> None:
    """A mail server's answer may quote the address; why one was withheld is said by us."""
    emails.update(address="", written_subject="", written_text="")
    emails.exclude(state=EmailState.WITHHELD).update(error="")


def _forget_name(email: OutgoingEmail, name: str) -> None:
    """Emails to staff say who did something."""
    happenings = email.facts.get("happenings", [])
    named = [each for each in happenings if each.get("by") == name]
    if named:
        for each in named:
            each["by"] = ""
        email.save(update_fields=["facts"])


def _draw_receipts_anew(submissions: Iterable[Submission]) -> None:
    """Their receipts have the name on them."""
    for pdf in RenderedPdf.objects.filter(submission__in=submissions):
        delete_after_commit(pdf.file)
        RenderedPdf.objects.filter(pk=pdf.pk).update(
            state=WorkState.WAITING, file="", file_hash="", attempts=0, lease_until=None
        )
    work.wake("pdf")


def plan_of(document: SalesDocument, link_id: int) -> Plan | None:
    """For one of the document's people; ``None`` where there is no such link."""
    link = links.of_document(document).filter(pk=link_id).first()
    return by_link(link) if link is not None else None

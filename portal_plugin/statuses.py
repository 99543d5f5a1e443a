"""The closed sets of words that rows are labelled with; in one place, so each means one thing."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class DocumentKind(TextChoices):
    ESTIMATE = "estimate", _("Estimate")
    # With a context, here and below: other catalogs translate a bare "Order" as "sequence", and
    # Wagtail's German one a bare "Cancelled" as "deleted".
    ORDER = "order", pgettext_lazy("document", "Order")


class DocumentState(TextChoices):
    """What a document is to its customer; derived from rows, except when an estimate ends."""

    UNPUBLISHED = "unpublished", _("Not published")
    WAITING = "waiting", _("Waiting for approval")
    PARTLY_APPROVED = "partly_approved", _("Partly approved")
    CHANGES_REQUESTED = "changes_requested", _("Changes requested")
    APPROVED = "approved", _("Approved")
    CONVERTED = "converted", _("Ordered")
    EXPIRED = "expired", _("Expired")
    DECLINED = "declined", _("Declined")
    CANCELLED = "cancelled", pgettext_lazy("document", "Cancelled")
    COMPLETED = "completed", _("Completed")


#: In which the customer may still have to agree to the whole of it.
OPEN_TO_AGREEMENT = frozenset(
    {
        DocumentState.WAITING,
        DocumentState.PARTLY_APPROVED,
        DocumentState.CHANGES_REQUESTED,
        DocumentState.APPROVED,
    }
)


class ItemState(TextChoices):
    WAITING = "waiting", _("Waiting for approval")
    APPROVED = "approved", _("Approved")
    DECLINED = "declined", _("Declined")
    CHANGES_REQUESTED = "changes_requested", _("Changes requested")


class WaitingFor(TextChoices):
    CUSTOMER = "customer", _("Customer")
    US = "us", _("Us")
    NOBODY = "nobody", _("Nobody")


class Verdict(TextChoices):
    APPROVE = "approve", pgettext_lazy("decision", "Approved")
    DECLINE = "decline", pgettext_lazy("decision", "Declined")
    UNDO = "undo", pgettext_lazy("decision", "Taken back")


class ChangeRequestState(TextChoices):
    OPEN = "open", _("Open")
    ANSWERED = "answered", _("Answered")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    DONE = "done", _("Done")


class LinkRole(TextChoices):
    APPROVE = "approve", _("May approve and pay")
    PAY = "pay", _("May pay")
    LOOK = "look", _("May look, write and send files")


class ApprovalsNeeded(TextChoices):
    """How many of the people with the right to approve have to say yes to an item."""

    ONE = "one", _("One is enough")
    ALL = "all", _("All must approve")


class AsksFor(TextChoices):
    """Of one document; empty is as the shop has it."""

    YES = "yes", _("Yes")
    NO = "no", _("No")


class PaysBy(TextChoices):
    ONLINE = "online", _("Online")
    TRANSFER = "transfer", _("Bank transfer")
    ACCOUNT = "account", _("On account")


class MoneyAfterCancel(TextChoices):
    """What happens to what was paid on a cancelled order."""

    KEPT = "kept", _("We keep it")
    REFUND = "refund", _("We pay it back")


class TermsKind(TextChoices):
    ESTIMATE = "estimate", _("Estimate")
    ORDER = "order", pgettext_lazy("document", "Order")
    PROOF = "proof", _("Proof")
    WITHDRAWAL = "withdrawal", _("Right of withdrawal")
    CHECKLIST = "checklist", _("Checklist for proofs")


class PaymentPurpose(TextChoices):
    DEPOSIT = "deposit", _("Deposit")
    INSTALMENT = "instalment", _("Instalment")
    BALANCE = "balance", _("Balance")
    OTHER = "other", _("Part of the balance")


class AttemptState(TextChoices):
    NEW = "new", _("Started")
    OPEN = "open", _("Waiting for the customer")
    PROCESSING = "processing", _("Under way")
    SUCCEEDED = "succeeded", _("Paid")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", pgettext_lazy("payment", "Cancelled")

    @classmethod
    def unfinished(cls):
        return (cls.NEW, cls.OPEN, cls.PROCESSING)


#: The failure code of a payment whose money is not booked: somebody has to look at it.
AMOUNT_DIFFERS = "amount_differs"


class LedgerKind(TextChoices):
    PAYMENT = "payment", _("Payment")
    OFFLINE = "offline", _("Payment outside the portal")
    REFUND = "refund", _("Refund")
    CHARGEBACK = "chargeback", _("Chargeback")
    REVERSAL = "reversal", _("Reversal")
    CORRECTION = "correction", _("Correction")
    FORGIVENESS = "forgiveness", _("What is owed after a refund")


class InvoiceKind(TextChoices):
    INVOICE = "invoice", _("Invoice")
    DEPOSIT = "deposit", _("Deposit invoice")
    CREDIT_NOTE = "credit_note", _("Credit note")


class DiscrepancyKind(TextChoices):
    """What Stripe and our rows do not say alike."""

    UNKNOWN = "unknown", _("Money for an order that nobody asked for")
    AMOUNT = "amount", _("Another amount or currency than was asked for")
    MISSING = "missing", _("Stripe does not know it")


class RefundState(TextChoices):
    NEW = "new", _("Not confirmed yet")
    PENDING = "pending", _("Under way")
    SUCCEEDED = "succeeded", _("Refunded")
    FAILED = "failed", _("Failed")


class DisputeState(TextChoices):
    """Of a payment that its customer's bank asks about, or has taken back."""

    INQUIRY = "inquiry", _("The bank asks")
    INQUIRY_CLOSED = "inquiry_closed", _("The bank's question is closed")
    NEEDS_RESPONSE = "needs_response", _("Taken back: answer the bank")
    UNDER_REVIEW = "under_review", _("The bank looks at your answer")
    WON = "won", _("Decided for you")
    LOST = "lost", _("Decided for the customer")

    @classmethod
    def waiting(cls):
        """Those that the shop has to answer."""
        return (cls.INQUIRY, cls.NEEDS_RESPONSE)

    @classmethod
    def ended(cls):
        return (cls.INQUIRY_CLOSED, cls.WON, cls.LOST)


class WorkState(TextChoices):
    """Of one row of work that is done after the answer: a PDF, a preview."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Being made")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Could not be made")


class EmailState(TextChoices):
    WAITING = "waiting", _("Waiting to be sent")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    DELIVERED = "delivered", _("Delivered")
    BOUNCED = "bounced", _("Not delivered")
    PARKED = "parked", _("Could not be sent")
    WITHHELD = "withheld", _("Not sent")


class Telling(TextChoices):
    """What staff get emails about."""

    ALL = "all", _("All, whoever is responsible")
    MINE = "mine", _("What I am responsible for")
    DIGEST = "digest", _("What I am responsible for, in one email a day")
    NONE = "none", _("Nothing")


class FileCheckState(TextChoices):
    UNCHECKED = "unchecked", _("Not checked")
    WAITING = "waiting", _("Waiting for check")
    CLEAN = "clean", _("Clean")
    REFUSED = "refused", _("Refused")


class ActorKind(TextChoices):
    CUSTOMER = "customer", _("Customer")
    STAFF = "staff", _("Staff")
    SYSTEM = "system", _("System")

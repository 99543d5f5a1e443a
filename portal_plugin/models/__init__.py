"""The rows. What staff write is versioned; what customers, Stripe and the system write is not."""

from .access import DirectLink, LinkToken, Recipient
from .activity import Activity, PersonalSalt, SubmissionSalt
from .attachments import Attachment, Preview
from .choices import Choice
from .codes import EmailCode
from .conversation import ChangeRequest, Comment, InternalNote
from .customers import Contact, Customer
from .decisions import Decision, Submission, TermsText
from .documents import Estimate, Order, SalesDocument
from .external import ExternalFile
from .invoices import Invoice
from .item_templates import ItemTemplate
from .items import LineItem
from .mail import OutgoingEmail
from .numbers import NumberSequence
from .payments import LedgerEntry, PaymentAttempt, StripeEvent
from .pdfs import RenderedPdf
from .pins import ProofPin
from .proofs import Proof, ProofVersion
from .reconciling import Decline, Discrepancy, Reconciliation
from .refunds import Dispute, Refund
from .shop import PortalSettings
from .staff import StaffPreference
from .stages import Stage
from .stripe_keys import StripeKeys
from .uploads import SiteStorage, UploadInProgress
from .versions import DocumentVersion, VersionItem

__all__ = [
    "Activity",
    "Attachment",
    "ChangeRequest",
    "Choice",
    "Comment",
    "Contact",
    "Customer",
    "Decision",
    "Decline",
    "DirectLink",
    "Discrepancy",
    "Dispute",
    "DocumentVersion",
    "EmailCode",
    "Estimate",
    "ExternalFile",
    "InternalNote",
    "Invoice",
    "ItemTemplate",
    "LedgerEntry",
    "LineItem",
    "LinkToken",
    "NumberSequence",
    "Order",
    "OutgoingEmail",
    "PaymentAttempt",
    "PersonalSalt",
    "PortalSettings",
    "Preview",
    "Proof",
    "ProofPin",
    "ProofVersion",
    "Recipient",
    "Reconciliation",
    "Refund",
    "RenderedPdf",
    "SalesDocument",
    "SiteStorage",
    "StaffPreference",
    "Stage",
    "StripeEvent",
    "StripeKeys",
    "Submission",
    "SubmissionSalt",
    "TermsText",
    "UploadInProgress",
    "VersionItem",
]

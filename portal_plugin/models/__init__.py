"""The rows. What staff write is versioned; what customers, Stripe and the system write is not."""

from .access import DirectLink, LinkToken, Recipient
from .activity import Activity, PersonalSalt
from .attachments import Attachment, Preview
from .conversation import ChangeRequest, Comment, InternalNote
from .customers import Contact, Customer
from .decisions import Decision, Submission, TermsText
from .documents import Estimate, Order, SalesDocument
from .external import ExternalFile
from .item_templates import ItemTemplate
from .items import LineItem
from .mail import OutgoingEmail
from .numbers import NumberSequence
from .payments import LedgerEntry, PaymentAttempt, StripeEvent
from .pdfs import RenderedPdf
from .pins import ProofPin
from .proofs import Proof, ProofVersion
from .refunds import Dispute, Refund
from .shop import PortalSettings
from .staff import StaffPreference
from .stages import Stage
from .uploads import SiteStorage, UploadInProgress
from .versions import DocumentVersion, VersionItem

__all__ = [
    "Activity",
    "Attachment",
    "ChangeRequest",
    "Comment",
    "Contact",
    "Customer",
    "Decision",
    "DirectLink",
    "Dispute",
    "DocumentVersion",
    "Estimate",
    "ExternalFile",
    "InternalNote",
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
    "Refund",
    "RenderedPdf",
    "SalesDocument",
    "SiteStorage",
    "StaffPreference",
    "Stage",
    "StripeEvent",
    "Submission",
    "TermsText",
    "UploadInProgress",
    "VersionItem",
]

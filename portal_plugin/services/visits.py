"""Who stands before a document: the person behind a direct link, in one request."""

from dataclasses import dataclass, field, replace
from typing import Any

from ..exceptions import NotAvailable
from ..models import DirectLink, SalesDocument
from ..statuses import LinkRole

#: Each role includes those before it.
RANK = {LinkRole.LOOK: 0, LinkRole.PAY: 1, LinkRole.APPROVE: 2}


@dataclass(frozen=True)
class Visit:
    """``staff`` is set when the browser is signed in to the admin: it may look, not act.

    ``is_preview`` marks the admin's preview, where there is no link and nothing can be done.
    """

    document: SalesDocument
    link: DirectLink | None = None
    address: str | None = None
    user_agent: str = ""
    staff: Any = None
    is_preview: bool = field(default=False)

    @property
    def name(self) -> str:
        return self.link.recipient.name if self.link else ""

    @property
    def email(self) -> str:
        return self.link.recipient.email if self.link else ""

    @property
    def can_act(self) -> bool:
        """False for previews, and for staff except on a sample of their own making."""
        if self.link is None:
            return False
        if self.staff is None:
            return True
        document = self.document
        return document.is_sample and document.responsible_id == self.staff.pk

    def may(self, role: str) -> bool:
        """Whether the link's rights include ``role``. A preview shows every button, and none of
        them does anything."""
        if self.is_preview:
            return True
        return self.link is not None and RANK[LinkRole(self.link.role)] >= RANK[LinkRole(role)]

    def again(self, document: SalesDocument) -> "Visit":
        """On the document as it was read under the lock, with what the link may do by now. One that
        was stopped meanwhile may do nothing."""
        if self.link is None:
            return self.on(document)
        link = DirectLink.objects.select_related("recipient").get(pk=self.link.pk)
        if link.is_revoked:
            raise NotAvailable
        return replace(self, document=document, link=link)

    def on(self, document: SalesDocument) -> "Visit":
        return replace(self, document=document)

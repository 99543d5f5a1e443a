"""Why somebody of the staff gets an email, for its foot; and with that, how to get it no more."""

from django.utils.translation import gettext as _

from ..models import OutgoingEmail
from . import mail_digest


def reason(email: OutgoingEmail) -> str:
    if email.kind == mail_digest.KIND:
        return _("You get this email once a day, as you chose in your account.")
    if email.kind == "staff_waiting":
        return _(
            "This email goes to the shop's mailbox because nobody has done anything about this "
            "document for a working day."
        )
    if email.staff_id is None:
        return _(
            "This email goes to the shop's mailbox because nobody is responsible for this "
            "document, or the responsible person is away."
        )
    if email.kind == "copy" or _is_responsible(email):
        return _("You get this email because you are responsible for this document.")
    return _("You get this email because you chose in your account to be told of everything.")


def _is_responsible(email: OutgoingEmail) -> bool:
    return email.document is not None and email.document.responsible_id == email.staff_id

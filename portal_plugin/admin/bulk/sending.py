"""Sending several documents, for the first time or once more."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ...services import reminding, sending
from .base import DocumentsAction


class WritesEmails(DocumentsAction):
    right = "send"

    def why_not(self, document):
        if not document.live or document.current_version_id is None:
            return _("It is not out.")
        is_over = document.cancelled_at or document.converted_at
        return _("It has ended.") if is_over else ""


class Send(WritesEmails):
    action_type = "portal-send"
    display_name = gettext_lazy("Send")
    aria_label = gettext_lazy("Send the selected documents")
    button_label = gettext_lazy("Send")
    introduction = gettext_lazy(
        "Each goes to its customer and to those of their contacts who get documents."
    )
    action_priority = 14

    def perform(self, document, data):
        sending.send_first(document, self.request.user)

    def done_sentence(self, count):
        message = ngettext(
            "%(count)d document is on its way.", "%(count)d documents are on their way.", count
        )
        return message % {"count": count}


class Remind(WritesEmails):
    action_type = "portal-remind"
    display_name = gettext_lazy("Remind")
    aria_label = gettext_lazy("Send the selected documents again")
    button_label = gettext_lazy("Send again")
    introduction = gettext_lazy("Everybody whose link was not stopped gets a new email.")
    action_priority = 15

    def perform(self, document, data):
        reminding.remind(document, self.request.user)

    def done_sentence(self, count):
        message = ngettext(
            "%(count)d document is on its way again.",
            "%(count)d documents are on their way again.",
            count,
        )
        return message % {"count": count}

"""Send files to the shop, and find those that went either way."""

from django import forms
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from .. import registry
from ..exceptions import FileRefused, FileTooLarge
from ..gateways import filetypes
from ..models import Attachment, Order
from ..registry import register_action
from ..services import attachment_files, file_limits, files, quotas, uploads
from ..services.file_limits import FileLimits
from .base import Action
from .forms import ActionForm
from .outcomes import Done

#: Files in one POST, for whoever has no script that sends them one by one.
MOST_AT_ONCE = 20


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One file or several; ``cleaned_data`` is a list of uploads. Every refusal names its file.

    ``limits`` are those of the form's shop.
    """

    widget = FilesInput
    limits: FileLimits

    def clean(self, data, initial=None):
        uploads = [upload for upload in data or [] if upload is not None]
        if not uploads:
            raise forms.ValidationError(self.error_messages["required"], "required")
        if len(uploads) > MOST_AT_ONCE:
            sentence = _("Please send at most %(count)s files at once.") % {"count": MOST_AT_ONCE}
            raise forms.ValidationError(sentence, "too_many")
        refused = [sentence for upload in uploads if (sentence := self._refusal(upload))]
        if refused:
            raise forms.ValidationError(refused)
        return uploads

    def _refusal(self, upload):
        try:
            files.check(upload, limits=self.limits)
        except FileTooLarge:
            return ""  # the answer to that is of its own, and comes when it is stored
        except FileRefused as error:
            return error.message
        return ""


class UploadForm(ActionForm):
    files = FilesField(
        label=gettext_lazy("Files"),
        error_messages={"required": gettext_lazy("Choose a file first.")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.stored = []
        self.attachments = []
        field = self.fields["files"]
        field.limits = limits = file_limits.of_site(self.visit.document.site)
        field.widget.attrs["accept"] = accepted(limits)
        field.help_text = _("%(kinds)s, up to %(limit)s each.") % {
            "kinds": filetypes.named(limits.kinds),
            "limit": quotas.size_text(limits.max_bytes),
        }


def accepted(limits: FileLimits) -> str:
    """For the file field. Phones offer the camera, and turn their own format into JPEG, where they
    read the types of pictures by name."""
    types = (filetypes.EXTENSIONS.get(kind, f".{kind}") for kind in limits.kinds)
    return ",".join(dict.fromkeys(types))


@register_action
class Upload(Action):
    name = "upload"
    label = gettext_lazy("Upload / Download Files")
    title = gettext_lazy("Files")
    submit_label = gettext_lazy("Upload")
    verb = "upload"
    form_class = UploadForm
    limit = "uploads_per_hour"
    enctype = "multipart/form-data"

    def context(self, form):
        limit = form.fields["files"].limits.max_bytes
        link_url = registry.action("send_link")(self.visit, self.item_key).url
        return {
            "max_bytes": limit,
            "max_text": quotas.size_text(limit),
            "send_link_url": link_url,
        }

    def run(self, data, files=None):
        """What was on its way when the estimate became an order is sent to the order: all of it has
        come by then, and nobody would know that it has to be sent once more."""
        order = self._order_meanwhile() if files else None
        if order is None or self._earlier(self.form(data, files)) is not None:
            return super().run(data, files)
        key = self.item_key if any(line.key == self.item_key for line in order.lines) else None
        return type(self)(self.visit.on(order), key).run(data, files)

    def _order_meanwhile(self):
        if not self.document.is_estimate:
            return None
        made = Order.objects.filter(source_estimate=self.document.pk)
        return made.filter(current_version__isnull=False).first()

    def prepare(self, form):
        try:
            for upload in form.cleaned_data["files"]:
                owner = Attachment(document=self.document)
                limits = form.fields["files"].limits
                form.stored.append(files.prepare(owner, upload, limits=limits))
        except FileTooLarge as error:
            raise FileTooLarge(error.message, fields={"files": error.message}) from error

    def discard(self, form):
        files.discard(form.stored)

    def perform(self, form, submission):
        uploads.settle(self.document, submission.client_key)
        for stored in form.stored:
            if self._is_there(stored):
                transaction.on_commit(stored.discard, robust=True)
            else:
                form.attachments.append(self._save(stored, submission))
        sentence = ngettext(
            "Your file was sent to the shop.",
            "Your %(count)s files were sent to the shop.",
            len(form.stored),
        )
        return Done(sentence % {"count": len(form.stored)}, document=self.document)

    def _is_there(self, stored):
        """The same file, sent again by the same person to the same place: it is one. One that
        nobody can open is none: it may be sent again because the shop asked for it."""
        sent = Attachment.objects.filter(document=self.document.pk, link=self.visit.link)
        same = sent.filter(digest=stored.digest, name=stored.name, item_key=self.item_key)
        return any(
            files.may_be_opened(row) and not attachment_files.is_damaged(row)
            for row in same.filter(removed_at=None)
        )

    def _save(self, stored, submission):
        return files.save(
            self.document,
            stored,
            item_key=self.item_key,
            link=self.visit.link,
            author_name=self.visit.name,
            submission=submission,
        )

    def is_news(self, form):
        return bool(form.attachments)

    def facts(self, form):
        sent = [
            {"id": str(row.public_id), "sha256": row.digest, "size": row.size}
            for row in form.attachments
        ]
        return {**super().facts(form), "attachments": sent}

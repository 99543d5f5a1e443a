"""Send the address of a file that is too large to send: it is kept and shown, never fetched."""

from urllib.parse import urlsplit

from django import forms
from django.core.validators import URLValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..models import ExternalFile
from ..registry import register_action
from .base import Action
from .forms import ActionForm
from .outcomes import Done


class SendLinkForm(ActionForm):
    url = forms.CharField(
        label=gettext_lazy("Link to a file"),
        help_text=gettext_lazy("For files that you keep elsewhere. It begins with https://"),
        max_length=2000,
        error_messages={"required": gettext_lazy("Paste the link first.")},
        widget=forms.URLInput(attrs={"placeholder": "https://", "autocomplete": "off"}),
    )

    def clean_url(self):
        url = self.cleaned_data["url"]
        sentence = _("This is no link that can be taken. It has to begin with https://")
        try:
            URLValidator(schemes=["https"])(url)
            # A name before the host would make one address look like another.
            is_plain = "@" not in urlsplit(url).netloc
        except (forms.ValidationError, ValueError):
            is_plain = False
        if not is_plain:
            raise forms.ValidationError(sentence, "invalid")
        return url

    def recorded(self):
        return super().recorded() | {"note": self.cleaned_data["url"]}


@register_action
class SendLink(Action):
    name = "send_link"
    label = gettext_lazy("Send a link to a file")
    title = gettext_lazy("Send a link to a file")
    submit_label = gettext_lazy("Send link")
    verb = "upload"
    form_class = SendLinkForm
    limit = "uploads_per_hour"
    #: Its button stands in the dialog of the files.
    is_offered = False

    def perform(self, form, submission):
        ExternalFile.objects.create(
            document_id=self.document.pk,
            item_key=self.item_key,
            url=form.cleaned_data["url"],
            link=self.visit.link,
            submission=submission,
            author_name=self.visit.name,
        )
        return Done(_("Your link was sent to the shop."), document=self.document)

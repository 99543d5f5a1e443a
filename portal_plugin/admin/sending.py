"""The page that sends a published document: to whom, with which words, as which email."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST
from django.views.generic import FormView
from wagtail.admin import messages

from ..exceptions import PortalError
from ..models import OutgoingEmail, PortalSettings, Recipient
from ..services import changes, mail_rendering, sending
from ..services.mail_receivers import address_of, staff_address
from ..statuses import LinkRole
from . import overview_rows
from .below_overview import BelowOverview
from .directions import isolated
from .finding import find
from .words import language_of_admin

#: What stands behind the button of an email that is only looked at.
SAMPLE_URL = "#"
MOST_NAMED = 3


class SendForm(forms.Form):
    """Recipients are named by their kind and id: ``customer`` or ``contact-7``."""

    recipients = forms.MultipleChoiceField(
        label=gettext_lazy("Send to"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one person.")},
    )
    subject = forms.CharField(
        label=gettext_lazy("Subject"),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    text = forms.CharField(
        label=gettext_lazy("Text"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 8, "dir": "auto"}),
        help_text=gettext_lazy("Empty: the standard text. The button to the page is always added."),
    )
    attach_pdf = forms.BooleanField(label=gettext_lazy("Attach the PDF"), required=False)
    copy_to_me = forms.BooleanField(label=gettext_lazy("Send a copy to me"), required=False)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, people, can_copy, roles=None, **kwargs):
        """``roles``: key of each person who has a link to what they may do with it."""
        super().__init__(*args, **kwargs)
        self.people = people
        # A plain space between them is lost: Wagtail's labels are flexible boxes.
        label = "<span><bdi>{}</bdi> <bdi>&lt;{}&gt;</bdi></span>"
        self.fields["recipients"].choices = [
            (key, format_html(label, person.name, person.email)) for key, person in people.items()
        ]
        if not can_copy:
            del self.fields["copy_to_me"]

        for key, person in people.items():
            self.fields[f"role_{key}"] = forms.ChoiceField(
                label=person.name,
                choices=LinkRole.choices,
                initial=(roles or {}).get(key, LinkRole.APPROVE),
                required=False,
            )

    def main_fields(self):
        return [field for field in self.visible_fields() if not field.name.startswith("role_")]

    def role_fields(self):
        return [field for field in self.visible_fields() if field.name.startswith("role_")]

    @property
    def has_limits(self):
        """Whether somebody may do less than everything, or something is wrong there."""
        fields = self.role_fields()
        return any(f.errors or (f.value() or LinkRole.APPROVE) != LinkRole.APPROVE for f in fields)

    def roles(self):
        data = self.cleaned_data
        return {self.people[key]: data[f"role_{key}"] for key in data["recipients"]}

    def chosen(self):
        return [self.people[key] for key in self.cleaned_data["recipients"]]


def people_of(document) -> dict:
    """Whoever can be reached by email: the customer and their contacts."""
    return {key: person for key, person in _everybody(document) if sending.has_address(person)}


def unreachable(document) -> list[str]:
    """The others, with the reason."""
    found = []
    for _key, person in _everybody(document):
        words = {"name": person.name, "email": person.email}
        if not person.email:
            found.append(_("%(name)s has no email address.") % words)
        elif not sending.has_address(person):
            found.append(_("“%(email)s” of %(name)s is not a valid email address.") % words)
    return found


def _everybody(document):
    customer = document.customer
    if customer is not None:
        yield "customer", customer
        for contact in customer.contacts.all():
            yield f"contact-{contact.pk}", contact


def ticked_at_first(document, people) -> list[str]:
    """Who has a usable link already; else the customer and the contacts that get documents."""
    had = {address_of(link.recipient) for link in overview_rows.people(document) if link.is_usable}
    if had - {""}:
        return [key for key, person in people.items() if person.email in had]
    return [key for key, person in people.items() if getattr(person, "gets_documents", True)]


def roles_of(document, people) -> dict:
    """What those may do who have a link by now, also where their name or address was corrected
    since."""
    by_person = {
        (link.recipient.contact_id, address_of(link.recipient)): link.role
        for link in overview_rows.people(document)
        if not link.recipient.was_invited
    }
    found = {}
    for key, person in people.items():
        contact = person.pk if key != "customer" else None
        found[key] = by_person.get((contact, person.email), LinkRole.APPROVE)
    return found


class Send(BelowOverview, FormView):
    template_name = "portal_plugin/admin/send.html"
    form_class = SendForm
    page_title = gettext_lazy("Send")
    header_icon = "mail"

    def setup(self, request, pk, **kwargs):
        super().setup(request, pk=pk, **kwargs)
        self.document = find(request, pk, "send")

    def dispatch(self, request, *args, **kwargs):
        if not self.document.live or self.document.current_version_id is None:
            messages.error(request, _("Publish the document first."))
            return redirect(self.overview_url)
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def people(self):
        return people_of(self.document)

    def get_form_kwargs(self):
        can_copy = bool(staff_address(self.request.user))
        return {
            **super().get_form_kwargs(),
            "people": self.people,
            "can_copy": can_copy,
            "roles": roles_of(self.document, self.people),
        }

    def get_initial(self):
        sample = _email(self.document, "", "")
        return {
            "recipients": ticked_at_first(self.document, self.people),
            "subject": mail_rendering.render(sample, url=SAMPLE_URL).subject,
            "attach_pdf": PortalSettings.of(self.document.site).attaches_pdf,
            "version": self.document.current_version_id,
        }

    def get_context_data(self, **kwargs):
        customers = type(self.document.customer).snippet_viewset if self.document.customer else None
        edit = customers and reverse(
            customers.get_url_name("edit"), args=[self.document.customer_id]
        )
        return {
            **super().get_context_data(**kwargs),
            "document": self.document,
            "people": self.people,
            "unreachable": unreachable(self.document),
            "changes": changes.since_last_sent(self.document, language_of_admin()),
            "customer_url": edit,
            "overview_url": self.overview_url,
            "preview_url": reverse("portal_admin:email_preview", args=[self.document.pk]),
            "email": mail_rendering.render(_email(self.document, "", ""), url=SAMPLE_URL),
        }

    def form_valid(self, form):
        data = form.cleaned_data
        try:
            emails = sending.send_document(
                self.document,
                recipients=form.chosen(),
                subject=data["subject"],
                text=data["text"],
                attach_pdf=data["attach_pdf"],
                copy_to=self.request.user if data.get("copy_to_me") else None,
                shown_version=data["version"],
                roles=form.roles(),
                user=self.request.user,
            )
        except PortalError as error:
            form.add_error(None, error.message)
            form.data = form.data.copy()
            form.data["version"] = self.document.current_version_id
            return self.form_invalid(form)
        messages.success(self.request, sent_sentence(emails))
        return redirect(self.overview_url)


def sent_sentence(emails) -> str:
    """To whom, where they are few enough to be read."""
    time = date_format(timezone.localtime(), "TIME_FORMAT")
    if len(emails) <= MOST_NAMED:
        names = ", ".join(isolated(email.recipient.name) for email in emails)
        return _("Sent to %(names)s at %(time)s") % {"names": names, "time": time}
    message = ngettext(
        "Sent to %(count)d person at %(time)s", "Sent to %(count)d people at %(time)s", len(emails)
    )
    return message % {"count": len(emails), "time": time}


send = Send.as_view()


@require_POST
@xframe_options_sameorigin
def email_preview(request, pk):
    """The email as it will look with what is typed so far. Nothing is saved, and its button leads
    nowhere."""
    document = find(request, pk, "send")
    email = _email(document, request.POST.get("subject", ""), request.POST.get("text", ""))
    response = HttpResponse(mail_rendering.render(email, url=SAMPLE_URL).html)
    response["Content-Security-Policy"] = (
        "default-src 'none'; img-src * data:; style-src 'unsafe-inline'; frame-ancestors 'self'"
    )
    return response


def _email(document, subject, text):
    """An unsaved one, to the customer."""
    customer = document.customer
    recipient = Recipient(
        site=document.site,
        customer=customer,
        name=customer.name if customer else "",
        email=customer.email if customer else "",
    )
    return OutgoingEmail(
        kind="link",
        site=document.site,
        document=document,
        recipient=recipient if customer else None,
        language=document.language,
        written_subject=subject[:300],
        written_text=text,
    )

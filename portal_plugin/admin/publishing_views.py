"""What publishing, scheduling and workflow add to Wagtail's create and edit views."""

from django.db import transaction
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.snippets.views import snippets

from .. import days
from ..exceptions import PortalError
from ..services import publishing
from ..services.mail_receivers import staff_name
from . import overview_rows, sites


class Publishes:
    """Refuses with sentences what cannot go out, and goes on to sending it where that was asked."""

    def publish_action(self):
        """The draft is saved already; ``release`` runs inside the publishing transaction."""
        draft = self.new_revision.as_object()
        objections = publishing.objections(draft)
        if objections:
            return self._refused(" ".join(objections))
        if self._asks_anew(draft):
            return redirect(self._url("confirm") + f"?then={self._then()}")
        return self._guarded(super().publish_action)

    def submit_action(self):
        """A manager is asked for what can go out."""
        objections = publishing.objections(self.new_revision.as_object())
        if objections:
            message = _("It is saved as a draft and not submitted: %(reasons)s")
            messages.error(self.request, message % {"reasons": " ".join(objections)})
            return redirect(self.get_edit_url())
        return super().submit_action()

    def workflow_action_action(self):
        """The last approval publishes: it asks and refuses as the publish button does."""
        draft = self.new_revision.as_object()
        if self.workflow_action == "approve" and overview_rows.is_last_task(self.object):
            objections = publishing.objections(draft)
            if objections:
                return self._refused(" ".join(objections))
            if self._asks_anew(draft):
                return redirect(self._url("confirm") + "?then=overview")
        return self._guarded(super().workflow_action_action)

    def get_success_message(self, instance=None):
        """By the number that publishing has just given it. Wagtail reads it from the revision."""
        document = instance or self.object
        if self.action == "publish" and not document.number:
            document.refresh_from_db(fields=["number", "latest_revision"])
        return super().get_success_message(instance)

    def get_success_url(self):
        if self.action == "publish":
            return self._url(self._then())
        if self.action == "workflow-action" and self.workflow_action == "approve":
            return self._url(self._after_approval())
        return super().get_success_url()

    def _after_approval(self):
        """Who has let it out goes on to sending it; a task before the last lets nothing out."""
        document = type(self.object).objects.get(pk=self.object.pk)
        is_out = document.live and not document.has_unpublished_changes
        return "send" if is_out and sites.may(self.request.user, "send", document) else "overview"

    def _then(self):
        """What is scheduled is not out: there is nothing to send yet."""
        is_sent = self.request.POST.get("action-publish") == "send"
        return "send" if is_sent and not overview_rows.is_scheduled(self.object) else "overview"

    def _url(self, name):
        return reverse(f"portal_admin:{name}", args=[self.object.pk])

    def _asks_anew(self, draft):
        return asks_anew(type(self.object).objects.get(pk=self.object.pk), draft)

    def _guarded(self, perform):
        try:
            with transaction.atomic():
                return perform()
        except PortalError as error:
            return self._refused(error.message)

    def _refused(self, reasons):
        message = _("It is saved as a draft and not published: %(reasons)s")
        messages.error(self.request, message % {"reasons": reasons})
        return redirect(self.get_edit_url())


class ApprovesInList(snippets.WorkflowActionView):
    """Approved from the list on the home page, past the edit page: it asks and refuses as there."""

    def post(self, request, *args, **kwargs):
        document = self.object
        if self.action_name == "approve" and overview_rows.is_last_task(document):
            draft = overview_rows.draft_of(document)
            objections = publishing.objections(draft)
            if objections:
                return self._refused(" ".join(objections))
            if asks_anew(document, draft):
                confirm = reverse("portal_admin:confirm", args=[document.pk])
                return self._go(f"{confirm}?then=overview")
        try:
            with transaction.atomic():
                return super().post(request, *args, **kwargs)
        except PortalError as error:
            return self._refused(error.message)

    def _refused(self, reasons):
        message = _("It is saved as a draft and not published: %(reasons)s")
        messages.error(self.request, message % {"reasons": reasons})
        viewset = type(self.object).snippet_viewset
        return self._go(reverse(viewset.get_url_name("edit"), args=[self.object.pk]))

    def _go(self, url):
        """Where the dialog asked for a comment, its script goes there."""
        if self.request.headers.get("x-requested-with") == "XMLHttpRequest":
            return self.render_modal_json(self.request, {"step": "success", "redirect": url})
        return redirect(url)


def asks_anew(document, draft) -> bool:
    """Whether publishing asks the customer for what they have said yes to already."""
    taken_back = overview_rows.taken_back(document, draft)
    return bool(taken_back or overview_rows.to_be_confirmed(document, draft))


class TellsOfOthers:
    """A save over what somebody else saved meanwhile is told first, and then done if repeated.

    Wagtail refuses such a background save only; its dialog in the page needs JavaScript. One's own
    newest save is no other's: a background save may be answered after the button was pressed.
    """

    def is_valid(self, form):
        if (
            self.expects_json_response
            or self.action == "cancel-workflow"
            or not self.is_out_of_date
            or self.latest_revision.user_id == self.request.user.pk
        ):
            return super().is_valid(form)
        self.produced_error_code = "invalid_revision"
        self.produced_error_message = self._about_the_other()
        return False

    def _about_the_other(self):
        revision = self.latest_revision
        who = (staff_name(revision.user) if revision.user else "") or _("Somebody")
        text = _(
            "%(who)s saved this document at %(when)s, after you opened it. Nothing of yours is "
            "saved or published yet, and it is still on this page: save again to replace theirs, "
            "or compare the versions in the history first."
        )
        when = days.day_and_time(localtime(revision.created_at), is_short=True)
        return text % {"who": who, "when": when}

"""The overview of one document: where it stands, what was said, who may open it."""

from uuid import uuid4

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.generic import TemplateView
from wagtail.admin.views.generic import WagtailAdminTemplateMixin
from wagtail.admin.widgets.button import HeaderButton

from ..gateways import pdf as pdf_gateway
from ..models import PortalSettings, SalesDocument, Stage
from ..services import converting, notifications, splitting
from ..services.mail_receivers import staff_name
from ..services.presentation.decided import confirmed_sentence
from ..statuses import DocumentState, EmailState, ItemState, LinkRole
from . import (
    invoicing,
    overview_files,
    overview_money,
    overview_newest,
    overview_rows,
    overview_said,
    sites,
    timeline,
)
from .finding import find
from .request_rows import request_rows
from .words import number_of, state_tag

LAST_EMAILS = 10
#: Where no decision can be taken back: on the order, or not at all.
UNDONE_ELSEWHERE = {DocumentState.CONVERTED, DocumentState.CANCELLED, DocumentState.COMPLETED}


class Overview(WagtailAdminTemplateMixin, TemplateView):
    """``typed`` gives back what a refused form held, ``new_link`` shows a link once."""

    template_name = "portal_plugin/admin/overview.html"
    http_method_names = ["get", "head"]
    typed = None
    new_link = ""

    def setup(self, request, pk, **kwargs):
        super().setup(request, pk=pk, **kwargs)
        self.document = find(request, pk)

    def get_page_title(self):
        return capfirst(self.document._meta.verbose_name)

    def get_page_subtitle(self):
        return number_of(self.document)

    def get_header_icon(self):
        return type(self.document).snippet_viewset.icon

    def get_breadcrumbs_items(self):
        viewset = type(self.document).snippet_viewset
        label = capfirst(self.document._meta.verbose_name_plural)
        return [
            *super().get_breadcrumbs_items(),
            {"url": reverse(viewset.get_url_name("list")), "label": label},
            {"url": "", "label": self.get_page_subtitle()},
        ]

    @cached_property
    def header_buttons(self):
        return (
            [HeaderButton(_("Edit"), url=self.edit_url, icon_name="edit")]
            if self.may_change
            else []
        )

    @property
    def edit_url(self):
        name = type(self.document).snippet_viewset.get_url_name("edit")
        return reverse(name, args=[self.document.pk])

    @cached_property
    def may_change(self):
        return sites.may(self.request.user, "change", self.document)

    @cached_property
    def may_publish(self):
        return sites.may(self.request.user, "publish", self.document)

    def get_context_data(self, **kwargs):
        document = self.document
        draft = overview_rows.draft_of(document)
        items = overview_rows.item_rows(document, draft)
        names = {item.key: item.name for item in items}
        approved = set(document.standing.keys(ItemState.APPROVED))
        return {
            **super().get_context_data(**kwargs),
            **self._standing(draft),
            "document": document,
            "customer": document.customer or draft.customer,
            "items": items,
            "names": names,
            "approved_items": [item for item in items if item.key in approved],
            "waiting_items": [item for item in items if item.can_decide],
            "has_waiting_proofs": any(p.is_waiting for item in items for p in item.proofs),
            **overview_newest.talk(document, names, self.request.GET),
            "unanswered": overview_said.last_said(document),
            "open_requests": request_rows(document, names),
            "external_files": overview_files.external_files(document),
            "people": overview_rows.people(document),
            "reaches_anybody": notifications.reaches_anybody(document),
            "roles": LinkRole.choices,
            "lets_invite": PortalSettings.of(document.site).lets_invite,
            "emails": list(self._emails()),
            "timeline": timeline.entries(document),
            "invoicing": invoicing.context(document, self.request.user),
            "typed": self.typed or {},
            "new_link": self.new_link,
            "may_change": self.may_change,
            "may_publish": self.may_publish,
            "may_send": sites.may(self.request.user, "send", document),
            "may_erase": sites.may_for_persons(self.request.user, document),
            "may_decide": sites.may(self.request.user, "decide", document),
            "edit_url": self.edit_url,
        }

    def _standing(self, draft):
        document, user = self.document, self.request.user
        state = document.state
        is_out = state != DocumentState.UNPUBLISHED
        revision = document.latest_revision
        has_changes = document.has_unpublished_changes and document.live
        return {
            "tag": state_tag(document),
            "is_out": is_out,
            "version": document.current_version,
            "changed_at": revision.created_at if has_changes and revision else None,
            "taken_back": overview_rows.taken_back(document, draft) if has_changes else [],
            "to_come": overview_rows.to_be_confirmed(document, draft) if has_changes else [],
            "to_confirm": overview_rows.waits_to_be_confirmed(document),
            "confirmed": confirmed_sentence(document.standing),
            "amounts": overview_money.amounts(document),
            "payment": overview_money.payment(document, user, self.typed),
            **overview_money.bookings(document, user),
            "other": self._other_half(),
            "can_convert": self.may_publish and self._can_convert(state),
            "has_approved": bool(document.standing.keys(ItemState.APPROVED)),
            "can_split": self.may_publish and self._can_split(state),
            "can_duplicate": sites.may(user, "add", document),
            "copy_key": uuid4(),
            "is_paid": document.paid > 0,
            "is_last_stage": document.is_order and document.is_in_final_stage,
            "complete_look": "button-small"
            if document.is_in_final_stage
            else "button-small button-secondary",
            "relatives": self._relatives(),
            "can_cancel": self.may_publish
            and is_out
            and not document.final_state
            and not document.cancelled_at,
            "can_complete": self.may_publish
            and document.is_order
            and is_out
            and state not in (DocumentState.CANCELLED, DocumentState.COMPLETED),
            "can_undo": state not in UNDONE_ELSEWHERE,
            "can_reopen": self.may_publish and bool(document.cancelled_at or document.completed_at),
            "stages": self._stages(state),
            "staff": self._staff(),
            "missing_for_pdf": pdf_gateway.what_is_missing(),
        }

    def _other_half(self):
        other = self._other
        if other is None:
            return None
        url = reverse("portal_admin:overview", args=[other.pk])
        return {"label": number_of(other), "url": url, "is_order": other.is_order}

    def _can_convert(self, state):
        if self.document.is_order or self.document.converted_at:
            return False
        return state not in converting.CLOSED

    def _can_split(self, state):
        document = self.document
        if document.is_order or state not in splitting.OPEN or document.has_unpublished_changes:
            return False
        standing = document.standing
        return bool(standing.waiting_keys) and len(standing.items) > 1

    def _relatives(self):
        """What else came of the same estimate."""
        shown = [self.document.pk, self._other.pk if self._other is not None else None]
        family = SalesDocument.objects.filter(family=self.document.family).exclude(pk__in=shown)
        return [
            {"label": number_of(one), "url": reverse("portal_admin:overview", args=[one.pk])}
            for one in family.select_related("latest_revision").order_by("pk")
        ]

    @cached_property
    def _other(self):
        """The order that came of an estimate, or the estimate that an order came from."""
        document = self.document
        if document.is_order:
            return document.source_estimate
        return getattr(document, "resulting_order", None)

    def _stages(self, state):
        is_living = state not in (
            DocumentState.UNPUBLISHED,
            DocumentState.CANCELLED,
            DocumentState.COMPLETED,
        )
        if not (self.document.is_order and is_living):
            return []
        return list(Stage.objects.filter(site=self.document.site))

    def _staff(self):
        """Whoever may open the document in the admin and has a name to show."""
        policy = sites.policy(type(self.document))
        people = policy.users_with_any_permission_for_instance(["change"], self.document)
        return [
            (user.pk, staff_name(user) or str(user))
            for user in people.distinct().order_by("pk")[:200]
        ]

    def _emails(self):
        rows = self.document.emails.select_related("recipient", "staff").order_by("-pk")
        for row in rows[:LAST_EMAILS]:
            yield {
                "row": row,
                "to": _receiver(row),
                "is_wrong": row.state in (EmailState.BOUNCED, EmailState.PARKED),
                "can_retry": row.state == EmailState.PARKED,
            }


def _receiver(email) -> str:
    if email.recipient is not None and email.recipient.erased_at:
        return _("Erased person")
    return str(email.recipient or email.address or staff_name(email.staff) or "")


overview = Overview.as_view()

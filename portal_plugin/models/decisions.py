"""The customer's yes or no, with everything that shows later what it was said to."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from ..statuses import TermsKind, Verdict
from .activity import Activity
from .threads import ThreadQuerySet


class TermsTextQuerySet(models.QuerySet):
    def current(self, site, language, kind):
        """The newest text, or ``None``. Falls back from ``de-at`` to ``de``."""
        for code in dict.fromkeys([language, language.split("-")[0]]):
            found = self.filter(site=site, language=code, kind=kind).order_by("-pk").first()
            if found:
                return found
        return None


class TermsText(models.Model):
    """One wording of a shop's terms. Rows are added, never changed."""

    site = models.ForeignKey(
        "wagtailcore.Site", verbose_name=_("site"), on_delete=models.PROTECT, related_name="+"
    )
    language = models.CharField(_("language"), max_length=15)
    kind = models.CharField(_("for"), max_length=10, choices=TermsKind.choices)
    text = models.TextField(_("text"))
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(_("since"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )

    objects = TermsTextQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("terms")
        verbose_name_plural = _("terms")
        indexes = [models.Index(fields=["site", "language", "kind"], name="portal_terms_current")]

    def __str__(self):
        return f"{self.get_kind_display()} · {self.language}"


class SubmissionQuerySet(models.QuerySet):
    def deciding(self, document):
        """Those with a yes or no on the document's items, also on what it was made from."""
        decisions = Decision.objects.of_thread(document).exclude(verdict=Verdict.UNDO)
        return self.filter(pk__in=decisions.order_by().values("submission"))


class Submission(models.Model):
    """One POST of a customer, or of staff on their behalf. The second arrival finds the first."""

    document = models.ForeignKey(
        "portal_plugin.SalesDocument", on_delete=models.PROTECT, related_name="submissions"
    )
    client_key = models.UUIDField()
    action = models.CharField(max_length=50)
    link = models.ForeignKey(
        "portal_plugin.DirectLink",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="submissions",
    )
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    name = models.CharField(_("name"), max_length=200, blank=True)
    email = models.EmailField(_("email"), blank=True)
    terms = models.ForeignKey(
        TermsText, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    terms_text = models.TextField(blank=True)
    terms_digest = models.CharField(max_length=64, blank=True)
    signature = models.CharField(_("signature"), max_length=200, blank=True)
    #: A drawn one, as ``strokes`` reads and writes it.
    signature_strokes = models.TextField(blank=True)
    purchase_order_number = models.CharField(
        _("customer's order number"), max_length=100, blank=True
    )
    #: The lines that were ticked, word for word, as a JSON list.
    checklist = models.TextField(blank=True)
    withdrawal_text = models.TextField(blank=True)
    withdrawal_digest = models.CharField(max_length=64, blank=True)
    note = models.TextField(_("note"), blank=True)
    address = models.GenericIPAddressField(null=True, blank=True)
    user_agent = models.CharField(max_length=300, blank=True)
    message = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["document", "client_key"], name="portal_submission_once"
            )
        ]

    def __str__(self):
        return f"{self.action} · {self.document_id}"


class DecisionQuerySet(ThreadQuerySet):
    def with_since(self):
        """With the name of the version since which each counts, and without that one's content."""
        return self.select_related("since__document").defer("since__content")

    def first_approved(self, begin, end):
        """The first yes to anything on each document, from ``begin`` to before ``end``. What an
        order that was made from an estimate asks for again is no second approval.

        With ``sent_at``, when the document first went out, if it ever did, and ``worth``, the total
        of the order where there is one.
        """
        earlier = self.model.objects.filter(
            document=OuterRef("document"), verdict=Verdict.APPROVE, pk__lt=OuterRef("pk")
        )
        sent = Activity.objects.sent().filter(document=OuterRef("document"))
        worth = Coalesce(
            "document__estimate__resulting_order__listed_total", "document__listed_total"
        )
        return self.filter(
            ~Exists(earlier),
            verdict=Verdict.APPROVE,
            created_at__gte=begin,
            created_at__lt=end,
            document__is_sample=False,
            document__order__source_estimate=None,
        ).annotate(
            sent_at=Subquery(sent.order_by("sequence").values("created_at")[:1]), worth=worth
        )


class Decision(models.Model):
    """Yes, no, or the taking back of either, to one line item as it was then.

    ``since`` is the version since which the item had the hash that was decided. The decision counts
    while the item's current ``since`` is the same one: an edit there and back makes a new one.
    """

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="decisions")
    document = models.ForeignKey(
        "portal_plugin.SalesDocument", on_delete=models.PROTECT, related_name="decisions"
    )
    version = models.ForeignKey(
        "portal_plugin.DocumentVersion", on_delete=models.PROTECT, related_name="decisions"
    )
    since = models.ForeignKey(
        "portal_plugin.DocumentVersion", on_delete=models.PROTECT, related_name="+"
    )
    item_key = models.UUIDField()
    verdict = models.CharField(_("decision"), max_length=10, choices=Verdict.choices)
    item_hash = models.CharField(max_length=64)
    scheme = models.PositiveSmallIntegerField()
    canonical = models.TextField()
    reason = models.TextField(_("reason"), blank=True)
    created_at = models.DateTimeField(_("when"), auto_now_add=True)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        indexes = [
            models.Index(fields=["document", "item_key"], name="portal_decision_item"),
            models.Index(fields=["verdict", "created_at"], name="portal_decision_month"),
        ]

    def __str__(self):
        return f"{self.get_verdict_display()} · {self.item_key}"

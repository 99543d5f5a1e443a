"""How a document goes out: Wagtail's publishing, with everything kept that others wrote."""

import logging

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.actions.publish_revision import PublishPermissionError
from wagtail.log_actions import log
from wagtail.models import Revision
from wagtail.permission_policies.sites import SitePermissionPolicy

from ..exceptions import EvidenceIsKept, PortalError

logger = logging.getLogger(__name__)
#: What ``publish_scheduled`` calls itself.
BY_SCHEDULE = "wagtail.publish.scheduled"


class Releasing:
    """Publishing, unpublishing and deleting; it stands before Wagtail's mixins."""

    @classmethod
    def get_base_content_type(cls):
        """Its own class: reports and mails of workflows look rows up by this, and the shared base
        has no admin views."""
        return ContentType.objects.get_for_model(cls, for_concrete_model=False)

    @classmethod
    def from_serializable_data(cls, data, check_fks=True, strict_fks=False):
        """A customer whom only a draft named may have been deleted since: it names nobody then.
        modelcluster raises for a protected row that is gone, and no such draft would open again.
        What services write is not read from a revision at all."""
        kept = {name: value for name, value in data.items() if name not in cls.UNVERSIONED}
        customers = cls._meta.get_field("customer").related_model._default_manager
        if kept.get("customer") and not customers.filter(pk=kept["customer"]).exists():
            kept["customer"] = None
        return super().from_serializable_data(kept, check_fks=False, strict_fks=strict_fks)

    def with_content_json(self, content):
        """The revision's content on the row of now: nothing that services wrote goes back."""
        document = super().with_content_json(content)
        for name in self.UNVERSIONED:
            field = self._meta.get_field(name)
            setattr(document, field.attname, getattr(self, field.attname))
        document.expire_at = None
        self._match_by_key(document)
        return document

    def _match_by_key(self, document):
        """Rows that were added in a draft have no id in its revision: find the live ones by key."""
        if not self.pk or not hasattr(document, "line_items"):
            return
        live = dict(self.line_items.model.objects.filter(document=self.pk).values_list("key", "pk"))
        for item in document.line_items.all():
            item.pk = live.get(item.key)

    def publish(self, revision, user=None, *args, skip_permission_checks=False, **kwargs):
        """Lock, reload, then what Wagtail does: the revision's cached object may be older than what
        a customer wrote a moment ago.

        Wagtail itself asks for the right on every site, so that who may publish on one alone could
        approve nothing in a workflow. Raises ``PublishPermissionError``.
        """
        from .documents import lock  # the base table is made of this class

        if user is not None and not skip_permission_checks and not self._may_publish(user):
            raise PublishPermissionError(_("You may not publish this document."))
        with transaction.atomic():
            lock(self)
            fresh = Revision.objects.get(pk=revision.pk)
            try:
                with transaction.atomic():
                    return super().publish(
                        fresh, user, *args, skip_permission_checks=True, **kwargs
                    )
            except PortalError as error:
                if kwargs.get("log_action") != BY_SCHEDULE:
                    raise
                return self._call_off(fresh, error)

    def _may_publish(self, user):
        policy = SitePermissionPolicy(type(self))
        return policy.user_has_permission_for_instance(user, "publish", self)

    def _call_off(self, revision, error):
        """Its hour has come and it cannot go out. Wagtail's command would stop at it, and at
        everything else that is due: the schedule is taken off, and the history says so."""
        logger.error("A scheduled version of %s stays a draft: %s", self, error.message)
        revision.approved_go_live_at = None
        revision.save(update_fields=["approved_go_live_at"])
        log(instance=self, action="wagtail.schedule.cancel", revision=revision)

    def unpublish(self, *args, **kwargs):
        if self.has_evidence:
            raise EvidenceIsKept
        return super().unpublish(*args, **kwargs)

    def delete(self, *args, **kwargs):
        if self.current_version_id is not None:
            raise EvidenceIsKept
        return super().delete(*args, **kwargs)

    @property
    def has_evidence(self):
        rows = (self.decisions, self.ledger, self.payment_attempts, self.invoices)
        return any(found.exists() for found in rows)

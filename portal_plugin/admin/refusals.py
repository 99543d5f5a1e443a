"""What Wagtail's own pages would do to a document that a customer has seen, said no to in words."""

from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.admin import messages

from ..exceptions import EvidenceIsKept
from ..models import Customer, SalesDocument


def before_unpublish(request, instance):
    if isinstance(instance, SalesDocument) and instance.has_evidence:
        messages.error(request, EvidenceIsKept().message)
        return redirect(edit_url(instance))
    return None


def before_delete(request, instances):
    """For one row and for many. Evidence is cancelled, never deleted."""
    instances = list(instances)
    kept = [row for row in instances if is_kept(row)]
    return keep(request, kept[0]) if kept else None


def keep(request, row):
    """Why it is, above the list."""
    messages.error(request, _sentence(row))
    return redirect(reverse(type(row).snippet_viewset.get_url_name("list")))


def is_kept(row) -> bool:
    if isinstance(row, SalesDocument):
        return row.current_version_id is not None or has_rows(row)
    if isinstance(row, Customer):
        return row.documents.exists() or row.recipients.exists()
    return False


def stage_in_use(stage) -> str:
    """Why it is kept and what to do instead; empty where it can go."""
    count = stage.documents.count()
    if not count:
        return ""
    return ngettext(
        "%(count)d order is in the stage “%(stage)s”. Move it to another stage first, or rename "
        "this one.",
        "%(count)d orders are in the stage “%(stage)s”. Move them to another stage first, or "
        "rename this one.",
        count,
    ) % {"count": count, "stage": stage}


def has_rows(document) -> bool:
    """A draft that things already hang on: a proof, a file, a note, a link."""
    related = ("proofs", "attachments", "internal_notes", "links", "emails", "activities")
    return any(getattr(document, name).exists() for name in related)


def _sentence(row):
    if isinstance(row, Customer):
        return _(
            "%(name)s has estimates or orders and is kept. To remove a person's name and address, "
            "open a document that was sent to them and choose “Erase this person”."
        ) % {"name": row}
    if row.current_version_id is None:
        return _(
            "%(name)s has files, notes or a history, and is kept. It stays a draft that no "
            "customer sees."
        ) % {"name": row}
    return EvidenceIsKept().message


def edit_url(instance):
    return reverse(type(instance).snippet_viewset.get_url_name("edit"), args=[instance.pk])

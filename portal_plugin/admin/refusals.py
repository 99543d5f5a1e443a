"""What Wagtail's own pages would do to a document that a customer has seen, said no to in words."""

from django.db.models import Exists, OuterRef, Q
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.admin import messages

from ..exceptions import EvidenceIsKept
from ..models import Customer, SalesDocument

#: What a row is kept for: of a customer what was written for them, and of a draft what hangs on it,
#: a proof, a file, a note, a link.
KEEPS = {
    Customer: ("documents", "recipients"),
    SalesDocument: ("proofs", "attachments", "internal_notes", "links", "emails", "activities"),
}


def before_unpublish(request, instance):
    if isinstance(instance, SalesDocument) and instance.has_evidence:
        messages.error(request, EvidenceIsKept().message)
        return redirect(edit_url(instance))
    return None


def before_delete(request, instances):
    """For one row and for many. Evidence is cancelled, never deleted."""
    kept = first_kept(list(instances))
    return keep(request, kept) if kept else None


def keep(request, row):
    """Why it is, above the list."""
    messages.error(request, _sentence(row))
    return redirect(reverse(type(row).snippet_viewset.get_url_name("list")))


def first_kept(rows):
    """One of rows of one model that something hangs on, in one query for however many."""
    model = type(rows[0]) if rows else None
    if model is None or not issubclass(model, tuple(KEEPS)):
        return None
    names = next(names for base, names in KEEPS.items() if issubclass(model, base))
    theirs = model._default_manager.filter(pk__in=[row.pk for row in rows])
    held = Q(*(_has(model, name) for name in names), _connector=Q.OR)
    if issubclass(model, SalesDocument):
        held |= Q(current_version__isnull=False)
    return theirs.filter(held).order_by("pk").first()


def _has(model, name):
    relation = model._meta.get_field(name)
    rows = relation.related_model._base_manager.filter(**{relation.field.name: OuterRef("pk")})
    return Exists(rows)


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

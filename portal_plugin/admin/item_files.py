"""Proofs and files of one item on the edit page: what there is, and more dropped onto it."""

from collections import Counter

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ..exceptions import PortalError
from ..models import Attachment, Proof
from ..services import files, proofs
from ..services.mail_receivers import staff_name
from . import overview_files, overview_rows, sites
from .finding import find

#: Stands in the address until the page fills a key in.
ANY_KEY = "00000000-0000-0000-0000-000000000000"


def url(document) -> str:
    """With ``ANY_KEY`` for the item; empty for a document that is not saved."""
    return reverse("portal_admin:item_files", args=[document.pk, ANY_KEY]) if document.pk else ""


def counts(document) -> Counter:
    """Item key to how many proofs and files it has, in two queries."""
    if document.pk is None:
        return Counter()
    attachments = Attachment.objects.of_thread(document).filter(removed_at=None)
    keys = attachments.exclude(item_key=None).values_list("item_key", flat=True)
    return Counter([*Proof.objects.of_thread(document).values_list("item_key", flat=True), *keys])


@require_http_methods(["GET", "POST"])
def item_files(request, pk, key):
    """The list as a fragment. A POST adds to it first; a refusal is one plain sentence."""
    document = find(request, pk)
    if request.method == "POST":
        if not sites.may(request.user, "change", document):
            raise PermissionDenied
        try:
            _add(document, key, request)
        except PortalError as error:
            return HttpResponse(
                error.message, status=error.status, content_type="text/plain; charset=utf-8"
            )
    context = {
        "document": document,
        "key": key,
        "proofs": overview_rows.proofs_of(document).get(key, []),
        "files": overview_files.attachments(document, item_key=key),
        "count": counts(document)[key],
    }
    return render(request, "portal_plugin/admin/item_files.html", context)


def _add(document, key, request):
    upload = request.FILES.get("file")
    if upload is None:
        raise PortalError(_("Choose a file first."))
    if request.POST.get("kind") == "file":
        proofs.refuse_foreign_item(document, key)
        author = staff_name(request.user)
        files.store(document, upload, item_key=key, staff=request.user, author_name=author)
        return
    proofs.add_proof_version(
        document,
        key,
        upload,
        label=request.POST.get("label", "")[:100],
        wording=request.POST.get("wording", ""),
        description=request.POST.get("description", ""),
        user=request.user,
    )

"""Proofs and files that staff add, and when the customer sees them."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..exceptions import PortalError
from ..models import Attachment
from ..services import files, proofs
from ..services.mail_receivers import staff_name
from . import posted, sites
from .done import Done


def add_proof(document, request):
    upload = request.FILES.get("file")
    keys = posted.item_keys(request)
    if upload is None or not keys:
        raise PortalError(_("Choose a picture or a PDF first."))
    version = proofs.add_proof_version(
        document,
        keys[0],
        upload,
        label=request.POST.get("label", "")[:100],
        wording=request.POST.get("wording", ""),
        description=request.POST.get("description", ""),
        user=request.user,
    )
    message = _("“%(name)s” is added. It goes out with the next publish, or with “Send proof now”.")
    return Done(message % {"name": version.name}, "#items")


def send_proofs(document, request):
    count = proofs.unreleased(document).count()
    proofs.send_now(document, request.user)
    message = ngettext("%(count)d proof is sent.", "%(count)d proofs are sent.", count)
    return Done(message % {"count": count}, "#items")


def add_files(document, request):
    uploads = request.FILES.getlist("files")
    if not uploads:
        raise PortalError(_("Choose a file first."))
    item_key = posted.item_key(document, request)
    is_shown = request.POST.get("show") and sites.may(request.user, "publish", document)
    for upload in uploads:
        row = files.store(
            document,
            upload,
            item_key=item_key,
            staff=request.user,
            author_name=staff_name(request.user),
        )
        if is_shown:
            files.show(row, request.user)
    message = ngettext("%(count)d file is added.", "%(count)d files are added.", len(uploads))
    return Done(message % {"count": len(uploads)}, "#files")


def show_file(document, request):
    row = files.show(_file(document, request, "publish"), request.user)
    return Done(_("The customer sees “%(name)s” now.") % {"name": row.name}, "#files")


def remove_file(document, request):
    row = files.remove(_file(document, request, "change"), request.user)
    return Done(_("“%(name)s” is removed.") % {"name": row.name}, "#files")


def _file(document, request, right):
    pk = posted.number(request, "file")
    row = Attachment.objects.of_thread(document).filter(pk=pk, removed_at=None).first()
    if row is None:
        raise PortalError(_("This file does not exist any more."))
    sites.require(request.user, right, row.document.specific)
    return row


VERBS = {
    "add-proof": ("change", add_proof),
    "send-proofs": ("send", send_proofs),
    "add-files": ("change", add_files),
    "show-file": ("publish", show_file),
    "remove-file": ("change", remove_file),
}

"""One proof on a page of its own: look closely, compare with an earlier version, mark points."""

from django.urls import reverse

from .. import registry
from ..actions.offers import offers
from ..services.presentation import document_view
from ..services.presentation.proofs import proof_page
from . import answers, pages


def proof(request, visit, file_id):
    """``file_id`` is that of any version that was sent; the current one is shown."""
    order = pages.order_of(visit.document)
    if order is not None:
        return pages.to_order(request, visit, order)
    found = find(visit, file_id)
    if found is None:
        return answers.dead_link(request)
    view = document_view(visit.document)
    key = found.version.proof.item_key
    row = next((row for row in offers(visit, view).items if row.item.key == key), None)
    context = {
        "view": view,
        "proof_page": found,
        "item": row.item if row else None,
        "row": row,
        "document_url": pages.document_url(visit.document),
        "shown_page": shown_page(request, len(found.pages)),
        **_marking(visit, found),
    }
    return answers.of_visit(request, visit, "portal_plugin/proof.html", context)


def compare(request, visit, file_id, key):
    """The current version beside the earlier one that ``key`` names."""
    found = find(visit, file_id)
    earlier = next((row for row in found.earlier if row.public_id == key), None) if found else None
    if earlier is None:
        return answers.dead_link(request)
    before = earlier.pages
    most = max(len(before), len(found.pages))
    context = {
        "proof_page": found,
        "earlier": earlier,
        "page_number": shown_page(request, most),
        "page_numbers": range(1, most + 1),
        "proof_url": url(visit.document, found.version.public_id),
    }
    number = context["page_number"]
    context["before"] = before[number - 1] if number <= len(before) else None
    context["now"] = found.pages[number - 1] if number <= len(found.pages) else None
    return answers.of_visit(request, visit, "portal_plugin/proof_compare.html", context)


def find(visit, file_id):
    """The ``ProofPage``, or ``None`` while the document is not published."""
    document = visit.document
    if not document.live or document.current_version_id is None:
        return None
    return proof_page(document, file_id)


def url(document, public_id) -> str:
    values = {"public_id": document.public_id, "file_id": public_id}
    return reverse("portal_plugin:proof", kwargs=values)


def shown_page(request, most) -> int:
    """The page of the file that the address names, if there is one."""
    asked = request.GET.get("page", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 else 1
    return number if 1 <= number <= most else 1


def _marking(visit, found):
    """The form for points, where a change may be asked for now."""
    action = registry.action("proof_points")(visit, found.version.proof.item_key)
    if not action.is_available():
        return {}
    action.proof_id = found.version.public_id
    form = action.form()
    return {"action": action, "form": form, "points": form.points, "is_late": action.is_late}

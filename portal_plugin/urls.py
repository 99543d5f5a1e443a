"""The addresses of the portal. Mount them above Wagtail's catch-all, outside ``i18n_patterns``.

Whatever stands below a document goes through the guard: ``portal_view`` names the methods, and
hands the view a visit that may look.
"""

from django.urls import path, register_converter

from .addresses import KeyConverter
from .portal import actions, files, links, pages, payments, pdfs, proofs, receipts, uploads
from .portal.guard import portal_view
from .portal.secrecy import SecretConverter
from .webhooks import stripe

app_name = "portal_plugin"
register_converter(KeyConverter, "key")
register_converter(SecretConverter, "secret")

DOCUMENT = "d/<str:public_id>/"

_get = portal_view("GET")
_post = portal_view("POST")
_get_back = portal_view("GET", stranger=payments.thanks)
_both = portal_view("GET", "POST")

urlpatterns = [
    path("l/", links.ask, name="ask_link"),
    path("l/<secret:token>/", links.open_link, name="link"),
    path("l/<secret:token>", links.open_link, name="bare_link"),
    path("l/<secret:token>/<path:rest>", links.stray, name="stray_link"),
    path("how-it-works/<str:language>/", pages.how_it_works, name="how_it_works"),
    path("webhooks/stripe/", stripe.stripe_webhook, name="stripe_webhook"),
    path(DOCUMENT, _get(pages.document), name="document"),
    path(f"{DOCUMENT}estimate/", _get(pages.estimate), name="estimate"),
    path(f"{DOCUMENT}seen/", _post(pages.seen), name="seen"),
    path(f"{DOCUMENT}a/<slug:action>/", _both(actions.action), name="action"),
    path(f"{DOCUMENT}a/<slug:action>/<key:item_key>/", _both(actions.action), name="action"),
    path(f"{DOCUMENT}uploads/", uploads.begin, name="uploads"),
    path(f"{DOCUMENT}uploads/<key:upload_id>/", uploads.piece, name="upload"),
    path(f"{DOCUMENT}pdf/", _get(pdfs.viewer), name="pdf"),
    path(f"{DOCUMENT}pdf/file/", _get(pdfs.pdf_file), name="pdf_file"),
    path(f"{DOCUMENT}invoices/<key:file_id>/", _get(pdfs.invoice), name="invoice"),
    path(f"{DOCUMENT}print/", _get(pdfs.print_page), name="print"),
    path(f"{DOCUMENT}receipts/<key:key>/", _get(receipts.receipt), name="receipt"),
    path(f"{DOCUMENT}receipts/<key:key>/pdf/", _get(receipts.receipt_file), name="receipt_file"),
    path(f"{DOCUMENT}files/", _get(files.all_files), name="files"),
    path(f"{DOCUMENT}files/<key:file_id>/", _get(files.attachment), name="attachment"),
    path(f"{DOCUMENT}proofs/<key:file_id>/", _get(files.proof_file), name="proof_file"),
    path(f"{DOCUMENT}proof/<key:file_id>/", _get(proofs.proof), name="proof"),
    path(
        f"{DOCUMENT}proof/<key:file_id>/compare/<key:key>/",
        _get(proofs.compare),
        name="proof_compare",
    ),
    path(
        f"{DOCUMENT}previews/<key:file_id>/<int:page>/<slug:size>/",
        _get(files.preview),
        name="preview",
    ),
    path(f"{DOCUMENT}payment/", _both(payments.payment_state), name="payment_state"),
    path(f"{DOCUMENT}payment/return/", _get_back(payments.payment_return), name="payment_return"),
]

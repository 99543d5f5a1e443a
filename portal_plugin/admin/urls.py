"""Addresses of the pages that are ours, below the admin's own, in the namespace portal_admin."""

from django.urls import include, path, re_path

from . import (
    bookkeeping_report,
    confirming,
    home,
    importing,
    inbox,
    item_files,
    live_totals,
    month_report,
    overview,
    owing,
    posting,
    refunding,
    sample,
    sending,
    supplies,
    to_explain,
)

DOCUMENT = "document/<int:pk>/"

_patterns = [
    path(DOCUMENT, overview.overview, name="overview"),
    path(f"{DOCUMENT}send/", sending.send, name="send"),
    path(f"{DOCUMENT}send/preview/", sending.email_preview, name="email_preview"),
    path(f"{DOCUMENT}do/<slug:verb>/", posting.do, name="do"),
    path(f"{DOCUMENT}publish/", confirming.confirm, name="confirm"),
    path(f"{DOCUMENT}pdf/", supplies.pdf, name="pdf"),
    path(f"{DOCUMENT}receipts/<uuid:submission_key>/", supplies.receipt, name="receipt"),
    path(f"{DOCUMENT}files/", supplies.all_files, name="files"),
    path(f"{DOCUMENT}invoices/<uuid:public_id>/", supplies.invoice, name="invoice"),
    path(f"{DOCUMENT}files/<uuid:file_id>/", supplies.original, name="file"),
    path(f"{DOCUMENT}thumbs/<uuid:file_id>/", supplies.thumb, name="thumb"),
    path(f"{DOCUMENT}pictures/<uuid:file_id>/<int:page>/", supplies.picture, name="picture"),
    path("payments/<int:entry_id>/refund/", refunding.refund, name="refund"),
    path("payments/<int:entry_id>/correct/", refunding.correct, name="correct"),
    path("refunds/<int:entry_id>/<slug:change>/", owing.owed, name="owed"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/results/", inbox.inbox_results, name="inbox_results"),
    path(f"{DOCUMENT}items/<uuid:key>/files/", item_files.item_files, name="item_files"),
    path(f"{DOCUMENT}totals/", live_totals.of_document, name="totals"),
    re_path(r"^totals/(?P<kind>estimate|order)/$", live_totals.of_new, name="new_totals"),
    path("sample/", sample.sample, name="sample"),
    path("bookkeeping/", bookkeeping_report.bookkeeping, name="bookkeeping"),
    path("to-explain/", to_explain.to_explain, name="to_explain"),
    path("month/", month_report.month, name="month"),
    path("import/customers/", importing.customers, name="import_customers"),
    path("import/item-templates/", importing.item_templates, name="import_item_templates"),
    path("first-steps/<int:site_id>/<slug:step>/", home.mark_done, name="step_done"),
]

urlpatterns = [path("portal/", include((_patterns, "portal_admin")))]

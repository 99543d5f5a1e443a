"""The rows of a document's sums add up, and say why no tax is charged. That every place shows the
same total is tried in ``tests/long/test_documents.py``."""

import html

import pytest
from django.urls import reverse

from portal_plugin.services import paper
from portal_plugin.services.presentation import document_view
from portal_plugin.services.presentation.document import _total_rows
from tests.factories import line_item, order_factory
from tests.inventing import some_document

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]


def read(client, document):
    url = reverse("portal_plugin:document", args=[document.public_id])
    return html.unescape(client.get(url).content.decode())


@pytest.mark.parametrize("seed", range(15))
def test_the_rows_that_are_shown_add_up(seed):
    rows = {row.kind: row for row in _total_rows(some_document(seed), lambda amount: amount)}
    parts = ["discount", "shipping", "rounding"]
    includes_tax = list(rows).index("tax") > list(rows).index("total") if "tax" in rows else True
    parts += [] if includes_tax else ["tax"]
    start = rows["subtotal"].amount if "subtotal" in rows else rows["total"].amount
    if "subtotal" not in rows:
        return
    assert start + sum(rows[kind].amount for kind in parts if kind in rows) == rows["total"].amount


def test_why_no_tax_is_charged_is_said(client, enter):
    order = order_factory([line_item(tax_category="AE", tax_rate=0)], shipping_amount=5)
    sentence = "Reverse charge: the customer owes the tax."
    enter(order)
    assert sentence in read(client, order)
    assert sentence in paper.page(document_view(order))
    assert [band.category for band in order.totals.bands] == ["AE"]

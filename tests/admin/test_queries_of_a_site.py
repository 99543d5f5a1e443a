"""Whatever a page of staff asks of our tables is asked of one shop, or of rows that were found so.

Every address of ours is opened by the manager of one shop, and each query is read: a list, a count
or a panel that forgets the shop shows nothing wrong while there is only one.
"""

import re

import pytest
from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal_plugin.models import Invoice, LedgerEntry, Order

from .permission_rules import ROLES, RULES
from .test_permission_walk import places
from .walked_shop import world

__all__ = ["world"]
pytestmark = pytest.mark.django_db

#: Columns that keep a query to a shop, or to what belongs to one row that was found in it.
KEEPING = {
    "site_id",
    *("id", "public_id", "family", "token_hash", "digest"),
    *("document_id", "salesdocument_ptr_id", "customer_id", "contact_id", "source_estimate_id"),
    *("link_id", "recipient_id", "submission_id", "version_id", "current_version_id"),
    *("proof_id", "proof_version_id", "change_request_id", "entry_id", "payment_id", "about_id"),
    *("attempt_id", "refers_to_id", "pdf_id", "user_id", "staff_id", "stage_id"),
}
#: Pages that may ask for what is the user's own, on whatever site.
OF_ONESELF = {"portal:sample"}
MAIN = re.compile(r'^SELECT .*? FROM "portal_plugin_(\w+)"', re.S)
#: Not a column that is held against one of another table: that keeps to nothing.
KEPT = re.compile(r'"(\w+)"\s*(?:=(?!\s*\(?")|IN)')


def asked(sql):
    """The table that it is about, where nothing keeps it to a shop; else ``None``."""
    found = MAIN.match(sql)
    if found is None:
        return None
    condition = sql[found.end() :].partition(" WHERE ")[2]
    return None if KEEPING & set(KEPT.findall(condition)) else found[1]


def test_no_query_of_a_page_of_staff_forgets_the_shop(world):
    column, client = ROLES.index("manager"), world.clients["manager"]
    wrong, seen = set(), 0
    for place in places():
        if RULES[place.name][0][column] != "+" or place.name in OF_ONESELF:
            continue
        with transaction.atomic(), CaptureQueriesContext(connection) as queries:
            response = client.get(place.url(world))
            if response.streaming:
                b"".join(response)
            transaction.set_rollback(True)
        seen += 1
        for query in queries:
            if table := asked(query["sql"]):
                wrong.add(f"{place.name}: {table}: {query['sql'][-300:]}")
    assert seen > 50
    assert not wrong, "\n".join(sorted(wrong))


def test_a_query_that_forgets_it_is_found():
    """The reading itself: all rows of a table, and those of one shop."""
    everything, of_shop = Invoice.objects.all(), Invoice.objects.filter(site=1)
    assert asked(str(everything.query)) == "invoice"
    assert asked(str(Order.objects.filter(responsible=1).query)) == "order"
    assert asked(str(of_shop.query)) is None
    paid = Exists(LedgerEntry.objects.filter(document=OuterRef("document")))
    assert asked(str(everything.filter(paid).query)) == "invoice"
    assert asked(str(of_shop.filter(paid).query)) is None


def test_a_shop_without_invoices_reads_of_none_elsewhere(world):
    """What stands in the menu tells nothing of another shop."""
    pages = {
        role: world.clients[role].get(reverse("portal_admin:inbox")).content.decode()
        for role in ("manager", "foreigner")
    }
    assert "portal/invoices" in pages["manager"]
    assert "portal/payments" in pages["foreigner"]
    assert "portal/invoices" not in pages["foreigner"]

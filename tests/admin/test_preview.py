"""The preview panel shows the customer's page, the PDF and the email, of what is not saved yet."""

import re

import pytest
from wagtail.models import Site

from portal_plugin.models import Estimate, Order
from portal_plugin.services import on_behalf
from portal_plugin.statuses import Verdict
from tests import proofing
from tests.factories import customer_factory, estimate_factory, order_factory

from . import pages

pytestmark = pytest.mark.django_db
MODES = ["page", "pdf", "email"]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("model", [Estimate, Order])
def test_of_a_new_document(client, boss, model, mode):
    url = pages.url(model, "preview_on_add")
    data = pages.document(customer_factory(), [pages.item(name="Banner")])
    assert client.post(url, data).json() == {"is_valid": True, "is_available": True}
    response = client.get(url, {"mode": mode})
    assert response.status_code == 200
    assert "Banner" in response.content.decode()


@pytest.mark.parametrize("mode", MODES)
def test_of_an_empty_new_document(client, boss, mode):
    url = pages.url(Estimate, "preview_on_add")
    client.post(url, pages.document(None, [], title="", language=""))
    assert client.get(url, {"mode": mode}).status_code == 200


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("make", [estimate_factory, order_factory])
def test_of_a_published_document_with_a_new_item(client, boss, make, mode):
    document = make(items=2)
    url = pages.url(type(document), "preview_on_edit", document.pk)
    rows = [*pages.rows_of(document), pages.item(name="Banner")]
    data = pages.document(document.customer, rows, initial=2)
    assert client.post(url, data).json()["is_valid"]
    response = client.get(url, {"mode": mode})
    assert response.status_code == 200
    assert "Banner" in response.content.decode()
    assert document.line_items.count() == 2


def page_of(client, document, rows, **values):
    url = pages.url(type(document), "preview_on_edit", document.pk)
    data = pages.document(document.customer, rows, initial=len(document.lines), **values)
    client.post(url, data)
    return client.get(url, {"mode": "page"}).content.decode()


def test_it_shows_what_the_customer_will_be_asked(client, boss):
    url = pages.url(Estimate, "preview_on_add")
    client.post(url, pages.document(customer_factory(), [pages.item(), pages.item(name="B")]))
    page = client.get(url, {"mode": "page"}).content.decode()
    assert "Waiting for you: 2 items" in page
    assert "Approve: A1 poster" in page


def test_only_what_the_draft_changes_waits_again(client, boss):
    document = estimate_factory(items=3)
    keys = [item.key for item in document.lines]
    on_behalf.record(document, keys[:2], Verdict.APPROVE, "Phone", boss)
    rows = pages.rows_of(document)
    rows[1]["name"] = "Renamed"
    assert "Waiting for you: 2 items" in page_of(client, document, rows)


def test_it_stands_in_the_documents_own_site(client, boss, other_site):
    """The site's base template asks the request which site it is on."""
    document = estimate_factory(items=1, site=other_site)
    page_of(client, document, pages.rows_of(document))
    response = client.get(pages.url(Estimate, "preview_on_edit", document.pk), {"mode": "page"})
    assert Site.find_for_request(response.context["request"]) == other_site


def test_nothing_of_it_is_saved_or_counted(client, boss):
    document = estimate_factory(items=1, published=False)
    page_of(client, document, pages.rows_of(document), title="Changed")
    document.refresh_from_db()
    assert document.title == "Window sign"
    assert not document.activities.exists()


def test_its_pictures_are_those_that_staff_may_fetch(client, boss):
    proofing.sent()
    document = Estimate.objects.get()
    page = page_of(client, document, pages.rows_of(document))
    source = re.search(r'<img class="portal-proof-picture" src="([^"]+)"', page)[1]
    answer = client.get(source)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("image/")

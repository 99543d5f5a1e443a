"""The preview panel shows the customer's page, the PDF and the email, of what is not saved yet."""

import pytest

from portal_plugin.models import Estimate, Order
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

"""What a list is narrowed to by an address that is old, or nonsense, or another clock's."""

import pytest
from django.urls import reverse

from portal_plugin.models import Customer, Order

from . import pages

pytestmark = pytest.mark.django_db

GONE = "One of the filters cannot be read, or what it names is gone."


@pytest.mark.parametrize("name", ["edit", "history", "usage", "delete"])
@pytest.mark.parametrize("pk", ["x", "99999999999999999999999"])
def test_what_cannot_be_an_id_does_not_exist(client, boss, name, pk):
    assert client.get(pages.url(Order, name, pk)).status_code == 404


def test_nor_can_it_be_chosen(client, boss):
    chooser = Customer.snippet_viewset.chooser_viewset
    for pk in ("x", "99999999999999999999999"):
        url = reverse(chooser.get_url_name("chosen"), args=[pk])
        assert client.get(url).status_code == 404
        several = reverse(chooser.get_url_name("chosen_multiple"))
        assert '"result": []' in client.get(several, {"id": pk}).content.decode()

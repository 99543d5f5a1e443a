"""A shop whose invoices carry themselves for machines, and how one is read."""

from decimal import Decimal
from xml.etree import ElementTree

import pytest

from portal_plugin.gateways import facturx as gateway
from portal_plugin.models import PortalSettings
from tests.factories import site_factory

SHOP = {
    "invoicing": "staff",
    "sends_einvoices": True,
    "tax_number": "DE 123456789",
    "address": "Hafenweg 4\n20457 Hamburg",
    "country": "DE",
}


@pytest.fixture
def site():
    return site_factory(**SHOP)


def change(site, **values):
    PortalSettings.objects.filter(site=site).update(**values)


class Read:
    """An e-invoice by the paths of its elements, without their prefixes."""

    def __init__(self, invoice):
        self.xml = invoice.said["einvoice"].encode()
        assert gateway.problem_of(self.xml) == ""
        self.tree = ElementTree.fromstring(self.xml)
        for element in self.tree.iter():
            element.tag = element.tag.partition("}")[2]

    def all(self, path):
        return [element.text or "" for element in self.tree.findall(f".//{path}")]

    def text(self, path):
        found = self.all(path)
        assert len(found) == 1, (path, found)
        return found[0]

    def amounts(self, path):
        return [Decimal(text) for text in self.all(path)]

    def amount(self, path):
        found = self.amounts(path)
        assert len(found) <= 1
        return found[0] if found else Decimal(0)

"""Two people who import the same file at the same moment."""

import pytest

from portal_plugin.exceptions import NotAvailable
from portal_plugin.models import Customer
from portal_plugin.services.importing import files, planning
from portal_plugin.services.importing.kinds import Customers
from tests.factories import site_factory

from .together import attempt, together

pytestmark = pytest.mark.django_db(transaction=True)
FILE = b"Name,Company,Email\nAda,Engines,\nKim,,kim@example.org\nLee,,\n"


@pytest.mark.parametrize("actors", [2, 20])
def test_the_same_file_is_imported_once(actors):
    site = site_factory()
    table = files.read(FILE, size=len(FILE))
    digest = planning.plan(Customers, table, site, may_change=True).digest
    options = {"digest": digest, "all_or_none": True, "may_change": True, "user": None}

    def act(index):
        return attempt(lambda: planning.apply(Customers, table, site, **options), NotAvailable)

    together(actors, act)
    assert sorted(Customer.objects.values_list("name", flat=True)) == ["Ada", "Kim", "Lee"]

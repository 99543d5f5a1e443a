"""Files with customers or item templates, as they are planned and imported."""

from decimal import Decimal

import pytest

from portal_plugin.services.importing import files, planning
from portal_plugin.services.importing.kinds import Customers
from tests.factories import site_factory


@pytest.fixture
def site():
    return site_factory(currency="EUR", tax_rate=Decimal(19))


def planned(site, text, kind=Customers, **options):
    data = text.encode() if isinstance(text, str) else text
    return planning.plan(kind, files.read(data), site, **options)


def imported(site, text, kind=Customers, **options):
    data = text.encode() if isinstance(text, str) else text
    table = files.read(data)
    digest = options.pop("digest", None) or planning.plan(kind, table, site).digest
    return planning.apply(kind, table, site, digest=digest, **options)


def outcomes(plan):
    return [str(row.outcome) for row in plan.rows]


def why(plan):
    return [" ".join(row.sentences) for row in plan.rows]

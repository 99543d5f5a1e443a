"""Days on a document's PDF, whose page is made in the request of whoever asks for it."""

from datetime import UTC, date, datetime

import pytest
from django.utils import timezone

from portal_plugin.models import LedgerEntry, SalesDocument
from portal_plugin.services import paper
from portal_plugin.services.presentation import document_view
from tests.factories import fresh, order_factory

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]


def test_its_days_are_the_shops_whoever_asks_for_it(settings):
    """Else it is another PDF to staff abroad than to the worker that draws it, and never there."""
    settings.TIME_ZONE = "Europe/Berlin"
    order = order_factory(items=1)
    at = datetime(2026, 5, 31, 22, tzinfo=UTC)
    SalesDocument.objects.filter(pk=order.pk).update(first_published_at=at)
    LedgerEntry.objects.create(
        document=order, kind="offline", amount=1, currency="EUR", occurred_at=at
    )
    here = paper.sheet(fresh(order), with_files=False).html
    with timezone.override("America/New_York"):
        assert paper.sheet(fresh(order), with_files=False).html == here
        assert document_view(fresh(order)).issued_on == date(2026, 6, 1)
    assert "May 31" not in here

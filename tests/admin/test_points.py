"""The overview of a document that has points on a proof."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal_plugin.models import ProofPin
from tests import factories
from tests.proofing import action_url, marked, sent

from . import pages

pytestmark = pytest.mark.django_db

PLACE = {"x": "0.2500", "y": "0.5000"}


@pytest.fixture
def customer(enter):
    customer = Client()

    def mark(version, *texts):
        enter(version.proof.document, client=customer)
        fields = marked(version, *[{"text": text, **PLACE} for text in texts])
        assert customer.post(action_url(version), fields).status_code == 303

    return mark


def test_staff_see_the_picture_with_its_numbers_and_tick_off(client, boss, customer):
    version = sent()
    customer(version, "Larger", "Darker")
    document = version.proof.document.specific
    page = client.get(pages.overview(document)).content.decode()
    assert page.count('cx="100.0" cy="150.0"') == 2
    assert "0 of 2 points done" in page
    assert (
        client.get(f"{pages.overview(document)}pictures/{version.public_id}/1/").status_code == 200
    )
    pin = ProofPin.objects.first()
    data = {"point": pin.pk, "is_done": "1"}
    page = client.post(pages.do(document, "tick-point"), data, follow=True).content.decode()
    assert "1 of 2 points done" in page
    assert "ticked off a point" in page
    assert ProofPin.objects.get(pk=pin.pk).done_by == boss
    client.post(pages.do(document, "tick-point"), data | {"is_done": "0"})
    assert not ProofPin.objects.done().exists()


def test_a_point_of_another_document_is_none(client, boss, customer):
    version = sent()
    customer(version, "Larger")
    other = factories.estimate_factory()
    data = {"point": ProofPin.objects.get().pk, "is_done": "1"}
    assert client.post(pages.do(other, "tick-point"), data).status_code == 409
    assert not ProofPin.objects.done().exists()


def test_points_cost_the_same_however_many(client, boss, customer):
    version = sent()
    document = version.proof.document.specific
    customer(version, "Larger")
    client.get(pages.overview(document))

    def queries():
        with CaptureQueriesContext(connection) as found:
            client.get(pages.overview(document))
        return [q["sql"] for q in found if "proofpin" in q["sql"] or "preview" in q["sql"]]

    before = len(queries())
    customer(version, *"abcdefghi")
    assert len(queries()) == before

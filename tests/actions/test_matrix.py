"""The table of states and verbs, written a second time as the customer reads it, cell by cell."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal_plugin.actions import matrix
from portal_plugin.models import ChangeRequest
from portal_plugin.models.documents import lock
from portal_plugin.services import staging
from tests import factories
from tests.services.test_deciding import decide, keys_of

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]

VERBS = ("approve", "comment", "upload", "download", "change", "pay")


def waiting(make):
    return make(items=2)


def partly_approved(make):
    document = make(items=2)
    decide(document, keys_of(document)[:1])
    return document


def changes_requested(make):
    document = make(items=2)
    link = factories.link_factory(document)
    ChangeRequest.objects.create(document_id=document.pk, number=1, text="x", link=link)
    return document


def approved(make):
    document = make(items=1, site=factories.site_factory(who_converts="staff"))
    decide(document, keys_of(document))
    return document


def converted(make):
    document = make(items=1)
    decide(document, keys_of(document))
    return document


def expired(make):
    return make(items=1, valid_until=timezone.localdate() - timedelta(days=1))


def declined(make):
    document = make(items=1)
    decide(document, keys_of(document), "decline")
    return document


def cancelled(make):
    document = make(items=1)
    staging.cancel(document, "No material")
    return document


def completed(make):
    document = make(items=1)
    staging.complete(document)
    return document


def revised(make):
    document = make(items=1)
    document.unpublish()
    return document


TABLE = [
    ("estimate", revised, "------"),
    ("estimate", waiting, "acudr-"),
    ("estimate", partly_approved, "acudr-"),
    ("estimate", changes_requested, "acudr-"),
    ("estimate", approved, "-cudr-"),
    ("estimate", converted, "---d--"),
    ("estimate", expired, "-c-dr-"),
    ("estimate", declined, "-c-d--"),
    ("estimate", cancelled, "-c-d--"),
    ("order", revised, "------"),
    ("order", waiting, "acudrp"),
    ("order", partly_approved, "acudrp"),
    ("order", changes_requested, "acudrp"),
    ("order", approved, "-cudrp"),
    ("order", declined, "-c-d-p"),
    ("order", completed, "-c-d-p"),
    ("order", cancelled, "-c-d--"),
]


@pytest.mark.parametrize(("kind", "state", "row"), TABLE)
@pytest.mark.says_it_first
def test_a_row_of_the_table(kind, state, row):
    make = getattr(factories, f"{kind}_factory")
    document = lock(state(make))
    allowed = {verb for verb, cell in zip(VERBS, row, strict=True) if cell != "-"}
    assert {verb for verb in VERBS if matrix.allows(document, verb)} == allowed


def test_a_stage_can_close_uploads():
    order = approved(factories.order_factory)
    staging.ensure_stages(order.site)
    staging.set_stage(order, staging.Stage.objects.get(name="In production"))
    assert not matrix.allows(lock(order), "upload")

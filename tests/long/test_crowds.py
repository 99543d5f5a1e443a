"""Two hundred at once, for the last room and for one answer."""

import uuid

import pytest
from django.db import DatabaseError

from portal_plugin.exceptions import FileRefused, NotAvailable
from portal_plugin.models import Decision, Order, SiteStorage, Submission, UploadInProgress
from portal_plugin.services import activity, quotas
from tests import factories
from tests.races.test_decisions import submit
from tests.races.test_uploads import begin, visit_of
from tests.races.together import attempt, together

from . import length

pytestmark = pytest.mark.django_db(transaction=True)
ACTORS = length.of(8, 200)


def insist(act, tries=50):
    """Where so many wait for one file, some wait in vain, and press the button again."""
    for _time in range(tries):
        outcome = attempt(act, FileRefused, DatabaseError)
        if not isinstance(outcome, DatabaseError):
            return outcome
    return outcome


def approve(document, key):
    client_key = uuid.uuid4()
    return insist(lambda: submit(document, "approve", key, client_key=client_key))


@pytest.fixture(autouse=True)
def _patience(settings, tmp_path):
    settings.PORTAL_PLUGIN = {
        "UPLOAD_STAGING_FOLDER": str(tmp_path),
        "UPLOAD_QUOTA_FILES": 10 * ACTORS,
        "UPLOAD_SITE_QUOTA_BYTES": 100 * 5,
    }


def test_the_last_room_of_a_site_is_given_out_exactly(settings):
    visits = [visit_of(factories.estimate_factory(items=1)) for _ in range(4)]
    outcomes = together(ACTORS, lambda n: insist(lambda: begin(visits[n % 4], f"{n}.pdf", 100)))
    assert UploadInProgress.objects.count() == 5
    assert sum(isinstance(one, FileRefused) for one in outcomes) == ACTORS - 5
    site = visits[0].document.site_id
    assert SiteStorage.objects.get().used_bytes == quotas.used_by_site(site) == 500


def test_the_last_room_of_a_document_is_given_out_exactly(settings):
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "UPLOAD_QUOTA_BYTES": 300}
    visit = visit_of(factories.estimate_factory(items=1))
    together(ACTORS, lambda n: insist(lambda: begin(visit, f"{n}.pdf", 100)))
    assert UploadInProgress.objects.count() == 3


def test_one_estimate_is_approved_once_and_becomes_one_order():
    estimate = factories.estimate_factory(items=1)
    factories.link_factory(estimate)
    key = estimate.lines[0].key
    outcomes = together(ACTORS, lambda _n: approve(estimate, key))
    assert sum(isinstance(one, NotAvailable) for one in outcomes) == ACTORS - 1
    assert Decision.objects.count() == Order.objects.count() == Submission.objects.count() == 1
    assert activity.first_broken(estimate) is None


def test_everybody_approves_another_item():
    order = factories.order_factory(items=ACTORS)
    factories.link_factory(order)
    keys = [line.key for line in order.lines]
    together(ACTORS, lambda n: approve(order, keys[n]))
    assert set(Decision.objects.values_list("item_key", flat=True)) == set(keys)
    assert Decision.objects.count() == ACTORS
    assert activity.first_broken(order) is None

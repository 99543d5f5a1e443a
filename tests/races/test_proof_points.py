"""Points on a proof, ticked off or sent by many at the same moment."""

import uuid

import pytest
from django.http import QueryDict

from portal_plugin import registry
from portal_plugin.actions.base import Invalid
from portal_plugin.exceptions import NotAvailable, PortalError, StaleProof
from portal_plugin.models import ChangeRequest, ProofPin
from portal_plugin.services import activity, answering, points, proofs
from portal_plugin.services.visits import Visit
from tests import factories, samples
from tests.proofing import marked, sent
from tests.races.together import attempt, together

pytestmark = pytest.mark.django_db(transaction=True)
LOGO, PHONE = {"text": "Larger logo", "x": "0.25", "y": "0.75"}, {"text": "The phone number"}


@pytest.fixture
def version():
    version = sent(drawn=False)
    factories.link_factory(version.proof.document)
    return version


def visit_of(version):
    document = version.proof.document.specific
    fresh = type(document).objects.get(pk=document.pk)
    return Visit(fresh, link=fresh.links.get())


def submit(version, *typed, client_key=None):
    """What the one view does, without HTTP."""
    data = QueryDict(mutable=True)
    data.update(marked(version, *typed) | {"client_key": str(client_key or uuid.uuid4())})
    action = registry.action("proof_points")(visit_of(version), version.proof.item_key)
    return attempt(lambda: action.run(data), PortalError)


@pytest.mark.parametrize("actors", [2, 20])
def test_one_form_sent_many_times_is_one_request_with_its_points_once(version, actors):
    key = uuid.uuid4()
    outcomes = together(actors, lambda _n: submit(version, LOGO, PHONE, client_key=key))
    assert not [one for one in outcomes if isinstance(one, Invalid | PortalError)]
    assert ChangeRequest.objects.count() == 1
    assert [pin.position for pin in ProofPin.objects.order_by("pk")] == [1, 2]
    document = version.proof.document
    assert document.activities.filter(verb="proof_points").count() == 1


@pytest.mark.parametrize("actors", [2, 20])
def test_each_of_many_requests_has_a_number_and_points_of_its_own(version, actors):
    together(actors, lambda n: submit(version, LOGO, {"text": f"Point {n}"}))
    made = ChangeRequest.objects.order_by("number")
    assert len({one.number for one in made}) == made.count() >= 1
    for one in made:
        assert list(one.pins.order_by("pk").values_list("position", flat=True)) == [1, 2]
    assert activity.first_broken(version.proof.document) is None


@pytest.mark.parametrize("actors", [2, 20])
def test_a_point_is_ticked_off_once(version, actors):
    submit(version, LOGO)
    pin, user = ProofPin.objects.get(), factories.user_factory()
    together(actors, lambda _n: points.tick(ProofPin.objects.get(pk=pin.pk), user))
    assert ProofPin.objects.get().is_done
    assert version.proof.document.activities.filter(verb="point_done").count() == 1


def test_of_ticks_and_the_answer_no_tick_comes_after_it(version):
    submit(version, LOGO, PHONE)
    user, request = factories.user_factory(), ChangeRequest.objects.get()
    pins = list(ProofPin.objects.order_by("pk"))

    def act(index):
        if index:
            return attempt(lambda: points.tick(pins[index - 1], user), NotAvailable)
        return answering.close_change_request(request, "It is larger now.", user)

    outcomes = together(3, act)
    refused = sum(isinstance(one, NotAvailable) for one in outcomes)
    assert ProofPin.objects.done().count() == 2 - refused
    entries = version.proof.document.activities.order_by("sequence")
    verbs = list(entries.values_list("verb", flat=True))
    assert "point_done" not in verbs[verbs.index("change_answered") :]


def test_points_against_a_new_proof_stand_on_the_picture_that_was_looked_at(version):
    document, user = version.proof.document, factories.user_factory()
    key = version.proof.item_key
    newer = samples.upload("front.png", samples.png((200, 200)))
    proofs.add_proof_version(document, key, newer)

    def act(index):
        if index:
            return submit(version, LOGO)
        return proofs.send_now(document, user)

    _sent, marked_by_customer = together(2, act)
    if isinstance(marked_by_customer, StaleProof):
        assert not ChangeRequest.objects.exists()
    else:
        assert ProofPin.objects.get().proof_version == version

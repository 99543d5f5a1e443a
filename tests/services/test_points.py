"""Points of a change request: ticked off one by one, and told in the answer."""

import pytest

from portal_plugin.exceptions import NotAvailable
from portal_plugin.models import ChangeRequest, OutgoingEmail, ProofPin
from portal_plugin.services import answering, mail_stories, mail_words, points
from tests import factories
from tests.proofing import action_url, marked, sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def pins(client, enter):
    version = sent(drawn=False)
    enter(version.proof.document)
    texts = [{"text": text} for text in ("Larger", "Darker", "Bolder")]
    client.post(action_url(version), marked(version, *texts))
    return list(ProofPin.objects.select_related("change_request__document"))


def verbs(pins):
    document = pins[0].change_request.document
    return list(document.activities.order_by("sequence").values_list("verb", flat=True))


def test_a_tick_is_kept_with_who_and_when_and_can_be_taken_away(pins):
    user = factories.user_factory()
    done = points.tick(pins[0], user)
    assert (done.is_done, done.done_by) == (True, user)
    again = points.tick(pins[0], user, is_done=False)
    assert (again.is_done, again.done_by) == (False, None)
    assert verbs(pins)[-2:] == ["point_done", "point_open"]


def test_a_second_tick_changes_nothing(pins):
    user = factories.user_factory()
    first = points.tick(pins[0], user)
    before = verbs(pins)
    assert points.tick(pins[0], factories.user_factory()).done_at == first.done_at
    assert verbs(pins) == before
    assert ProofPin.objects.get(pk=pins[0].pk).done_by == user


def test_ticks_answer_nothing_and_force_nothing(pins):
    for pin in pins:
        points.tick(pin, None)
    request = ChangeRequest.objects.get()
    assert request.is_open
    points.tick(pins[0], None, is_done=False)
    assert not answering.close_change_request(request, "We did most of it.", None).is_open


def test_after_the_answer_no_tick_changes_any_more(pins):
    answering.close_change_request(pins[0].change_request, "Done", None)
    with pytest.raises(NotAvailable):
        points.tick(pins[0], None)
    assert not ProofPin.objects.done().exists()


def note(kind):
    email = OutgoingEmail.objects.filter(kind=kind).latest("pk")
    happening = email.facts["happenings"][0]
    return mail_words.note(mail_stories.tell(email.document.specific, happening))


def test_the_answer_says_how_many_points_are_done(pins):
    points.tick(pins[0], None)
    points.tick(pins[1], None)
    answering.close_change_request(pins[0].change_request, "Two of them", None)
    assert note("news_change_answered") == "2 of 3 points are done."


def test_so_does_a_new_version_of_the_proof(pins):
    for pin in pins:
        points.tick(pin, None)
    document = pins[0].change_request.document
    sent(type(document.specific).objects.get(pk=document.pk), size=(500, 300), drawn=False)
    assert note("news_proof") == "3 of 3 points are done."
    assert ChangeRequest.objects.get().state == "answered"


def test_a_request_without_points_says_nothing_of_them(pins):
    ProofPin.objects.all().delete()
    answering.close_change_request(ChangeRequest.objects.get(), "Done", None)
    assert note("news_change_answered") == ""

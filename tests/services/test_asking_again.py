"""What a new version asks for again: the customer is told which items, and why."""

import pytest

from portal_plugin.models import Activity, Estimate, OutgoingEmail
from portal_plugin.services import activity, mail_rendering, on_behalf, proofs, sending
from portal_plugin.statuses import EmailState, ItemState
from tests import factories, samples
from tests.filling import filled, url_of

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]


@pytest.fixture
def user():
    return factories.user_factory()


@pytest.fixture
def estimate(user):
    estimate = factories.estimate_factory(items=3)
    factories.link_factory(estimate)
    return factories.approve(estimate, [item.key for item in estimate.lines[:2]], user)


def edited(document, **values):
    for name, value in values.items():
        setattr(document.lines[0], name, value)
    document.line_items = document.lines
    return document


def told():
    return OutgoingEmail.objects.filter(kind="news_version")


def test_the_customer_is_told_which_items_wait_again_and_why(estimate):
    factories.publish(edited(estimate, quantity=5, unit="m²"))
    (email,) = told()
    letter = mail_rendering.render(email, url="#")
    assert "1 item changed and waits for you again" in letter.subject
    assert "A1 poster (changed: quantity, unit)" in letter.text
    assert "A2 poster" not in letter.text.split("waits for you again")[1].split("Total")[0]


def test_the_history_says_which_were_asked_for_again(estimate):
    factories.publish(edited(estimate, quantity=5))
    facts = activity.facts(Activity.objects.filter(verb="version").latest("sequence"))
    assert facts["again"] == [str(estimate.lines[0].key)]


def test_a_version_that_takes_nothing_back_is_not_told(estimate):
    estimate.lines[2].quantity = 7
    estimate.line_items = estimate.lines
    factories.publish(estimate)
    assert not told().exists()


def test_sending_the_document_takes_the_place_of_the_news(estimate, user):
    factories.publish(edited(estimate, quantity=5))
    fresh = Estimate.objects.get()
    sending.send_document(fresh, recipients=[fresh.customer], user=user)
    assert told().get().state == EmailState.WITHHELD


def test_what_was_agreed_is_not_asked_again(estimate, user):
    edited(estimate, quantity=5).save_revision()
    on_behalf.publish_agreed(estimate, "On the phone", user)
    assert told().get().state == EmailState.WITHHELD


def test_a_proof_that_is_sent_is_told_as_a_proof(estimate, user):
    file = samples.upload("front.png", samples.png((20, 20)))
    proofs.add_proof_version(estimate, estimate.lines[0].key, file)
    proofs.send_now(estimate, user)
    assert not told().exists()
    assert OutgoingEmail.objects.filter(kind="news_proof").count() == 1


def test_page_and_overview_show_the_old_decision_as_of_its_version(client, enter, estimate, user):
    factories.publish(edited(estimate, quantity=5))
    said = "as of version 1. Changed since: quantity. It waits for an answer again."
    enter(estimate)
    assert said in client.get(f"/portal/d/{estimate.public_id}/").content.decode()
    client.force_login(user)
    assert said in client.get(f"/admin/portal/document/{estimate.pk}/").content.decode()


def test_the_page_says_who_approved_and_when(client, enter, estimate):
    enter(estimate)
    page = client.get(f"/portal/d/{estimate.public_id}/").content.decode()
    assert f"by {estimate.customer.name}, written down by the shop" in page


@pytest.mark.parametrize("end", ["done", "answered"])
def test_a_change_request_that_was_closed_revives_no_old_yes(client, enter, estimate, end):
    key = estimate.lines[0].key
    enter(estimate)
    url = url_of(estimate, "change_request", key)
    assert client.post(url, filled(client, url, text="Bigger")).status_code == 303
    estimate.change_requests.update(state=end)
    item = Estimate.objects.get().standing.items[key]
    assert item.state == ItemState.WAITING
    assert item.earlier.verdict == "approve"

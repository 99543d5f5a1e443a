"""What every action has in common."""

import json
import uuid

import pytest
from django.urls import resolve

from portal_plugin import registry
from portal_plugin.actions.base import Invalid
from portal_plugin.exceptions import NotAvailable, PortalError
from portal_plugin.models import (
    Comment,
    Decision,
    Order,
    OutgoingEmail,
    PortalSettings,
    Submission,
)
from portal_plugin.models.documents import lock
from portal_plugin.services import staging
from portal_plugin.services.visits import Visit
from tests import factories
from tests.filling import filled, url_of

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]


def test_a_second_arrival_has_no_second_effect(client, estimate, keys):
    url = url_of(estimate, "approve", keys[0])
    data = filled(client, url, accept_terms="on")
    first, second = client.post(url, data), client.post(url, data)
    assert first.url == second.url
    assert Decision.objects.count() == 1


@pytest.mark.says_it_first
def test_a_second_arrival_of_the_deciding_post_leads_to_the_order(client, enter):
    estimate = factories.estimate_factory(items=1)
    enter(estimate)
    url = url_of(estimate, "approve", estimate.lines[0].key)
    data = filled(client, url, accept_terms="on")
    client.post(url, data)
    again = client.post(url, data)
    assert again.status_code == 303
    assert Order.objects.count() == 1
    assert client.get(again.url, follow=True).status_code == 200


def test_a_limit_is_a_sentence_and_nothing_written(client, estimate, settings):
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "MESSAGES_PER_HOUR": 2}
    url = url_of(estimate, "comment")
    answers = [client.post(url, filled(client, url, text=f"Comment {n}")) for n in range(3)]
    assert [answer.status_code for answer in answers] == [303, 303, 429]
    assert answers[-1]["Retry-After"] == "3600"
    assert Comment.objects.count() == 2


def test_a_key_of_another_document_is_unknown_here(client, enter, estimate):
    url = url_of(estimate, "comment")
    data = filled(client, url, text="First")
    client.post(url, data)
    other = factories.estimate_factory(items=1)
    enter(other)
    client.post(url_of(other, "comment"), data | {"text": "Second"})
    assert set(Comment.objects.values_list("text", flat=True)) == {"First", "Second"}


def test_a_key_of_the_estimate_is_unknown_on_its_order():
    """One link opens both."""
    estimate = factories.estimate_factory(items=1)
    link, data = factories.link_factory(estimate), {"client_key": str(uuid.uuid4()), "text": "Hi"}
    registry.action("comment")(Visit(estimate, link)).run(data)
    factories.approve(estimate)
    registry.action("comment")(Visit(Order.objects.get(), link)).run(data)
    assert Comment.objects.values("document").distinct().count() == 2


def test_a_form_without_a_key_writes_nothing(estimate):
    comment = registry.action("comment")(Visit(estimate, estimate.links.get()))
    assert isinstance(comment.run({"text": "Hi"}), Invalid)
    assert not Submission.objects.exists()


def test_each_submission_keeps_its_own_message(estimate):
    visit = Visit(estimate, estimate.links.get())
    for name in ("comment", "change_request"):
        registry.action(name)(visit).run({"client_key": str(uuid.uuid4()), "text": "Hi"})
    said = [submission.message for submission in Submission.objects.order_by("pk")]
    assert said == ["Your comment was sent to the shop.", "Change request 1 was sent to the shop."]


def test_it_is_told_as_done_by_whoever_did_it(estimate):
    mine = estimate.links.get()
    factories.link_factory(estimate, name="Bo", email="bo@example.org")
    data = {"client_key": str(uuid.uuid4()), "text": "Hi"}
    registry.action("comment")(Visit(estimate, mine)).run(data)
    assert estimate.activities.get(verb="comment").link == mine
    assert OutgoingEmail.objects.get(kind="receipt_comment").recipient == mine.recipient
    kept, who = Submission.objects.get(), mine.recipient
    assert (kept.link, kept.name, kept.email) == (mine, who.name, who.email)


def test_an_item_it_is_about_is_told_and_none_where_it_is_about_all(estimate, keys):
    visit = Visit(estimate, estimate.links.get())
    for key in (None, keys[0]):
        data = {"client_key": str(uuid.uuid4()), "text": "Hi"}
        registry.action("comment")(visit, key).run(data)
    told = estimate.activities.filter(verb="comment").order_by("sequence")
    assert [json.loads(entry.data).get("item") for entry in told] == [None, str(keys[0])]
    mails = OutgoingEmail.objects.filter(kind="staff_comment")
    assert str(keys[0]) in str([mail.facts for mail in mails])


def test_its_address_is_that_of_its_item(estimate, keys):
    address = registry.action("approve")(Visit(estimate), keys[0]).url
    assert resolve(address).kwargs["item_key"] == keys[0]


def test_without_a_link_nobody_is_told_who_may():
    estimate = factories.estimate_factory(items=1)
    factories.link_factory(estimate)
    with pytest.raises(NotAvailable) as refused:
        registry.action("approve")(Visit(estimate), estimate.lines[0].key).run({})
    assert refused.type is NotAvailable


def test_of_a_browser_that_says_too_much_of_itself_the_beginning_is_kept(client, estimate):
    """PostgreSQL refuses what is longer than its column."""
    url = url_of(estimate, "comment")
    client.post(url, filled(client, url, text="Hello"), headers={"User-Agent": "x" * 301})
    submission = Submission.objects.get()
    assert (submission.user_agent, submission.address) == ("x" * 300, "127.0.0.1")


def test_a_fragment_is_the_inside_of_a_dialog(client, estimate, keys):
    url = url_of(estimate, "approve", keys[0])
    headers = {"X-Portal-Fragment": "1"}
    fragment = client.get(url, headers=headers).content
    assert b"<html" not in fragment
    data = filled(client, url, accept_terms="on")
    done = client.post(url, data, headers=headers)
    assert (done.status_code, done["X-Portal-Done"]) == (200, "1")


@pytest.mark.parametrize("name", ["approve_multiple", "order_approved", "decline_all", "invite"])
def test_what_is_about_the_document_is_about_no_item(client, estimate, keys, name):
    PortalSettings.objects.update_or_create(site=estimate.site, defaults={"lets_invite": True})
    factories.approve(estimate, keys[:1])
    assert client.get(url_of(estimate, name)).status_code == 200
    assert client.get(url_of(estimate, name, keys[1])).status_code == 404


@pytest.mark.parametrize("name", ["approve", "decline"])
def test_what_is_about_an_item_is_about_one_of_the_documents(client, estimate, keys, name):
    other = factories.estimate_factory(items=1)
    assert client.get(url_of(estimate, name, keys[0])).status_code == 200
    assert client.get(url_of(estimate, name)).status_code == 404
    for key in (other.lines[0].key, uuid.uuid4()):
        assert client.get(url_of(estimate, name, key)).status_code == 404


def test_an_unknown_action_is_unknown(client, estimate):
    assert client.get(url_of(estimate, "nothing")).status_code == 404


class GoneMeanwhile(registry.action("approve")):
    """Staff take the item out between the look at the page and the lock."""

    def prepare(self, form):
        self.document.line_items = self.document.lines[1:]
        factories.publish(self.document)


def test_an_item_that_is_gone_by_then_is_refused_in_words(client, estimate, keys):
    data = filled(client, url_of(estimate, "approve", keys[0]), accept_terms="on")
    visit = Visit(lock(estimate), link=estimate.links.get())
    with pytest.raises(NotAvailable):
        GoneMeanwhile(visit, keys[0]).run(data)


class DearerMeanwhile(registry.action("decline")):
    """Another item gets dearer between the look at the page and the lock."""

    def prepare(self, form):
        super().prepare(form)
        self.document.lines[1].unit_price = 900
        self.document.line_items = self.document.lines
        factories.publish(self.document)


def test_where_no_code_is_asked_for_nobody_minds_what_it_would_be_about(client, estimate, keys):
    data = filled(client, url_of(estimate, "decline", keys[0]))
    DearerMeanwhile(Visit(lock(estimate), link=estimate.links.get()), keys[0]).run(data)
    assert Decision.objects.get().item_key == keys[0]


def test_what_comes_to_need_a_code_by_then_is_not_done_without_one(client, estimate, keys):
    factories.site_factory(code_above=1000)
    data = filled(client, url_of(estimate, "decline", keys[0]))
    visit = Visit(lock(estimate), link=estimate.links.get())
    with pytest.raises(PortalError, match="load the page again"):
        DearerMeanwhile(visit, keys[0]).run(data)
    assert not Decision.objects.exists()


class CancelledMeanwhile(registry.action("approve")):
    """Staff cancel between the look at the page and the lock."""

    def prepare(self, form):
        staging.cancel(self.document, "Out of material")


def test_the_second_look_is_taken_under_the_lock(client, estimate, keys):
    url = url_of(estimate, "approve", keys[0])
    data = filled(client, url, accept_terms="on")
    visit = Visit(document=lock(estimate), link=estimate.links.get())
    with pytest.raises(NotAvailable):
        CancelledMeanwhile(visit, keys[0]).run(data)
    assert not Decision.objects.exists()


def test_what_is_over_is_refused_whatever_the_form_says(estimate, keys):
    staging.cancel(estimate, "Out of material")
    visit = Visit(lock(estimate), link=estimate.links.get())
    with pytest.raises(NotAvailable):
        registry.action("approve")(visit, keys[0]).run({})

"""Answers, notes, change requests, and what a customer said on the phone."""

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from portal_plugin.models import (
    Attachment,
    ChangeRequest,
    Comment,
    Customer,
    Decision,
    DirectLink,
    Estimate,
    InternalNote,
    Order,
    OutgoingEmail,
    Submission,
)
from portal_plugin.models.storage import private_storage
from portal_plugin.services import links
from portal_plugin.services.evidence import verifying
from tests import samples
from tests.factories import estimate_factory, link_factory

from . import pages

pytestmark = pytest.mark.django_db


def say(client, document, verb, **data):
    return client.post(pages.do(document, verb), data, follow=True)


def asked(document, text="Darker, please", **values):
    link = link_factory(document)
    return ChangeRequest.objects.create(
        document=document, number=1, text=text, link=link, author_name="Kim", **values
    )


# -- talking ---------------------------------------------------------------------------------------


def test_an_answer_goes_to_the_customer_and_settles_their_messages(client, boss):
    document = estimate_factory()
    link = link_factory(document)
    asked = Comment.objects.create(document=document, link=link, text="Is it matt?")
    say(client, document, "reply", text="Yes, it is.")
    comment = Comment.objects.get(staff=boss)
    asked.refresh_from_db()
    assert comment.text == "Yes, it is."
    assert comment.author_name == boss.get_full_name()
    assert asked.answered_at is not None
    assert OutgoingEmail.objects.get(kind="news_comment").link == link


def test_a_note_stays_inside(client, boss, enter):
    document = estimate_factory()
    say(client, document, "note", text="They always pay late")
    assert InternalNote.objects.get().staff == boss
    assert not Comment.objects.exists()
    assert not OutgoingEmail.objects.exists()
    client.logout()
    enter(document)
    url = reverse("portal_plugin:document", args=[document.public_id])
    assert "pay late" not in client.get(url, headers={"host": "localhost"}).content.decode()


def taken_back(client, document, comment):
    return say(client, document, "take-message-back", comment=comment.pk)


def test_a_message_is_taken_back_for_two_minutes(client, boss, enter):
    document = estimate_factory()
    link = link_factory(document)
    asked = Comment.objects.create(document=document, link=link, text="Is it matt?")
    page = say(client, document, "reply", text="Never, you fool").content.decode()
    assert "Take back" in page
    comment = Comment.objects.get(staff=boss)
    page = taken_back(client, document, comment).content.decode()
    assert "The customer sees nothing of it." in page
    asked.refresh_from_db()
    assert asked.answered_at is None
    assert Estimate.objects.get().waiting_for == "us"
    assert OutgoingEmail.objects.get(kind="news_comment").state == "withheld"
    assert "took a message back" in page
    client.logout()
    enter(document)
    url = reverse("portal_plugin:document", args=[document.public_id])
    page = client.get(url, headers={"host": "localhost"}).content.decode()
    assert "Is it matt?" in page
    assert "you fool" not in page


def test_not_later(client, boss):
    document = estimate_factory()
    say(client, document, "reply", text="Yes")
    comment = Comment.objects.get()
    Comment.objects.update(created_at=timezone.now() - timedelta(minutes=3))
    response = taken_back(client, document, comment)
    assert response.status_code == 409
    assert "for two minutes only" in response.content.decode()
    assert "Take back" not in response.content.decode()
    assert Comment.objects.get().removed_at is None


def test_twice_is_as_once(client, boss):
    document = estimate_factory()
    link_factory(document)
    say(client, document, "reply", text="Yes")
    for _ in range(2):
        response = taken_back(client, document, Comment.objects.get())
        assert response.status_code == 200
    assert document.activities.filter(verb="reply_taken_back").count() == 1


def test_an_email_that_has_gone_is_not_denied(client, boss):
    document = estimate_factory()
    link_factory(document)
    say(client, document, "reply", text="Yes")
    OutgoingEmail.objects.filter(kind="news_comment").update(state="sent")
    page = taken_back(client, document, Comment.objects.get()).content.decode()
    assert "its email had gone out already" in page


def test_what_the_customer_said_is_not_taken_back(client, boss):
    document = estimate_factory()
    comment = Comment.objects.create(document=document, link=link_factory(document), text="Hi")
    taken_back(client, document, comment)
    comment.refresh_from_db()
    assert comment.removed_at is None


def test_nor_a_message_of_another_document(client, boss):
    other = estimate_factory()
    say(client, other, "reply", text="Yes")
    taken_back(client, estimate_factory(), Comment.objects.get())
    assert Comment.objects.get().removed_at is None


def test_an_empty_answer_is_refused(client, boss):
    document = estimate_factory()
    response = say(client, document, "reply", text="  ")
    assert response.status_code == 409
    assert "Write a text first." in response.content.decode()
    assert not Comment.objects.exists()


def test_a_refused_text_is_given_back(client, boss):
    document = estimate_factory(published=False)
    response = say(
        client, document, "note", text="Keep this", item="00000000-0000-4000-8000-000000000000"
    )
    assert "Keep this" in response.content.decode()
    assert not InternalNote.objects.exists()


def test_a_change_request_is_done_with_an_answer(client, boss):
    document = estimate_factory()
    request = asked(document)
    assert document.standing.state == "changes_requested"
    say(client, document, "close-request", request=request.pk, text="It is darker now.")
    request.refresh_from_db()
    assert (request.state, request.reply, request.closed_by) == ("done", "It is darker now.", boss)
    assert Estimate.objects.get().state == "waiting"
    assert OutgoingEmail.objects.filter(kind="news_change_answered").exists()


def test_a_change_request_of_another_document_is_unknown(client, boss):
    request = asked(estimate_factory())
    document = estimate_factory()
    say(client, document, "close-request", request=request.pk, text="Done")
    request.refresh_from_db()
    assert request.is_open


def kept_files():
    folder = Path(private_storage().location)
    return {path for path in folder.rglob("*") if path.is_file()}


def test_a_message_that_came_after_the_page_was_opened_goes_on_waiting(client, boss):
    document = estimate_factory()
    link = link_factory(document)
    first, late = (Comment.objects.create(document=document, link=link, text=t) for t in "ab")
    page = client.get(pages.overview(document)).text
    assert f'name="seen" value="{late.pk}"' in page
    answer = say(client, document, "comments-read", seen=first.pk)
    assert "A message came meanwhile" in answer.text
    assert Comment.objects.unanswered().get() == late


def test_an_answer_is_one_to_the_messages_that_were_on_its_page(client, boss):
    document = estimate_factory()
    link = link_factory(document)
    assert 'name="seen" value="0"' in client.get(pages.overview(document)).text
    first = Comment.objects.create(document=document, link=link, text="Is it matt?")
    say(client, document, "reply", text="It is ready.", seen=0)
    assert Comment.objects.unanswered().get() == first
    late = Comment.objects.create(document=document, link=link, text="Stop, the name is wrong!")
    say(client, document, "reply", text="Yes, it is.", seen=first.pk)
    assert Comment.objects.unanswered().get() == late
    assert Estimate.objects.get().waiting_for == "us"


# -- on the phone ----------------------------------------------------------------------------------


def test_a_yes_on_the_phone_counts_and_is_told(client, boss):
    document = estimate_factory(items=2)
    link_factory(document)
    key = document.lines[0].key
    say(client, document, "on-phone", item=str(key), verdict="approve", note="Called at 10")
    submission = Submission.objects.get()
    assert (submission.staff, submission.note, submission.link) == (boss, "Called at 10", None)
    assert Estimate.objects.get().standing.items[key].state == "approved"
    assert OutgoingEmail.objects.filter(kind="receipt_approve").count() == 1


def test_a_yes_on_the_phone_is_not_one_to_what_changed_since_the_page_was_opened(client, boss):
    document = estimate_factory(items=2)
    version, (dear, same) = document.current_version.number, document.lines
    assert f'name="version" value="{version}"' in client.get(pages.overview(document)).text
    dear.unit_price -= 10
    document.line_items = [dear, same]
    document.save_revision().publish()
    said = {"verdict": "decline", "note": "Phone", "version": version}
    answer = say(client, document, "on-phone", item=str(dear.key), **said)
    assert answer.status_code == 409
    assert not Decision.objects.exists()
    say(client, document, "on-phone", item=str(same.key), **said)
    assert Decision.objects.get().item_key == same.key


def test_the_last_yes_on_the_phone_makes_the_order(client, boss):
    document = estimate_factory(items=1)
    key = str(document.lines[0].key)
    response = say(client, document, "on-phone", item=key, verdict="approve", note="Phone")
    order = Order.objects.get()
    assert response.redirect_chain[-1][0].startswith(pages.overview(order))


def test_what_shows_a_yes_is_kept_with_it_for_us_alone(client, boss):
    document = estimate_factory(items=2)
    key = str(document.lines[0].key)
    page = SimpleUploadedFile("signed.png", samples.png(), "image/png")
    say(client, document, "on-phone", item=key, verdict="approve", note="Fax", evidence=page)
    kept = Attachment.objects.get()
    assert (kept.name, kept.is_internal, kept.staff) == ("signed.png", True, boss)
    assert kept.submission == Decision.objects.get().submission
    overview = client.get(pages.overview(document)).content.decode()
    assert "signed.png" in overview
    assert "shows how the customer answered; for staff only" in overview
    assert "not shown to the customer yet" not in overview
    assert list(verifying.faults(Estimate.objects.get())) == []


def test_what_is_refused_keeps_no_file(client, boss):
    document, before = estimate_factory(items=2), kept_files()
    for item, note in ((str(document.lines[0].key), " "), (str(uuid4()), "Fax")):
        page = SimpleUploadedFile("signed.png", samples.png(), "image/png")
        say(client, document, "on-phone", item=item, note=note, evidence=page)
    assert not Attachment.objects.exists()
    assert not Decision.objects.exists()
    assert kept_files() == before


def test_a_yes_needs_a_note(client, boss):
    document = estimate_factory(items=1)
    say(client, document, "on-phone", item=str(document.lines[0].key), note=" ")
    assert not Decision.objects.exists()


def test_an_item_of_another_document_cannot_be_decided(client, boss):
    document, other = estimate_factory(items=1), estimate_factory(items=1)
    say(client, document, "on-phone", item=str(other.lines[0].key), note="Phone")
    assert not Decision.objects.exists()


def test_a_decision_is_taken_back_with_a_reason(client, boss):
    document = estimate_factory(items=2)
    key = document.lines[0].key
    say(client, document, "on-phone", item=str(key), verdict="approve", note="Phone")
    say(client, document, "undo", item=str(key), note="A misunderstanding")
    assert Decision.objects.count() == 2
    assert Estimate.objects.get().standing.items[key].state == "waiting"
    assert "A misunderstanding" in client.get(pages.overview(document)).content.decode()


@pytest.mark.parametrize("state", ["never sent", "stopped", "expired", "no address"])
def test_an_answer_that_nobody_gets_by_email_says_so(client, boss, state):
    document = estimate_factory(items=1)
    if state != "never sent":
        link = link_factory(document)
        if state == "stopped":
            links.revoke(link)
        elif state == "expired":
            DirectLink.objects.update(expires_at=timezone.now())
        else:
            Customer.objects.update(email="")
    before = client.get(pages.overview(document)).content.decode()
    assert "nobody has a link that works" in before
    assert "The customer gets it by email" not in before
    beside = client.get(pages.url(Estimate, "edit", document.pk)).content.decode()
    assert "nobody has a link that works" in beside
    assert "Send to " not in beside
    after = client.post(pages.do(document, "reply"), {"text": "Hello"}, follow=True)
    assert "but nobody got an email" in after.content.decode()


def test_an_answer_that_somebody_gets_is_sent(client, boss):
    document = estimate_factory(items=1)
    link_factory(document)
    assert "The customer gets it by email" in client.get(pages.overview(document)).content.decode()
    after = client.post(pages.do(document, "reply"), {"text": "Hello"}, follow=True)
    assert "Your answer is sent." in after.content.decode()

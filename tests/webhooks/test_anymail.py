"""What a provider reports about an email: late, twice, in any order, or about another's."""

import base64
import json
from datetime import timedelta

import pytest
from anymail.signals import AnymailTrackingEvent, tracking
from django.utils import timezone

from portal_plugin.models import OutgoingEmail
from portal_plugin.services import mail_tracking, outbox
from portal_plugin.statuses import EmailState

from ..factories import link_factory, order_factory
from ..mailing import ANYMAIL, send_by

pytestmark = pytest.mark.django_db


@pytest.fixture
def email(settings):
    send_by(settings, ANYMAIL)
    link = link_factory(order_factory(items=1))
    document = link.document
    return outbox.queue(kind="link", site=document.site, document=document, link=link)


@pytest.fixture
def sent(email):
    outbox.drain()
    email.refresh_from_db()
    return email


def report(event_type, message_id, **values):
    event = AnymailTrackingEvent(event_type=event_type, message_id=message_id, **values)
    tracking.send(sender=None, event=event, esp_name="Provider")


def state_of(email):
    email.refresh_from_db()
    return email.state


def test_delivered(sent):
    at = timezone.now()
    report("delivered", sent.provider_id, timestamp=at)
    assert state_of(sent) == EmailState.DELIVERED
    assert sent.delivered_at == at


@pytest.mark.parametrize("event_type", ["bounced", "rejected", "failed"])
def test_not_delivered_says_why(sent, event_type):
    report(event_type, sent.provider_id, description="mailbox\x00 full")
    assert state_of(sent) == EmailState.BOUNCED
    assert sent.bounced_at is not None
    assert sent.error == "mailbox full"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"mta_response": "550 no such user"}, "550 no such user"),
        ({"reject_reason": "spam"}, "spam"),
        (
            {"description": "Hard bounce", "mta_response": "550", "reject_reason": "x"},
            "Hard bounce",
        ),
        ({}, ""),
    ],
)
def test_why_is_said_as_well_as_the_provider_says_it(sent, said, reason):
    report("bounced", sent.provider_id, **said)
    sent.refresh_from_db()
    assert sent.error == reason


def test_a_long_why_is_cut(sent):
    report("bounced", sent.provider_id, description="x" * (mail_tracking.ERROR_LIMIT + 1))
    sent.refresh_from_db()
    assert sent.error == "x" * mail_tracking.ERROR_LIMIT


def test_when_it_went_wrong_is_the_providers_time_or_now(sent):
    at = timezone.now() - timedelta(hours=3)
    report("bounced", sent.provider_id, timestamp=at)
    assert state_of(sent) == EmailState.BOUNCED
    assert sent.bounced_at == at


def test_a_delivery_is_reported_twice_and_was_once(sent):
    report("delivered", sent.provider_id)
    sent.refresh_from_db()
    first = sent.delivered_at
    report("delivered", sent.provider_id, timestamp=first + timedelta(hours=3))
    sent.refresh_from_db()
    assert sent.delivered_at == first


def test_a_report_without_a_name_is_about_none_that_waits(email):
    """What a provider calls an email is not known before it has it."""
    assert email.provider_id == ""
    report("bounced", "")
    report("bounced", None, metadata={"portal_email": ""})
    assert state_of(email) == EmailState.WAITING


def test_a_bounce_stays_whatever_comes_after(sent):
    report("bounced", sent.provider_id, description="first")
    report("delivered", sent.provider_id)
    report("bounced", sent.provider_id, description="second")
    assert state_of(sent) == EmailState.BOUNCED
    assert sent.error == "first"


def test_a_bounce_after_delivery_counts(sent):
    report("delivered", sent.provider_id)
    report("bounced", sent.provider_id)
    assert state_of(sent) == EmailState.BOUNCED


@pytest.mark.parametrize("event_type", ["queued", "sent", "deferred", "opened", "clicked", "?"])
def test_other_reports_change_nothing(sent, event_type):
    report(event_type, sent.provider_id)
    assert state_of(sent) == EmailState.SENT


@pytest.mark.parametrize("message_id", ["unknown", "", None, "<>", "x" * 5000, "\x00"])
def test_reports_about_nobody_are_ignored(sent, message_id):
    report("bounced", message_id, metadata={"portal_email": "7"})
    report("bounced", message_id, metadata=None)
    assert state_of(sent) == EmailState.SENT


def test_a_report_by_our_own_message_id_is_found(sent):
    report("delivered", sent.message_id.strip("<>"))
    assert state_of(sent) == EmailState.DELIVERED


def test_a_report_that_comes_before_the_row_is_saved_is_kept(email):
    claimed = outbox.claim()
    report("delivered", "id-of-provider", metadata={"portal_email": email.message_id})
    assert state_of(email) == EmailState.DELIVERED
    outbox.mail_delivery.deliver(claimed)
    assert state_of(email) == EmailState.DELIVERED
    assert email.provider_id == "0"


def test_a_report_touches_no_other_email(sent):
    link = link_factory(order_factory(items=1))
    document = link.document
    other = outbox.queue(kind="link", site=document.site, document=document, link=link)
    report("bounced", sent.provider_id)
    assert state_of(other) == EmailState.WAITING


@pytest.mark.urls("tests.webhooks.anymail_urls")
def test_a_signed_webhook_of_a_real_provider_arrives(sent, client, settings):
    settings.ANYMAIL = {"WEBHOOK_SECRET": "user:password"}
    OutgoingEmail.objects.filter(pk=sent.pk).update(provider_id="pm-1")
    body = {
        "RecordType": "Bounce",
        "MessageID": "pm-1",
        "Type": "HardBounce",
        "Email": "ann@example.org",
        "BouncedAt": "2026-01-02T03:04:05Z",
        "Description": "unknown user",
    }

    def post(password):
        basic = base64.b64encode(f"user:{password}".encode()).decode()
        return client.post(
            "/anymail/postmark/tracking/",
            json.dumps(body),
            content_type="application/json",
            headers={"authorization": f"Basic {basic}"},
        )

    assert post("wrong").status_code == 400
    assert state_of(sent) == EmailState.SENT
    assert post("password").status_code == 200
    assert state_of(sent) == EmailState.BOUNCED

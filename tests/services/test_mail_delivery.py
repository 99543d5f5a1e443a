"""What servers and providers answer, and what becomes of the email then."""

import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone
from wagtail.models import Site

from portal_plugin.models import EmailCode, OutgoingEmail, PortalSettings
from portal_plugin.services import mail_delivery, outbox, sending
from portal_plugin.statuses import EmailState

from ..factories import customer_factory, link_factory, order_factory
from ..mailing import ANYMAIL, SMTP, send_by, use_tls
from ..smtp_server import MailServer

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]


@pytest.fixture
def server(settings):
    with MailServer() as server:
        send_by(settings, SMTP, port=server.port, timeout=1)
        yield server


def queue(link=None):
    link = link or link_factory(order_factory(items=1))
    document = link.document
    return outbox.queue(kind="link", site=document.site, document=document, link=link)


def drained(email):
    outbox.drain()
    email.refresh_from_db()
    return email


def pause_of(email):
    """Minutes until the next try."""
    return round((email.not_before - timezone.now()).total_seconds() / 60)


def test_a_server_gets_the_letter_with_both_parts_and_our_message_id(server):
    email = drained(queue())
    assert email.state == EmailState.SENT
    letter = server.letters[0]
    assert letter["Message-ID"] == email.message_id
    assert {part.get_content_type() for part in letter.walk()} >= {"text/plain", "text/html"}


def test_an_unknown_recipient_is_parked_with_the_servers_words(server):
    server.rcpt_reply = "550 no such user here"
    email = drained(queue())
    assert (email.state, email.error) == (EmailState.PARKED, "550 no such user here")


def test_a_refused_letter_is_parked(server):
    server.data_reply = "554 looks like spam"
    assert drained(queue()).state == EmailState.PARKED


@pytest.mark.parametrize("reply", ["450 come back later", "421 too many connections"])
def test_a_passing_refusal_is_tried_again_in_a_minute(server, reply):
    server.rcpt_reply = reply
    email = drained(queue())
    assert (email.state, email.attempts, pause_of(email)) == (EmailState.WAITING, 1, 1)
    server.rcpt_reply = "250 ok"
    OutgoingEmail.objects.update(not_before=timezone.now() - timedelta(seconds=1))
    assert drained(email).state == EmailState.SENT


def test_a_server_without_the_encryption_of_the_settings_is_tried_again(server, settings):
    """For a while, as where one is set up anew: no letter is at fault."""
    use_tls(settings)
    first, *others = [queue() for _number in range(outbox.GIVE_UP_AFTER + 1)]
    assert drained(first).state == EmailState.WAITING
    assert "STARTTLS" in first.error
    others[-1].refresh_from_db()
    assert others[-1].attempts == 0


def test_a_silent_server_is_tried_again(server):
    server.at_data = threading.Event()
    email = drained(queue())
    assert email.state == EmailState.WAITING
    assert "timed out" in email.error


def news(link, text):
    facts = {"happenings": [{"kind": "news_comment", "text": text}]}
    values = {"site": link.document.site, "document": link.document, "link": link}
    return outbox.queue(kind="news_comment", facts=facts, delay=True, **values)


def test_what_was_said_since_does_not_go_with_a_letter_that_may_have_arrived(server, settings):
    """A mailbox that knows its Message-ID would drop it, and the news that it brings."""
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "BUNDLE_SECONDS": 0}
    link = link_factory(order_factory(items=1))
    server.at_data = threading.Event()
    assert drained(news(link, "One.")).state == EmailState.WAITING
    news(link, "Two.")
    server.at_data = None
    OutgoingEmail.objects.update(not_before=timezone.now() - timedelta(seconds=1))
    outbox.drain()
    first, again, second = server.letters
    assert first["Message-ID"] == again["Message-ID"] != second["Message-ID"]
    assert "Two." not in again.get_body().get_content()
    assert "Two." in second.get_body().get_content()


def test_a_code_that_is_sent_again_is_another_and_no_mailbox_takes_it_for_the_first(server):
    link = link_factory(order_factory(items=1))
    code = EmailCode.objects.create(link=link, action="approve", browser="b")
    values = {"site": link.document.site, "document": link.document, "link": link}
    server.at_data = threading.Event()
    email = drained(outbox.queue(kind="code", facts={"code": code.pk}, **values))
    server.at_data = None
    OutgoingEmail.objects.update(not_before=timezone.now() - timedelta(seconds=1))
    assert drained(email).state == EmailState.SENT
    first, second = server.letters
    assert first["Message-ID"] == email.message_id != second["Message-ID"]


def test_pauses_grow_and_end(settings):
    send_by(settings, SMTP, port=1)
    email, pauses = queue(), []
    for _ in range(mail_delivery.MAX_ATTEMPTS):
        drained(email)
        pauses.append(pause_of(email))
        OutgoingEmail.objects.update(not_before=timezone.now() - timedelta(seconds=1))
    assert pauses[:7] == [1, 5, 15, 60, 240, 720, 1440]
    assert email.state == EmailState.PARKED
    assert "refused" in email.error


def test_staff_can_try_a_parked_email_again(server):
    server.rcpt_reply = "550 no such user here"
    email = drained(queue())
    server.rcpt_reply = "250 ok"
    assert outbox.retry(email)
    assert drained(email).state == EmailState.SENT
    assert not outbox.retry(email)


def test_a_server_that_is_away_is_not_asked_for_every_email(settings):
    send_by(settings, SMTP, port=1)
    for _ in range(5):
        queue()
    outbox.drain()
    assert OutgoingEmail.objects.filter(attempts=1).count() == outbox.GIVE_UP_AFTER


def test_an_email_that_cannot_be_written_holds_up_no_other(server):
    broken = queue()
    OutgoingEmail.objects.filter(pk=broken.pk).update(facts={"happenings": ["no happening"]})
    sound = queue()
    for _ in range(mail_delivery.MAX_BROKEN):
        drained(broken)
        OutgoingEmail.objects.filter(state=EmailState.WAITING).update(not_before=timezone.now())
    sound.refresh_from_db()
    assert (broken.state, broken.attempts) == (EmailState.PARKED, 3)
    assert sound.state == EmailState.SENT


def test_a_worker_that_wakes_up_late_changes_nothing(server):
    email = queue()
    late = outbox.claim()
    OutgoingEmail.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert drained(email).state == EmailState.SENT
    server.rcpt_reply = "550 no such user here"
    mail_delivery.deliver(late)
    email.refresh_from_db()
    assert email.state == EmailState.SENT


def test_a_bounce_that_comes_before_the_answer_stays(server, settings, monkeypatch):
    email = queue()
    send = mail_delivery.mailer.send

    def send_and_bounce(letter):
        OutgoingEmail.objects.filter(pk=email.pk).update(state=EmailState.BOUNCED)
        return send(letter)

    monkeypatch.setattr(mail_delivery.mailer, "send", send_and_bounce)
    assert drained(email).state == EmailState.BOUNCED
    assert email.sent_at is not None


# -- providers, through anymail -------------------------------------------------------------------


@pytest.fixture
def provider(settings, monkeypatch):
    """anymail's test backend; ``provider(error)`` makes it raise what a real one raises."""
    from anymail.backends.test import EmailBackend

    send_by(settings, ANYMAIL)

    def refuse_with(error):
        def post_to_esp(self, payload, message):
            raise error

        monkeypatch.setattr(EmailBackend, "post_to_esp", post_to_esp)

    return refuse_with


def api_error(status):
    import requests
    from anymail.exceptions import AnymailRequestsAPIError

    response = requests.Response()
    response.status_code = status
    response.reason = "because"
    return AnymailRequestsAPIError(response=response, esp_name="Provider")


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (400, EmailState.PARKED),
        (401, EmailState.WAITING),
        (422, EmailState.PARKED),
        (429, EmailState.WAITING),
        (500, EmailState.WAITING),
        (503, EmailState.WAITING),
    ],
)
def test_a_providers_answer_is_passing_or_final(provider, status, state):
    provider(api_error(status))
    email = drained(queue())
    assert email.state == state
    assert f"Provider API response {status}" in email.error


def test_a_rejected_recipient_is_parked(provider):
    from anymail.exceptions import AnymailRecipientsRefused

    provider(AnymailRecipientsRefused())
    assert drained(queue()).state == EmailState.PARKED


def test_a_provider_without_metadata_gets_the_letter_without(settings, monkeypatch):
    from anymail.backends.test import TestPayload

    send_by(settings, ANYMAIL)
    monkeypatch.setattr(
        TestPayload, "set_metadata", lambda self, value: self.unsupported_feature("metadata")
    )
    assert drained(queue()).state == EmailState.SENT
    assert "metadata" not in mail.outbox[0].anymail_test_params


def test_a_backend_that_sends_nothing_is_no_success(settings):
    from anymail.exceptions import AnymailCancelSend
    from anymail.signals import pre_send

    def cancel(sender, **kwargs):
        raise AnymailCancelSend

    send_by(settings, ANYMAIL)
    pre_send.connect(cancel)
    try:
        assert drained(queue()).state == EmailState.PARKED
    finally:
        pre_send.disconnect(cancel)


def test_a_backend_that_does_not_exist_is_tried_again(settings):
    send_by(settings, "no.such.Backend")
    assert drained(queue()).state == EmailState.WAITING


def test_a_domain_in_other_letters_is_written_as_mail_servers_read_it(server):
    """Punycode (RFC 5891): most servers take nothing else."""
    customer = customer_factory(email="kim@\u0645\u062b\u0627\u0644.example")
    order = order_factory(items=1, customer=customer)
    shop = "b\u00fccher.example"
    PortalSettings.objects.update(email=f"laden@{shop}", sender=f"post@{shop}")
    assert drained(queue(link_factory(order))).state == EmailState.SENT
    said = " ".join(server.asked)
    assert "MAIL FROM:<POST@XN--BCHER-KVA.EXAMPLE>" in said
    assert "RCPT TO:<KIM@XN--MGBH0FB.EXAMPLE>" in said
    assert "xn--bcher-kva.example" in server.letters[0]["Reply-To"]


def test_so_is_the_host_of_the_site_in_the_message_id(server):
    link = link_factory(order_factory(items=1))
    Site.objects.filter(pk=link.document.site_id).update(hostname="b\u00fccher.example")
    link.document.site.refresh_from_db()
    email = drained(queue(link))
    assert email.message_id.endswith("@xn--bcher-kva.example>")
    assert server.letters[0]["Message-ID"] == email.message_id


@pytest.mark.parametrize("address", ["kim@b\u00fccher.example", "kim@xn--bcher-kva.example"])
def test_staff_may_write_either(address):
    order = order_factory(items=1)
    customer = order.customer
    type(customer).objects.filter(pk=customer.pk).update(email=address)
    (email,) = sending.send_document(
        order, recipients=[type(customer).objects.get()], subject="Here", text="It is"
    )
    assert email.recipient.email == address

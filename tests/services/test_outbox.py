"""Each email once, in order, to today's address, and never before what it tells about is saved."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from portal_plugin.models import Contact, OutgoingEmail, SalesDocument, statistics
from portal_plugin.services import links, mail_delivery, notifications, outbox
from portal_plugin.statuses import EmailState

from .. import clocks
from ..factories import (
    approve,
    customer_factory,
    estimate_factory,
    link_factory,
    order_factory,
    site_factory,
    user_factory,
)
from ..mailing import ANYMAIL, send_by

pytestmark = pytest.mark.django_db

TOKEN = re.compile(r"/portal/l/([\w-]{43})/")


@pytest.fixture(autouse=True)
def _anymail(settings):
    send_by(settings, ANYMAIL)


@pytest.fixture
def order():
    return order_factory(items=2)


@pytest.fixture
def link(order):
    return link_factory(order)


def queue(link, kind="link", **values):
    document = link.document
    return outbox.queue(kind=kind, site=document.site, document=document, link=link, **values)


def comment(link, text, **values):
    facts = {"happenings": [{"kind": "news_comment", "text": text}]}
    return queue(link, "news_comment", facts=facts, delay=True, **values)


def make_due(*emails):
    now = timezone.now() - timedelta(seconds=1)
    OutgoingEmail.objects.filter(pk__in=[e.pk for e in emails]).update(not_before=now)


def states():
    return list(OutgoingEmail.objects.order_by("pk").values_list("state", flat=True))


def test_nothing_goes_out_after_a_rollback(link):
    with transaction.atomic():
        queue(link)
        transaction.set_rollback(True)
    assert outbox.drain() == 0
    assert mail.outbox == []


def test_an_email_has_text_and_html_with_the_same_way_in(link):
    queue(link)
    assert outbox.drain() == 1
    message = mail.outbox[0]
    html = message.alternatives[0][0]
    assert TOKEN.findall(message.body) == TOKEN.findall(html)
    assert links.by_token(TOKEN.findall(message.body)[0]) == link


def test_it_comes_from_the_shop_and_answers_go_to_the_shop(link):
    queue(link)
    outbox.drain()
    message = mail.outbox[0]
    assert message.from_email == '"Northline Signs" <hello@northline.example>'
    assert message.reply_to == ["shop@northline.example"]


def test_the_row_keeps_the_providers_id_the_address_and_our_message_id(link):
    email = queue(link)
    outbox.drain()
    email.refresh_from_db()
    assert (email.state, email.provider_id) == (EmailState.SENT, "0")
    assert email.address == link.recipient.email
    assert mail.outbox[0].extra_headers["Message-ID"] == email.message_id
    assert mail.outbox[0].anymail_test_params["metadata"] == {"portal_email": email.message_id}


def test_no_table_holds_a_token(link, caplog):
    queue(link)
    outbox.drain()
    token = TOKEN.findall(mail.outbox[0].body)[0]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            assert token not in repr(cursor.fetchall()), table
    assert token not in caplog.text


def test_a_failed_letter_leaves_no_token_in_the_row_or_the_log(link, caplog, monkeypatch):
    seen = []

    def fail(letter):
        seen.extend(TOKEN.findall(letter.text))
        raise RuntimeError(letter.text)

    monkeypatch.setattr(mail_delivery.mailer, "send", fail)
    email = queue(link)
    outbox.drain()
    email.refresh_from_db()
    assert seen
    assert seen[0] not in email.error + caplog.text


# -- who gets it ----------------------------------------------------------------------------------


def test_todays_address_of_the_customer_is_used(link):
    queue(link)
    customer = link.recipient.customer
    customer.email = "new@example.org"
    customer.save()
    outbox.drain()
    assert mail.outbox[0].recipients() == [f'"{customer.name}" <new@example.org>']


def test_todays_address_of_the_contact_is_used(order):
    contact = Contact.objects.create(customer=order.customer, name="Ann", email="ann@example.org")
    queue(link_factory(order, contact=contact))
    Contact.objects.filter(pk=contact.pk).update(email="ann@new.example")
    outbox.drain()
    assert mail.outbox[0].to == ['"Ann" <ann@new.example>']


@pytest.mark.parametrize("how", ["deleted", "without address"])
def test_a_contact_that_cannot_be_written_to_gets_nothing(order, how):
    contact = Contact.objects.create(customer=order.customer, name="Ann", email="ann@example.org")
    queue(link_factory(order, contact=contact))
    if how == "deleted":
        contact.delete()
    else:
        Contact.objects.filter(pk=contact.pk).update(email="")
    outbox.drain()
    assert mail.outbox == []
    assert states() == [EmailState.WITHHELD]


def test_a_stopped_link_gets_nothing(link):
    email = queue(link)
    links.revoke(link)
    outbox.drain()
    email.refresh_from_db()
    assert (email.state, mail.outbox) == (EmailState.WITHHELD, [])
    assert "stopped" in email.error


def test_a_document_that_is_not_out_reaches_nobody(link):
    queue(link)
    SalesDocument.objects.filter(pk=link.document_id).update(live=False)
    outbox.drain()
    assert states() == [EmailState.WITHHELD]


def test_staff_get_no_way_in_for_customers(order, link):
    staff = user_factory()
    outbox.queue(kind="copy", site=order.site, document=order, staff=staff)
    notifications.customer_acted(order, "comment", link=link, facts={"text": "Hello"})
    OutgoingEmail.objects.exclude(link=None).delete()
    outbox.drain()
    assert len(mail.outbox) == 2
    for message in mail.outbox:
        told = message.body + message.alternatives[0][0]
        assert "/portal/l/" not in told
        assert "/portal/d/" not in told
        assert "http://127.0.0.1:8000/admin/" in message.body


def test_the_shop_is_led_to_the_order_that_an_estimate_became():
    """The email names the order; at the estimate nothing is left to answer."""
    estimate = approve(estimate_factory(items=1))
    OutgoingEmail.objects.all().delete()
    outbox.queue(kind="staff_comment", site=estimate.site, document=estimate, staff=user_factory())
    outbox.drain()
    address = reverse("portal_admin:overview", args=[estimate.resulting_order.pk])
    assert address in mail.outbox[0].body


def test_a_name_cannot_add_a_header(order):
    order.customer.name = 'Eve"\r\nBcc: all@example.org'
    order.customer.save()
    queue(link_factory(order), subject="Hi\r\nBcc: all@example.org")
    outbox.drain()
    message = mail.outbox[0]
    assert message.subject == "Hi Bcc: all@example.org"
    assert not message.message()["Bcc"]
    assert len(message.recipients()) == 1


# -- one after the other --------------------------------------------------------------------------


def test_a_leased_email_is_not_leased_again(link):
    queue(link)
    assert outbox.claim() is not None
    assert outbox.claim() is None


@pytest.mark.parametrize("minutes", [-20, 20])
def test_workers_whose_clocks_differ_lease_by_the_databases(link, minutes):
    queue(link)
    with clocks.wrong_by(minutes):
        assert outbox.claim() is not None
        assert outbox.claim() is None
    assert outbox.claim() is None
    assert OutgoingEmail.objects.get().lease_until <= timezone.now() + outbox.LEASE


def test_what_a_dead_worker_held_goes_out_with_the_same_message_id(link):
    email = queue(link)
    outbox.claim()
    OutgoingEmail.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert outbox.drain() == 1
    assert mail.outbox[0].extra_headers["Message-ID"] == email.message_id


def test_an_email_that_kills_its_worker_again_and_again_is_parked(link):
    queue(link)
    for _ in range(mail_delivery.MAX_ATTEMPTS):
        assert outbox.claim() is not None
        OutgoingEmail.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    outbox.drain()
    assert states() == [EmailState.PARKED]


def test_a_later_email_waits_for_the_earlier_one_of_its_thread(link):
    first, other = queue(link), queue(link_factory(order_factory()))
    queue(link)
    OutgoingEmail.objects.filter(pk=first.pk).update(
        attempts=1, not_before=timezone.now() + timedelta(minutes=1)
    )
    assert outbox.drain() == 1
    other.refresh_from_db()
    assert states() == [EmailState.WAITING, EmailState.SENT, EmailState.WAITING]


@pytest.mark.only_on("sqlite")
def test_emails_leave_where_the_database_knows_how_many_there_are(link):
    """From then on SQLite 3.40 finds a way through the index on which it loses the bound."""
    sent = queue(link)
    outbox.drain()
    OutgoingEmail.objects.bulk_create(
        OutgoingEmail(
            site=sent.site,
            document=sent.document,
            state=EmailState.SENT,
            thread=f"{number} recipient {number}",
            message_id=f"<{number}@northline.example>",
            not_before=sent.not_before,
        )
        for number in range(1000, 2000)
    )
    assert OutgoingEmail._meta.db_table in statistics.refresh()
    first, second = queue(link), queue(link)
    claimed = outbox.claim()
    assert [claimed, outbox.claim()] == [first, None]
    mail_delivery.deliver(claimed)
    assert outbox.claim() == second


def test_a_receipt_overtakes_what_waits_for_company(link, settings):
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "BUNDLE_SECONDS": 120}
    comment(link, "Hello")
    queue(link, "receipt_approve")
    assert outbox.drain() == 1
    assert states() == [EmailState.WAITING, EmailState.SENT]


def test_a_shop_that_sends_to_thousands_holds_up_no_other(monkeypatch):
    many = [queue(link_factory(order_factory(items=1))) for _n in range(5)]
    other = queue(link_factory(order_factory(items=1, site=site_factory("shop-b.localhost"))))
    left = iter([True, True, False])
    monkeypatch.setattr(outbox.work, "time_left", lambda: next(left))
    assert outbox.drain() == 2
    other.refresh_from_db()
    many[0].refresh_from_db()
    assert [many[0].state, other.state] == [EmailState.SENT, EmailState.SENT]
    monkeypatch.setattr(outbox.work, "time_left", lambda: True)
    assert outbox.drain() == 4


# -- several become one ---------------------------------------------------------------------------


def test_three_messages_within_two_minutes_are_one_email(link, settings):
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "BUNDLE_SECONDS": 120}
    emails = [comment(link, text) for text in ("One.", "Two.", "Three.")]
    assert outbox.drain() == 0
    make_due(emails[0])
    assert outbox.drain() == 1
    body = mail.outbox[0].body
    assert body.index("One.") < body.index("Two.") < body.index("Three.")
    assert "3 updates" in mail.outbox[0].subject
    assert states() == [EmailState.SENT, EmailState.WITHHELD, EmailState.WITHHELD]


def test_another_persons_or_documents_email_stays_its_own(order, link):
    someone = link_factory(order, name="Someone", email=order.customer.email)
    other = link_factory(order_factory(customer=customer_factory()))
    for each in (link, someone, other):
        comment(each, "Hello")
    assert outbox.drain() == 3


def test_what_staff_wrote_themselves_is_never_absorbed(link):
    comment(link, "Hello")
    queue(link, text="Dear Mr Smith, the estimate.")
    assert outbox.drain() == 2

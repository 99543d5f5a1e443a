"""Who is told what: a receipt for whoever did it, news for all with a way in, a notice to staff."""

import pytest

from portal_plugin.models import (
    Comment,
    Contact,
    DirectLink,
    OutgoingEmail,
    PortalSettings,
    Submission,
)
from portal_plugin.services import converting, links, notifications, sending

from ..factories import estimate_factory, fresh, link_factory, order_factory, user_factory

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]


@pytest.fixture(scope="module")
def made(make_once):
    return make_once(lambda: order_factory(items=2))


@pytest.fixture
def order(made):
    return fresh(made)


@pytest.fixture
def link(order):
    return link_factory(order)


def told():
    """Kind, and who: the recipient's name, the staff's name, or the mailbox."""
    return [
        (
            email.kind,
            email.recipient.name
            if email.recipient
            else email.staff.get_full_name()
            if email.staff
            else email.address,
        )
        for email in OutgoingEmail.objects.order_by("pk")
    ]


def test_a_customer_gets_a_receipt_and_the_mailbox_a_notice(order, link):
    notifications.customer_acted(order, "approve", link=link)
    assert told() == [
        ("receipt_approve", link.recipient.name),
        ("staff_approve", "office@northline.example"),
    ]


def test_the_receipt_goes_to_whoever_did_it_alone(order, link):
    link_factory(order, name="The boss", email="boss@example.org")
    notifications.customer_acted(order, "comment", link=link)
    assert [who for kind, who in told() if kind == "receipt_comment"] == [link.recipient.name]


def test_the_responsible_person_is_told_instead_of_the_mailbox(order, link):
    order.responsible = user_factory(first_name="Ann", last_name="Lee")
    notifications.customer_acted(order, "comment", link=link)
    assert told()[-1] == ("staff_comment", "Ann Lee")


@pytest.mark.parametrize("values", [{"is_active": False}, {"email": ""}])
def test_a_person_who_cannot_be_reached_is_replaced_by_the_mailbox(order, link, values):
    order.responsible = user_factory(**values)
    notifications.customer_acted(order, "comment", link=link)
    assert told()[-1] == ("staff_comment", "office@northline.example")


def test_without_a_person_and_a_mailbox_nobody_is_told(order, link):
    PortalSettings.objects.update(mailbox="")
    notifications.customer_acted(order, "comment", link=link)
    assert [kind for kind, _ in told()] == ["receipt_comment"]


def test_staff_are_told_in_the_language_of_their_admin(order, link):
    from wagtail.users.models import UserProfile

    user = user_factory()
    UserProfile.objects.create(user=user, preferred_language="de")
    order.responsible = user
    notifications.customer_acted(order, "comment", link=link)
    assert OutgoingEmail.objects.get(kind="staff_comment").language == "de"


def test_customers_are_told_in_the_documents_language(link):
    link.document.language = "ar"
    notifications.shop_acted(link.document, "comment")
    assert OutgoingEmail.objects.get().language == "ar"


@pytest.mark.parametrize("verb", ["pay", "pdf", "download"])
def test_looking_and_opening_the_card_form_are_no_news(order, link, verb):
    assert notifications.customer_acted(order, verb, link=link) == []


def test_news_go_to_everybody_with_a_usable_link(order, link):
    boss = link_factory(order, name="The boss", email="boss@example.org")
    links.revoke(link_factory(order, name="Gone", email="gone@example.org"))
    notifications.shop_acted(order, "proof")
    assert {who for _, who in told()} == {link.recipient.name, boss.recipient.name}


def test_news_of_an_order_reach_those_who_hold_the_estimates_link():
    estimate = estimate_factory(items=1)
    link = link_factory(estimate)
    submission = Submission.objects.create(
        document_id=estimate.pk,
        client_key="7b0c6d3e-8f5a-4f0e-9b36-2b8f3a1c9d10",
        action="approve",
        link=link,
    )
    from portal_plugin.services import deciding

    standing = estimate.standing
    hashes = {key: item.item_hash for key, item in standing.items.items()}
    deciding.decide(estimate, list(hashes), "approve", submission=submission, hashes=hashes)
    order = converting.convert(estimate)
    notifications.shop_acted(order, "version")
    assert told() == [("news_version", link.recipient.name)]


def test_what_staff_recorded_is_confirmed_to_everybody_with_a_link(order, link):
    notifications.customer_acted(order, "approve", link=None)
    assert ("receipt_approve", link.recipient.name) in told()


def test_decisions_and_payments_are_told_at_once_and_messages_wait(order, link, settings):
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "BUNDLE_SECONDS": 120}
    for verb in ("approve", "decline", "payment", "comment", "upload"):
        notifications.customer_acted(order, verb, link=link)
    receipts = OutgoingEmail.objects.filter(kind__startswith="receipt_").order_by("pk")
    waits = [round((e.not_before - e.created_at).total_seconds()) for e in receipts]
    assert waits == [0, 0, 0, 120, 120]


def test_no_personal_words_are_copied_into_the_row(order, link):
    submission = Submission.objects.create(
        document_id=order.pk,
        client_key="7b0c6d3e-8f5a-4f0e-9b36-2b8f3a1c9d11",
        action="comment",
        link=link,
        name="Ann",
    )
    Comment.objects.create(document_id=order.pk, text="A secret", link=link, submission=submission)
    notifications.customer_acted(order, "comment", link=link, submission=submission)
    assert "A secret" not in repr(list(OutgoingEmail.objects.values_list("facts", flat=True)))


def test_whether_anybody_is_reached_asks_the_same_for_one_person_and_for_many(
    order, django_assert_num_queries
):
    for number in range(5):
        link_factory(order, name=f"Kim {number}", email=f"kim{number}@example.org")
        with django_assert_num_queries(2):
            assert not notifications.reaches_anybody(type(order).objects.get(pk=order.pk))


@pytest.mark.parametrize("field", ["name", "email"])
@pytest.mark.parametrize("whose", ["contact", "customer"])
def test_who_was_sent_it_again_under_a_corrected_name_or_address_reads_everything_once(
    order, field, whose
):
    person = order.customer
    if whose == "contact":
        person = Contact.objects.create(customer=person, name="Bo", email="bo@acme.example")
    sending.send_document(order, recipients=[person])
    setattr(person, field, "now@acme.example")
    person.save()
    (again,) = sending.send_document(fresh(order), recipients=[person])
    assert DirectLink.objects.count() == 2
    assert [email.link for email in notifications.shop_acted(fresh(order), "cancelled")] == [
        again.link
    ]


def test_of_two_with_one_address_each_reads_it_with_a_link_of_their_own(order, link):
    address = order.customer.email
    contact = Contact.objects.create(customer=order.customer, name="Bo", email=address)
    theirs = link_factory(order, contact=contact)
    told = notifications.shop_acted(order, "cancelled")
    assert {email.link for email in told} == {link, theirs}

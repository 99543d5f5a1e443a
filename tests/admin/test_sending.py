"""The page that sends a document."""

import pytest
from django.urls import reverse

from portal_plugin.admin.sending import sent_sentence
from portal_plugin.exceptions import NotAvailable
from portal_plugin.models import Contact, DirectLink, OutgoingEmail, PortalSettings
from portal_plugin.services import sending
from tests.factories import customer_factory, estimate_factory, link_factory, publish

from . import pages

pytestmark = pytest.mark.django_db


def send_url(document, name="send"):
    return reverse(f"portal_admin:{name}", args=[document.pk])


@pytest.fixture
def document(only_site):
    customer = customer_factory(name="Bakery", email="bakery@example.org")
    Contact.objects.create(customer=customer, name="Kim", email="kim@example.org")
    Contact.objects.create(
        customer=customer, name="Lee", email="lee@example.org", gets_documents=False
    )
    Contact.objects.create(customer=customer, name="No address")
    return estimate_factory(customer=customer)


def test_customer_and_contacts_are_offered(client, boss, document):
    form = client.get(send_url(document)).context["form"]
    offered = [label for _key, label in form.fields["recipients"].choices]
    assert offered == [
        "<span><bdi>Bakery</bdi> <bdi>&lt;bakery@example.org&gt;</bdi></span>",
        "<span><bdi>Kim</bdi> <bdi>&lt;kim@example.org&gt;</bdi></span>",
        "<span><bdi>Lee</bdi> <bdi>&lt;lee@example.org&gt;</bdi></span>",
    ]
    assert len(form.initial["recipients"]) == 2
    assert form.initial["subject"].startswith("Estimate")


def test_it_is_sent_to_those_ticked(client, boss, document):
    kim = Contact.objects.get(name="Kim")
    data = {"recipients": ["customer", f"contact-{kim.pk}"], "subject": "Hi", "text": "Here it is"}
    response = client.post(send_url(document), data, follow=True)
    emails = OutgoingEmail.objects.filter(kind="link")
    assert {email.link.recipient.email for email in emails} == {
        "bakery@example.org",
        "kim@example.org",
    }
    assert {email.written_text for email in emails} == {"Here it is"}
    said = response.content.decode().replace("\u2068", "").replace("\u2069", "")
    assert f"Sent to {document.customer.name}, Kim at" in said


def test_of_many_only_their_number_is_said(document):
    links = [link_factory(document, name=f"Kim {n}", email=f"kim{n}@example.org") for n in range(4)]
    emails = [OutgoingEmail(recipient=link.recipient) for link in links]
    assert "Sent to 4 people at" in sent_sentence(emails)


def test_a_copy_to_me_has_no_way_in(client, boss, document):
    data = {"recipients": ["customer"], "copy_to_me": "on"}
    client.post(send_url(document), data)
    copy = OutgoingEmail.objects.get(kind="copy")
    assert (copy.staff, copy.link) == (boss, None)


def test_nobody_ticked_is_refused(client, boss, document):
    response = client.post(send_url(document), {"subject": "Hi"})
    assert response.context["form"].errors["recipients"]
    assert not DirectLink.objects.exists()


def test_a_stranger_cannot_be_ticked(client, boss, document):
    other = Contact.objects.create(customer=customer_factory(), name="X", email="x@example.org")
    client.post(send_url(document), {"recipients": [f"contact-{other.pk}"]})
    assert not OutgoingEmail.objects.exists()


def test_the_pdf_is_attached_where_the_shop_says_so(client, boss, document):
    PortalSettings.objects.update(attaches_pdf=True)
    assert client.get(send_url(document)).context["form"].initial["attach_pdf"]
    client.post(send_url(document), {"recipients": ["customer"], "attach_pdf": "on"})
    assert OutgoingEmail.objects.get().attaches_pdf


def test_the_email_shows_what_is_typed_and_makes_nothing(client, boss, document):
    response = client.post(send_url(document, "email_preview"), {"text": "Dear Kim, <b>here</b>"})
    page = response.content.decode()
    assert "Dear Kim, &lt;b&gt;here&lt;/b&gt;" in page
    assert not DirectLink.objects.exists()
    assert not OutgoingEmail.objects.exists()


def test_a_draft_cannot_be_sent(client, boss):
    document = estimate_factory(published=False)
    response = client.get(send_url(document), follow=True)
    assert "Publish the document first." in response.content.decode()


def test_a_customer_without_an_address_says_so(client, boss):
    document = estimate_factory(customer=customer_factory(email=""))
    assert "no email address" in client.get(send_url(document)).content.decode()


def test_editors_may_not_send(client, staff_of, document):
    staff_of(group="Portal editors")
    client.post(send_url(document), {"recipients": ["customer"]})
    assert not OutgoingEmail.objects.exists()


def test_publishing_leads_here_and_sends_nothing_by_itself(client, boss, document):
    data = pages.document(
        document.customer, pages.rows_of(document), 3, **{"action-publish": "send"}
    )
    response = client.post(pages.url(type(document), "edit", document.pk), data)
    assert response.url == send_url(document)
    assert not OutgoingEmail.objects.exists()


def test_a_page_that_was_opened_before_the_newest_version_sends_nothing(client, boss, document):
    shown = client.get(send_url(document)).context["form"].initial["version"]
    publish(document)
    data = {"recipients": ["customer"], "text": "Here it is", "version": shown}
    response = client.post(send_url(document), data)
    page = response.content.decode()
    assert "A newer version went out" in page
    assert "Here it is" in page
    assert not OutgoingEmail.objects.exists()
    data["version"] = response.context["form"]["version"].value()
    client.post(send_url(document), data)
    assert OutgoingEmail.objects.count() == 1


def test_who_cannot_be_reached_is_named_and_not_offered(client, boss, document):
    Contact.objects.filter(name="Kim").update(email="kim@nowhere")
    page = client.get(send_url(document))
    assert len(page.context["form"].fields["recipients"].choices) == 2
    assert "“kim@nowhere” of Kim is not a valid email address." in page.content.decode()
    assert "No address has no email address." in page.content.decode()


def test_a_wrong_address_is_refused_with_nothing_sent(document, boss):
    kim = Contact(name="Kim", email="kim@nowhere", customer=document.customer)
    with pytest.raises(NotAvailable, match="not a valid email address"):
        sending.send_document(document, recipients=[document.customer, kim], user=boss)
    assert not OutgoingEmail.objects.exists()
    assert not DirectLink.objects.exists()


def test_it_says_what_changed_since_the_last_one(client, boss, document):
    assert "Changed since" not in client.get(send_url(document)).content.decode()
    client.post(send_url(document), {"recipients": ["customer"]})
    rows = document.lines
    rows[0].name = "Renamed"
    document.line_items = rows
    publish(document)
    page = client.get(send_url(document)).content.decode()
    assert "Changed: Renamed (item)" in page


@pytest.mark.parametrize("field", ["name", "email"])
def test_who_may_only_look_keeps_that_when_their_name_or_address_is_corrected(
    client, boss, document, field
):
    kim = Contact.objects.get(name="Kim")
    sending.send_document(document, recipients=[kim], roles={kim: "look"})
    Contact.objects.filter(pk=kim.pk).update(**{field: "kim@now.example"})
    form = client.get(send_url(document)).context["form"]
    assert form.initial["recipients"] == [f"contact-{kim.pk}"]
    assert form.fields[f"role_contact-{kim.pk}"].initial == "look"

"""A person is erased while an email to them is on its way, or before it comes back."""

import pytest

from portal_plugin.gateways import mailer
from portal_plugin.models import Contact, OutgoingEmail
from portal_plugin.services import erasing, mail_delivery, mail_tracking, outbox, sending
from portal_plugin.statuses import EmailState
from tests import factories

from .test_erasing import everything

pytestmark = pytest.mark.django_db
EMAIL = "zuleika@ferry.example"
BOUNCE = f"550 5.1.1 <{EMAIL}>: unknown"


@pytest.fixture
def email():
    """Leased by a worker."""
    customer = factories.customer_factory()
    contact = Contact.objects.create(customer=customer, name="Zuleika", email=EMAIL)
    document = factories.estimate_factory(items=1, customer=customer)
    sending.send_document(document, recipients=[contact], subject="Hello", text="Here it is")
    return outbox.claim()


def erase():
    erasing.erase(erasing.by_email(EMAIL))


def test_what_was_on_its_way_brings_no_address_back(email):
    erase()
    assert mail_delivery.deliver(email) is mail_delivery.Outcome.SENT
    assert EMAIL not in everything()


def test_nor_does_what_goes_out_between_the_documents_and_the_person(email, monkeypatch):
    also_answered = erasing._also_answered

    def just_before(link):
        mail_delivery.deliver(email)
        return also_answered(link)

    monkeypatch.setattr(erasing, "_also_answered", just_before)
    erase()
    assert OutgoingEmail.objects.get(pk=email.pk).state == EmailState.SENT
    assert EMAIL not in everything()


@pytest.mark.parametrize("error", [mailer.Refused(BOUNCE), mailer.TryLater(BOUNCE)])
def test_nor_does_a_mail_server_that_quotes_it(email, monkeypatch, error):
    def refuse(letter):
        raise error

    monkeypatch.setattr(mailer, "send", refuse)
    erase()
    mail_delivery.deliver(email)
    assert EMAIL not in everything()


def test_nor_does_one_that_comes_back(email):
    mail_delivery.deliver(email)
    erase()
    assert mail_tracking.record("bounced", message_id=email.message_id, reason=BOUNCE)
    assert OutgoingEmail.objects.get(pk=email.pk).state == EmailState.BOUNCED
    assert EMAIL not in everything()


def test_of_who_was_not_erased_it_is_told_why_one_came_back(email):
    mail_delivery.deliver(email)
    mail_tracking.record("bounced", message_id=email.message_id, reason=BOUNCE)
    row = OutgoingEmail.objects.get(pk=email.pk)
    assert (row.error, row.address) == (BOUNCE, EMAIL)


def test_what_waited_says_why_it_stays(email):
    OutgoingEmail.objects.update(state=EmailState.WAITING)
    erase()
    assert OutgoingEmail.objects.get(pk=email.pk).error == "The person was erased."

"""A person is erased: nothing of them can be read any more, and every history still holds."""

from copy import copy
from datetime import timedelta
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal_plugin import registry
from portal_plugin.actions import resuming
from portal_plugin.models import (
    Comment,
    Contact,
    DirectLink,
    Estimate,
    LinkToken,
    OutgoingEmail,
    PersonalSalt,
    Recipient,
    RenderedPdf,
    Submission,
)
from portal_plugin.models.documents import lock
from portal_plugin.services import erasing, outbox, pdfs, sending
from portal_plugin.services.evidence import verifying
from portal_plugin.services.presentation.receipt import receipt_view
from portal_plugin.services.visits import Visit
from portal_plugin.statuses import WorkState
from tests import factories
from tests.actions.test_roles import run
from tests.entering import enter
from tests.filling import filled, url_of

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]
NAME, EMAIL = "Zuleika Ferrywoman", "zuleika@ferry.example"
PHONE = "Zuleika's phone"


@pytest.fixture(scope="module")
def made(make_once):
    """Whom it is about, the estimate and their browser."""
    return make_once(_made)


@pytest.fixture
def contact(made):
    return factories.fresh(made[0])


@pytest.fixture
def estimate(client, made):
    """Sent to the contact, who approves an item and writes."""
    client.cookies = copy(made[2].cookies)
    return factories.fresh(made[1])


def _made():
    client = Client(headers={"user-agent": PHONE})
    customer = factories.customer_factory(name="Ferry Ltd", email="info@ferry.example")
    contact = Contact.objects.create(customer=customer, name=NAME, email=EMAIL)
    estimate = factories.estimate_factory(items=2, customer=customer)
    (email,) = sending.send_document(
        estimate,
        recipients=[contact],
        subject=f"For {NAME}",
        text=f"Hello {NAME}",
        user=factories.user_factory(),
    )
    outbox.drain()
    enter(client, estimate, link=email.link)
    for name, key, values in (
        ("approve", estimate.lines[0].key, {"accept_terms": "on"}),
        ("comment", "", {"text": "When?"}),
    ):
        url = url_of(estimate, name, key)
        assert client.post(url, filled(client, url, **values)).status_code == 303
    pdfs.drain()
    return contact, estimate, client


def everything():
    """All rows of ours in words."""
    models = apps.get_app_config("portal_plugin").get_models()
    return repr([list(model.objects.values()) for model in models])


def test_nothing_of_them_is_left_and_the_history_holds(estimate):
    before = everything()
    assert all(word in before for word in (NAME, EMAIL, repr(PHONE)))
    erasing.erase(erasing.by_email(EMAIL.upper()))
    left = everything()
    assert not [word for word in (NAME, EMAIL, repr(PHONE)) if word in left]
    assert next(verifying.faults(Estimate.objects.get()), None) is None
    assert not PersonalSalt.objects.exists()
    assert not LinkToken.objects.exists()
    assert Submission.objects.filter(address=None, user_agent="").count() == 2


def test_neither_is_their_name_with_a_link_to_a_file_or_in_what_others_read():
    name, email = "Ottoline Bargewoman", "ottoline@barge.example"
    site = factories.site_factory(lets_invite=True)
    document = factories.estimate_factory(items=1, site=site, approvals_needed="all")
    kim = factories.link_factory(document, name="Kim", email="kim@example.org")
    run(document, kim, "invite", name=name, email=email, role="approve")
    theirs = DirectLink.objects.get(recipient__email=email)
    run(document, theirs, "send_link", url="https://files.example.org/a")
    phone = {"address": "203.0.113.77", "user_agent": "Ottoline's phone"}
    resuming.begin(Visit(lock(document), theirs, **phone), client_key=uuid4(), name="a.pdf", size=9)
    approval = registry.action("approve")(Visit(lock(document), kim), document.lines[0].key)
    hidden = {field.name: field.value() or "" for field in approval.form().hidden_fields()}
    approval.run(hidden | {"accept_terms": "on"})
    assert everything().count(name) >= 4
    erasing.erase(erasing.by_email(email))
    left = everything()
    assert not [word for word in (name, email, *phone.values()) if word in left]


def test_what_was_agreed_stays(estimate):
    erasing.erase(erasing.by_email(EMAIL))
    fresh = Estimate.objects.get()
    assert fresh.standing.items[fresh.lines[0].key].state == "approved"
    assert Comment.objects.get().text == "When?"
    view = receipt_view(Submission.objects.get(action="approve"))
    assert view.who == "The customer"


def test_the_receipt_is_drawn_anew_without_the_name(estimate):
    before = RenderedPdf.objects.get(kind="receipt")
    erasing.erase(erasing.by_email(EMAIL))
    pdfs.drain()
    after = RenderedPdf.objects.get(kind="receipt")
    assert after.state == WorkState.READY
    assert after.file_hash != before.file_hash


def test_the_way_in_is_closed_for_good(client, estimate):
    erasing.erase(erasing.by_email(EMAIL))
    assert not DirectLink.objects.usable().exists()
    assert client.get(f"/portal/d/{estimate.public_id}/").status_code == 404


def test_broken_off_in_the_middle_it_goes_on_where_it_was(estimate, contact, monkeypatch):
    other = factories.estimate_factory(items=1, customer=contact.customer)
    factories.link_factory(other, contact=contact)
    done = []

    def gone(document, *args, **kwargs):
        if done:
            raise OperationalError("the database is gone")
        done.append(document)
        return record(document, *args, **kwargs)

    record = erasing.activity.record
    with monkeypatch.context() as patched:
        patched.setattr(erasing.activity, "record", gone)
        with pytest.raises(OperationalError):
            erasing.erase(erasing.by_email(EMAIL))
    # Who it was is still known, so that the rest can be found.
    erasing.erase(erasing.by_email(EMAIL))
    left = everything()
    assert NAME not in left
    assert EMAIL not in left
    assert not PersonalSalt.objects.exists()
    for document in (estimate, other):
        assert next(verifying.faults(type(document).objects.get(pk=document.pk)), None) is None


def test_a_storage_that_is_away_keeps_nobody_from_being_erased(
    estimate, monkeypatch, django_capture_on_commit_callbacks
):
    asked = []

    def away(self, name):
        asked.append(name)
        raise OSError("nobody there")

    storage = RenderedPdf.objects.exclude(submission=None).get().file.storage
    monkeypatch.setattr(type(storage), "delete", away)
    with django_capture_on_commit_callbacks(execute=True):
        erasing.erase(erasing.by_email(EMAIL))
    assert asked
    assert NAME not in everything()


def test_others_are_left_alone(estimate, contact):
    factories.link_factory(estimate)
    Contact.objects.create(customer=contact.customer, name="Kim", email="kim@ferry.example")
    erasing.erase(erasing.by_email(EMAIL))
    assert Recipient.objects.filter(erased_at=None).get().email == "info@ferry.example"
    assert DirectLink.objects.usable().count() == 1
    assert Contact.objects.get().name == "Kim"


@pytest.mark.parametrize("email", [EMAIL, "info@ferry.example"])
def test_it_is_said_where_the_customers_own_record_stays(contact, email):
    told = " ".join(map(str, erasing.by_email(email).stays))
    assert ("own record" in told) is (email == contact.customer.email)


def test_whoever_was_never_written_to_is_erased_too(contact):
    email = "kim@ferry.example"
    Contact.objects.create(customer=contact.customer, name="Kim", email=email)
    plan = erasing.by_email(email)
    assert not plan.is_empty
    erasing.erase(plan)
    assert Contact.objects.get() == contact
    assert erasing.by_email(email).is_empty


def test_whoever_is_no_contact_any_more_is_erased_too(estimate):
    Contact.objects.all().delete()
    assert not erasing.by_email(EMAIL).is_empty
    erasing.erase(erasing.by_email(EMAIL))
    assert EMAIL not in everything()


def person_of(host):
    """Somebody of the same address, whom the shop of ``host`` knows."""
    site = factories.site_factory(host)
    customer = factories.customer_factory(site=site, name=f"Of {host}", email="x@example.org")
    contact = Contact.objects.create(customer=customer, name=NAME, email=EMAIL)
    document = factories.estimate_factory(items=1, site=site, customer=customer)
    return site, factories.link_factory(document, contact=contact)


def test_of_one_site_alone_nobody_of_another_is_erased(estimate):
    site, theirs = person_of("other.example")
    erasing.erase(erasing.by_email(EMAIL, site))
    assert list(Contact.objects.values_list("customer__site", flat=True)) == [estimate.site_id]
    assert DirectLink.objects.get(pk=theirs.pk).recipient.erased_at
    assert Recipient.objects.get(erased_at=None, email=EMAIL).site_id == estimate.site_id


def test_by_a_link_the_same_person_of_another_customer_is_not_erased(estimate):
    _site, theirs = person_of("localhost")
    erasing.erase(erasing.by_link(estimate.links.get()))
    assert DirectLink.objects.get(pk=theirs.pk).recipient.erased_at is None
    assert Contact.objects.get().email == EMAIL


def test_what_was_stopped_before_stays_stopped_since_then(estimate):
    then = timezone.now() - timedelta(days=3)
    DirectLink.objects.update(revoked_at=then)
    erasing.erase(erasing.by_email(EMAIL))
    assert DirectLink.objects.get().revoked_at == then


def test_what_was_sent_stays_sent_and_what_waits_is_withheld(estimate):
    link = DirectLink.objects.get()
    left = {}
    for state, then in (("waiting", "withheld"), ("sent", "sent")):
        row = OutgoingEmail.objects.filter(link=link).first()
        row.pk, row.state, row.message_id = None, state, f"{uuid4()}"
        row.save(force_insert=True)
        left[row.pk] = then
    erasing.erase(erasing.by_email(EMAIL))
    found = OutgoingEmail.objects.filter(pk__in=left)
    assert dict(found.values_list("pk", "state")) == left


def test_an_order_that_the_same_link_answered_forgets_them_too(estimate):
    """With their receipts and their words; nothing that others sent there."""
    link = DirectLink.objects.get()
    order = factories.order_factory(items=1, family=estimate.family, ancestors=[estimate.pk])
    other = factories.link_factory(order, name="Kim", email="kim@example.org")
    for sender in (link, other):
        run(order, sender, "comment", text="When?")
    erasing.erase(erasing.by_email(EMAIL))
    assert NAME not in everything()
    assert order.submissions.get(link=other).name == "Kim"
    assert order.activities.filter(verb="erased").count() == 1
    assert next(verifying.faults(lock(order)), None) is None


def test_the_command_first_says_what_goes_and_stays(estimate, capsys):
    before = everything()
    call_command("portal_erase", EMAIL)
    said = capsys.readouterr().out
    assert "it is the contract" in said
    assert "Nothing was changed" in said
    assert everything() == before
    call_command("portal_erase", EMAIL, "--yes")
    assert EMAIL not in everything()
    with pytest.raises(CommandError):
        call_command("portal_erase", EMAIL, "--yes")


def test_a_site_alone(estimate):
    factories.site_factory("shop-b.localhost")
    with pytest.raises(CommandError):
        call_command("portal_erase", EMAIL, "--site", "shop-b.localhost", "--yes")
    call_command("portal_erase", EMAIL, "--site", "localhost", "--yes")
    assert EMAIL not in everything()


def test_staff_erase_from_the_overview_with_a_tick(client, estimate):
    client.force_login(factories.user_factory())
    link = DirectLink.objects.get()
    url = reverse("portal_admin:do", args=[estimate.pk, "erase-person"])
    client.post(url, {"link": link.pk})
    assert EMAIL in everything()
    client.post(url, {"link": link.pk, "sure": "yes"})
    assert EMAIL not in everything()
    page = client.get(reverse("portal_admin:overview", args=[estimate.pk])).content.decode()
    assert "Erased person" in page
    assert NAME not in page
    assert OutgoingEmail.objects.exists()

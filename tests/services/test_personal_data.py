"""Whoever asks what is stored about them gets all of it, and nothing about anybody else."""

import io
import json
import zipfile
from decimal import Decimal

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from wagtail.models import GroupSitePermission, Site

from portal_plugin import models
from portal_plugin.models import Activity, Attachment, Contact, DirectLink, Recipient
from portal_plugin.services import erasing, payments, personal_data, persons, sending
from portal_plugin.statuses import FileCheckState
from tests import factories, samples
from tests.entering import enter
from tests.portal.browsing import approve, send

pytestmark = pytest.mark.django_db
NAME, EMAIL = "Zuleika Ferrywoman", "zuleika@ferry.example"

#: Tables that name a person's link, submission or the like, and say nothing of them.
NOTHING_OF_THEM = {
    models.LinkToken: "hashes of secrets",
    models.PersonalSalt: "the key of digests",
    models.SubmissionSalt: "the key of digests",
    models.RenderedPdf: "drawn from what is in it",
    models.Decline: "Stripe's code of a declined card, and no more than the attempt says",
    models.Refund: "of a booking that is in it, written down by staff",
    models.Dispute: "of a booking that is in it, written down by the bank",
}


@pytest.fixture(scope="module")
def made(make_once):
    return make_once(_made)


@pytest.fixture
def contact(made):
    return factories.fresh(made[0])


@pytest.fixture
def order(made):
    """Sent to the contact, who approves, writes and sends a file; a colleague writes, too."""
    return factories.fresh(made[1])


def _made():
    customer = factories.customer_factory(
        name="Ferry Ltd", email="info@ferry.example", notes="Pays late"
    )
    contact = Contact.objects.create(customer=customer, name=NAME, email=EMAIL)
    order = factories.order_factory(items=2, customer=customer)
    client, colleague = Client(), Client()
    enter(colleague, order, factories.link_factory(order, name="Kim", email="kim@ferry.example"))
    send(colleague, order, "comment", text="A word of Kim's")
    enter(client, order, factories.link_factory(order, contact=contact))
    send(client, order, "comment", text="Is blue possible?")
    approve(client, order, order.lines[0])
    send(client, order, "change_request", order.lines[1], text="Larger, please.")
    send(client, order, "upload", files=samples.upload("sketch.png", samples.png()))
    sending.send_document(order, recipients=[contact], subject="Here it is", text="Dear Zuleika")
    return contact, order


def written(person):
    return zipfile.ZipFile(io.BytesIO(b"".join(personal_data.stream(person))))


def told(person):
    return json.loads(written(person).read("person.json"))


def test_of_other_contacts_of_the_customer_nothing_is_in_it(order, contact):
    Contact.objects.create(customer=contact.customer, name="Kim", email="kim@ferry.example")
    assert [row["name"] for row in told(persons.by_email(EMAIL))["contact"]] == [NAME]


def test_what_others_may_open_is_not_in_it(order):
    other = factories.order_factory(items=1)
    factories.link_factory(other, name="Bo", email="bo@example.org")
    found = told(persons.by_email(EMAIL))["salesdocument"]
    assert [row["number"] for row in found] == [order.number]


def test_whatever_they_wrote_and_whatever_was_noted_of_them_is_in_it(order):
    found = told(persons.by_email(EMAIL.upper()))
    words = json.dumps(found)
    for known in (NAME, EMAIL, "Is blue possible?", "Larger, please.", "Dear Zuleika"):
        assert known in words, known
    assert found["decision"][0]["verdict"] == "approve"
    assert found["submission"][0]["address"] == "127.0.0.1"
    assert found["salesdocument"][0]["number"] == order.number
    assert "A1 poster" in found["documentversion"][0]
    assert {row["verb"] for row in found["activity"]} >= {"approve", "comment", "upload"}


def test_nothing_of_a_colleague_or_of_their_employer_is(order):
    words = json.dumps(told(persons.by_email(EMAIL)))
    for foreign in ("Kim", "kim@ferry.example", "A word of Kim's", "Pays late"):
        assert foreign not in words, foreign


def test_of_a_customer_their_record_bookings_and_documents_are_in_it():
    customer = factories.customer_factory(name="Ada", email="ada@example.org", notes="Likes red")
    order = factories.order_factory(items=1, customer=customer)
    payments.record_offline(order, amount=Decimal(7), method="cash")
    factories.order_factory(items=1)
    found = told(persons.by_email("ada@example.org"))
    assert found["customer"][0]["notes"] == "Likes red"
    assert [row["amount"] for row in found["ledgerentry"]] == ["7.0000"]
    assert [row["number"] for row in found["salesdocument"]] == [order.number]


def test_no_secret_is_in_it(order):
    words = json.dumps(told(persons.by_email(EMAIL)))
    secrets = [*models.LinkToken.objects.values_list("token_hash", flat=True)]
    secrets += models.PersonalSalt.objects.values_list("salt", flat=True)
    secrets += models.SubmissionSalt.objects.values_list("salt", flat=True)
    assert len(secrets) >= 3
    assert not [one for one in secrets if one in words]


def test_neither_keys_nor_hashes_of_browsers_and_codes_are_in_it(order):
    link = order.links.get(recipient__email=EMAIL)
    models.EmailCode.objects.create(
        link=link, action="approve", browser="b" * 64, about="a" * 64, code_hash="c" * 64
    )
    found = told(persons.by_email(EMAIL))
    assert found["emailcode"][0]["action"] == "approve"
    assert not {"browser", "about", "code_hash"} & found["emailcode"][0].keys()
    assert not {"hash", "previous_hash"} & found["activity"][0].keys()


def test_of_what_was_never_sent_to_them_there_are_no_words():
    customer = factories.customer_factory(email="ada@example.org")
    draft = factories.estimate_factory(items=1, customer=customer, published=False)
    found = told(persons.by_email("ada@example.org"))
    assert [row["public_id"] for row in found["salesdocument"]] == [draft.public_id]
    assert found["documentversion"] == []


def test_a_file_that_is_not_kept_any_longer_is_not_missed(order):
    Attachment.objects.update(file="")
    assert written(persons.by_email(EMAIL)).namelist() == ["person.json"]


def test_the_files_they_sent_lie_beside_it(order):
    archive = written(persons.by_email(EMAIL))
    assert archive.read("files/sketch.png") == samples.png()
    assert "missing.txt" not in archive.namelist()


def test_a_file_that_is_gone_is_named_and_stops_nothing(order):
    Attachment.objects.update(file="files/of-no-name.png")
    archive = written(persons.by_email(EMAIL))
    assert "sketch.png" in archive.read("missing.txt").decode()
    assert "Is blue possible?" in archive.read("person.json").decode()


def test_a_file_with_a_virus_is_named_and_not_handed_on(order):
    Attachment.objects.update(check_state=FileCheckState.REFUSED)
    archive = written(persons.by_email(EMAIL))
    assert archive.namelist() == ["person.json", "missing.txt"]
    assert "sketch.png: This file did not pass" in archive.read("missing.txt").decode()


def test_of_two_without_an_address_neither_is_the_other_nor_the_customer():
    """Not even where their contacts were deleted, which told them apart."""
    customer = factories.customer_factory(name="Acme", email="", notes="Pays late")
    order = factories.order_factory(items=1, customer=customer)
    own = factories.link_factory(order)
    for name in ("Ann", "Bob"):
        contact = Contact.objects.create(customer=customer, name=name)
        factories.link_factory(order, contact=contact)
    Contact.objects.all().delete()
    ann = persons.by_link(DirectLink.objects.get(recipient__name="Ann"))
    assert [one.name for one in ann.recipients] == ["Ann"]
    assert ann.customers == []
    assert persons.by_link(own).customers == [customer]


def test_who_was_erased_is_nobody_else_without_an_address():
    customer = factories.customer_factory(name="Acme", email="")
    order = factories.order_factory(items=1, customer=customer)
    factories.link_factory(order)
    contact = Contact.objects.create(customer=customer, name="Ann", email="ann@example.org")
    link = factories.link_factory(order, contact=contact)
    erasing.erase(erasing.by_email("ann@example.org"))
    link = DirectLink.objects.get(pk=link.pk)
    assert not persons.by_link(link).is_known
    assert erasing.by_link(link).is_empty


def test_an_address_is_the_same_however_it_was_typed():
    customer = factories.customer_factory(email="Info@acme.example")
    factories.link_factory(factories.order_factory(items=1, customer=customer))
    customer.email = "info@acme.example"
    customer.save()
    link = factories.link_factory(factories.order_factory(items=1, customer=customer))
    assert len(persons.by_link(link).recipients) == 2


def test_no_address_is_nobody_and_not_all_who_have_none():
    customer = factories.customer_factory(email="")
    factories.link_factory(factories.order_factory(items=1, customer=customer))
    for command in ("portal_erase", "portal_person"):
        with pytest.raises(CommandError, match="Nobody here"):
            call_command(command, "")


def test_a_site_alone(order):
    other = factories.site_factory("shop-b.localhost")
    factories.link_factory(factories.order_factory(items=1, site=other), email=EMAIL)
    assert len(persons.by_email(EMAIL).recipients) == 2
    assert [one.site for one in persons.by_email(EMAIL, other).recipients] == [other]


def test_whom_a_customer_invited_is_not_the_customer(order):
    customer = order.customer
    guest = Recipient.objects.create(
        site=order.site, customer=customer, name="Guest", email=customer.email, was_invited=True
    )
    link = DirectLink.objects.create(
        document_id=order.pk, recipient=guest, expires_at="2030-01-01T00:00Z"
    )
    assert persons.by_link(link).customers == []
    assert persons.by_link(factories.link_factory(order)).customers == [customer]


def test_no_table_that_names_a_person_is_forgotten():
    """A new table with a link, a recipient or a submission is either in it, or here with why."""
    told_of = {*personal_data.TO_RECIPIENT, *personal_data.TO_CUSTOMER, *NOTHING_OF_THEM}
    named = {*personal_data.TO_RECIPIENT, Recipient}
    found = {
        model
        for model in apps.get_app_config("portal_plugin").get_models()
        for column in model._meta.concrete_fields
        if column.is_relation and column.related_model in named
    }
    assert found <= told_of, found - told_of


# -- where staff find it ---------------------------------------------------------------------------


def test_the_command_writes_it_once(order, tmp_path):
    target = tmp_path / "person.zip"
    call_command("portal_person", EMAIL, output=str(target))
    assert "person.json" in zipfile.ZipFile(target).namelist()
    with pytest.raises(CommandError, match="there already"):
        call_command("portal_person", EMAIL, output=str(target))
    with pytest.raises(CommandError, match="Nobody here"):
        call_command("portal_person", "nobody@example.org")
    with pytest.raises(CommandError, match="no site"):
        call_command("portal_person", EMAIL, site="elsewhere")


@pytest.mark.parametrize("command", ["portal_person", "portal_erase"])
def test_two_sites_of_one_host_are_told_apart_by_their_ports(order, command):
    other = factories.site_factory("shop-b.localhost")
    Site.objects.filter(pk=other.pk).update(hostname=order.site.hostname, port=8123)
    with pytest.raises(CommandError, match="Several sites"):
        call_command(command, EMAIL, site=order.site.hostname)
    for wrong, told in ((":8123", "Nobody here"), (":9", "no site"), (":x", "no site")):
        with pytest.raises(CommandError, match=told):
            call_command(command, EMAIL, site=order.site.hostname + wrong)


def test_managers_take_it_from_the_overview_and_the_history_says_so(client, order):
    client.force_login(factories.user_factory())
    link = order.links.get(recipient__email=EMAIL)
    overview = client.get(reverse("portal_admin:overview", args=[order.pk])).content.decode()
    url = reverse("portal_admin:do", args=[order.pk, "export-person"])
    assert url in overview
    answer = client.post(url, {"link": link.pk})
    archive = zipfile.ZipFile(io.BytesIO(answer.getvalue()))
    assert "Is blue possible?" in archive.read("person.json").decode()
    assert Activity.objects.filter(verb="person_exported").count() == 1
    overview = client.get(reverse("portal_admin:overview", args=[order.pk])).content.decode()
    assert "took a copy of what is stored about a person" in overview


@pytest.mark.parametrize("verb", ["export-person", "erase-person"])
def test_who_works_with_estimates_alone_gets_at_no_order_by_a_person(client, order, verb):
    """What is about a person is about all that they have access to, and their bookings."""
    payments.record_offline(order, amount=Decimal(7), method="cash", note="A bookkeeper's note")
    estimate = factories.estimate_factory(items=1, customer=order.customer)
    link = factories.link_factory(estimate)
    group = group_with("delete_estimate", "change_customer", site=estimate.site)
    user = factories.user_factory(is_superuser=False)
    user.groups.add(group)
    client.force_login(user)
    url = reverse("portal_admin:do", args=[estimate.pk, verb])
    overview = client.get(reverse("portal_admin:overview", args=[estimate.pk]))
    assert estimate.number in overview.content.decode()
    assert url not in overview.content.decode()
    assert client.post(url, {"link": link.pk, "sure": "yes"}).status_code == 302
    assert not Activity.objects.filter(verb__in=["person_exported", "erased"]).exists()


def group_with(*codenames, site):
    group = Group.objects.create(name="Of estimates")
    group.permissions.add(Permission.objects.get(codename="access_admin"))
    for codename in codenames:
        right = Permission.objects.get(codename=codename, content_type__app_label="portal_plugin")
        GroupSitePermission.objects.create(group=group, site=site, permission=right)
    return group


def test_who_was_erased_or_has_no_link_there_is_refused(client, order):
    client.force_login(factories.user_factory())
    link = order.links.get(recipient__email=EMAIL)
    other = factories.order_factory(items=1)
    erasing.erase(erasing.by_email(EMAIL))
    for document in (order, other):
        url = reverse("portal_admin:do", args=[document.pk, "export-person"])
        answer = client.post(url, {"link": link.pk})
        assert answer["Content-Type"].startswith("text/html")
        assert "was erased already" in answer.content.decode()
    assert not Activity.objects.filter(verb="person_exported").exists()

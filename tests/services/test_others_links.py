"""Somebody who answered by another's link, under a name and an address of their own, is a person as
well: found, told of what is stored, and erased, apart from whose link it is."""

import io
import zipfile

import pytest
from django.core.management import CommandError, call_command

from portal_plugin import registry
from portal_plugin.models import Contact, DirectLink, Order, Recipient, Submission
from portal_plugin.models.documents import lock
from portal_plugin.services import erasing, pdfs, personal_data, persons
from portal_plugin.services.evidence import exporting, verifying
from portal_plugin.services.visits import Visit
from tests import factories
from tests.actions.test_roles import run
from tests.evidence import check

from .test_erasing import everything

pytestmark = pytest.mark.django_db
TYPED = {"name": "Ottoline Bargewoman", "email": "ottoline@barge.example"}


@pytest.fixture
def kim():
    """Whose link Ottoline used."""
    estimate = factories.estimate_factory(items=2)
    kim = factories.link_factory(estimate, name="Kim", email="kim@example.org")
    for line, typed in zip(estimate.lines, (TYPED, {}), strict=True):
        shown = registry.action("approve")(Visit(lock(estimate), kim), line.key).initial()
        run(estimate, kim, "approve", line.key, **shown, accept_terms="on", **typed)
    pdfs.drain()
    return kim


def theirs():
    return Submission.objects.get(pk=Submission.objects.earliest("pk").pk)


def test_they_are_found_by_their_address_and_on_their_site_alone(kim):
    found = persons.by_email(TYPED["email"].upper())
    assert found.is_known
    assert (found.recipients, found.submissions) == ([], [theirs()])
    assert not persons.by_email(TYPED["email"], factories.site_factory("other.example")).is_known
    assert persons.by_email("kim@example.org").submissions == []


def test_by_a_link_of_their_own_as_well(kim):
    order = Order.objects.get()
    own = factories.link_factory(order, **TYPED)
    assert persons.by_link(own).submissions == [theirs()]
    Recipient.objects.filter(pk=own.recipient_id).update(email="")
    assert persons.by_link(DirectLink.objects.get(pk=own.pk)).submissions == []


def test_they_are_told_what_they_answered(kim):
    found = personal_data.rows_of(persons.by_email(TYPED["email"]))
    assert [row["name"] for row in found["submission"]] == [TYPED["name"]]
    assert [row["verdict"] for row in found["decision"]] == ["approve"]
    assert found["directlink"] == []


def test_who_used_their_link_is_told_to_nobody(kim):
    found = personal_data.rows_of(persons.by_email("kim@example.org"))
    assert [row.get("name") for row in found["submission"]] == [None, "Kim"]
    assert not [word for word in TYPED.values() if word in repr(found)]
    assert len(found["decision"]) == 2


def test_they_are_erased_and_whose_link_it_is_stays(kim, tmp_path):
    assert "by somebody else's link" in erasing.by_email(TYPED["email"]).goes[-1]
    erasing.erase(erasing.by_email(TYPED["email"]))
    assert not [word for word in TYPED.values() if word in everything()]
    assert erasing.by_email(TYPED["email"]).is_empty
    assert Submission.objects.filter(name="Kim", email="kim@example.org").count() == 1
    assert DirectLink.objects.usable().filter(pk=kim.pk).exists()
    for document in (kim.document.specific, Order.objects.get()):
        assert verifying.first_fault(document)[0] is None
    pdfs.drain()
    path = tmp_path / "evidence.zip"
    with path.open("wb") as target:
        assert exporting.export(Order.objects.get(), target) == []
    assert check(path).returncode == 0, check(path).stdout


def test_the_commands_find_them(kim, tmp_path, capsys):
    path = tmp_path / "person.zip"
    call_command("portal_person", TYPED["email"], output=str(path))
    assert TYPED["name"] in zipfile.ZipFile(io.BytesIO(path.read_bytes())).read(
        "person.json"
    ).decode("utf-8")
    call_command("portal_erase", TYPED["email"], "--yes")
    with pytest.raises(CommandError, match="Nobody here"):
        call_command("portal_erase", TYPED["email"])


def test_of_a_customer_alone_it_is_said_where_their_address_stands():
    factories.customer_factory(email="ada@example.org")
    with pytest.raises(CommandError, match="customer's own record"):
        call_command("portal_erase", "ada@example.org")


def test_what_staff_wrote_down_for_a_customer_has_their_name_and_loses_it(tmp_path):
    customer = factories.customer_factory(**TYPED)
    order = factories.order_factory(items=1, customer=customer)
    link = factories.link_factory(order)
    factories.approve(order)
    (told,) = personal_data.rows_of(persons.by_link(link))["submission"]
    assert told["name"] == TYPED["name"]
    assert persons.by_email(TYPED["email"]).submissions == persons.by_link(link).submissions
    erasing.erase(erasing.by_link(link))
    assert Submission.objects.get().name == ""
    assert erasing.by_email(TYPED["email"]).is_empty
    assert verifying.first_fault(factories.fresh(order))[0] is None
    path = tmp_path / "evidence.zip"
    with path.open("wb") as target:
        exporting.export(factories.fresh(order), target)
    assert check(path).returncode == 0, check(path).stdout


def test_what_staff_wrote_down_is_not_of_a_contact_of_the_customer():
    customer = factories.customer_factory(name="Ferry Ltd")
    contact = Contact.objects.create(customer=customer, **TYPED)
    order = factories.order_factory(items=1, customer=customer)
    link = factories.link_factory(order, contact=contact)
    factories.approve(order)
    erasing.erase(erasing.by_link(link))
    assert Submission.objects.get().name == "Ferry Ltd"


def test_an_order_that_a_link_to_its_estimate_opens_is_among_what_is_told(kim):
    found = personal_data.rows_of(persons.by_email("kim@example.org"))
    assert [row["kind"] for row in found["salesdocument"]] == ["estimate", "order"]
    assert len(found["documentversion"]) == 2

"""What the terms said before, for whoever sets up the shop."""

import pytest
from django.urls import reverse

from portal_plugin.models import TermsText
from portal_plugin.services import terms

pytestmark = pytest.mark.django_db

INDEX = "portal_terms:index"


@pytest.fixture
def wordings(only_site, boss):
    terms.add(only_site, "en", "estimate", "The first wording.", user=boss)
    terms.add(only_site, "en", "estimate", "The second wording.", user=boss)


def test_every_wording_is_listed_newest_first_with_who_wrote_it(client, boss, wordings):
    page = client.get(reverse(INDEX)).content.decode()
    assert page.index("The second wording.") < page.index("The first wording.")
    assert boss.get_full_name() in page


def test_a_wording_can_be_read_in_full(client, boss, wordings):
    row = TermsText.objects.get(text="The first wording.")
    page = client.get(reverse("portal_terms:inspect", args=[row.pk])).content.decode()
    assert "The first wording." in page
    told = " ".join(page.partition("<dl")[2].split())
    assert "English" in told
    assert boss.get_full_name() in told


@pytest.mark.parametrize("name", ["add", "edit", "delete"])
def test_nobody_writes_there(client, boss, wordings, name):
    row = TermsText.objects.get(text="The first wording.")
    args = [] if name == "add" else [row.pk]
    client.post(reverse(f"portal_terms:{name}", args=args), {"text": "Mine."})
    row.refresh_from_db()
    assert row.text == "The first wording."
    assert not TermsText.objects.filter(text="Mine.").exists()


def test_managers_of_a_site_see_its_wordings_alone(
    client, staff_of, only_site, other_site, wordings
):
    theirs = terms.add(other_site, "en", "order", "Their wording.")
    staff_of(only_site)
    page = client.get(reverse(INDEX)).content.decode()
    assert "The first wording." in page
    assert "Their wording." not in page
    assert client.get(reverse("portal_terms:inspect", args=[theirs.pk])).status_code == 404


def test_editors_do_not(client, staff_of, only_site):
    staff_of(only_site, "Portal editors")
    assert client.get(reverse(INDEX)).status_code == 302

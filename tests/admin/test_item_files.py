"""Proofs and files of an item, seen and added on the edit page."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from portal_plugin.admin import item_files
from portal_plugin.models import Attachment, Estimate, ProofVersion
from portal_plugin.services import proofs
from tests import samples
from tests.factories import another, estimate_factory, line_item, user_factory

from . import pages

pytestmark = pytest.mark.django_db


def url(document, key=None):
    return reverse("portal_admin:item_files", args=[document.pk, key or document.lines[0].key])


def add(client, document, upload=None, key=None, **values):
    upload = upload or samples.upload("front.png", samples.png())
    return client.post(url(document, key), {"file": upload, **values})


@pytest.fixture(scope="module")
def made(make_once):
    return make_once(lambda: estimate_factory(items=2))


@pytest.fixture
def document(made):
    return another(made)


def test_a_proof_is_added_with_its_words(client, boss, document):
    response = add(client, document, label="front", wording="BAKERY", description="Black on white")
    version = ProofVersion.objects.get()
    assert (version.proof.item_key, version.proof.label) == (document.lines[0].key, "front")
    assert (version.wording, version.description) == ("BAKERY", "Black on white")
    assert version.released_at is None
    page = response.content.decode()
    assert "Goes out with the next publish" in page
    assert f"{pages.overview(document)}#item-{document.lines[0].key}" in page


def test_the_place_on_the_overview_exists(client, boss, document):
    page = client.get(pages.overview(document)).content.decode()
    assert f'id="item-{document.lines[0].key}"' in page


def test_another_file_is_added_for_us_alone(client, boss, document):
    response = add(client, document, samples.upload("logo.ai", b"%PDF-1.4 artwork"), kind="file")
    row = Attachment.objects.get()
    assert (row.item_key, row.is_internal) == (document.lines[0].key, True)
    assert "not shown to the customer" in response.content.decode()
    assert "logo.ai" not in client.get(url(document, document.lines[1].key)).content.decode()


def test_an_item_that_only_the_draft_has_gets_one(client, boss, document):
    rows = [*pages.rows_of(document), pages.item(name="New")]
    data = pages.document(document.customer, rows, 2)
    client.post(pages.url(Estimate, "edit", document.pk), data)
    draft = Estimate.objects.get().get_latest_revision_as_object()
    assert add(client, document, key=draft.lines[2].key).status_code == 200
    assert ProofVersion.objects.exists()


def test_what_is_no_picture_is_refused_in_a_sentence(client, boss, document):
    response = add(client, document, samples.upload("notes.txt", b"words"))
    assert response.status_code == 400
    assert response["Content-Type"].startswith("text/plain")
    assert not ProofVersion.objects.exists()


@pytest.mark.parametrize("kind", ["proof", "file"])
def test_the_item_of_another_document_is_refused(client, boss, document, kind):
    other = estimate_factory(items=1)
    response = add(client, document, key=other.lines[0].key, kind=kind)
    assert response.status_code == 409
    assert "not part of the document" in response.content.decode()
    assert not ProofVersion.objects.exists()
    assert not Attachment.objects.exists()


def test_nothing_chosen_is_refused(client, boss, document):
    response = client.post(url(document), {"kind": "proof"})
    assert response.content.decode() == "Choose a file first."


def test_another_shops_document_does_not_exist(client, staff_of, only_site, other_site):
    document = estimate_factory(items=1, site=other_site)
    staff_of(only_site)
    assert client.get(url(document)).status_code == 404
    assert add(client, document).status_code == 404
    assert not ProofVersion.objects.exists()


def test_whoever_may_only_look_adds_nothing(client, document, only_site):
    group = Group.objects.create(name="Lookers")
    group.permissions.add(
        Permission.objects.get(codename="access_admin"),
        Permission.objects.get(codename="view_estimate"),
    )
    user = user_factory(is_superuser=False)
    user.groups.add(group)
    client.force_login(user)
    assert client.get(url(document)).status_code == 200
    add(client, document)
    assert not ProofVersion.objects.exists()


def test_the_edit_page_counts_them_and_asks_once_for_all_items(
    client, boss, django_assert_num_queries
):
    document = estimate_factory(items=[line_item(n + 1) for n in range(12)])
    for item in document.lines[:2]:
        upload = samples.upload("front.png", samples.png())
        proofs.add_proof_version(document, item.key, upload, user=boss)
    with django_assert_num_queries(2):
        assert item_files.counts(document)[document.lines[0].key] == 1
    page = client.get(pages.url(Estimate, "edit", document.pk)).content.decode()
    assert page.count("<span data-portal-item-count>(1)</span>") == 2

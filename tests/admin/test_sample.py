"""Staff try the portal on a sample of their own."""

import pytest
from django.urls import reverse

from portal_plugin.models import Activity, Customer, Estimate, Order, SalesDocument
from portal_plugin.services import samples
from tests.factories import user_factory

from . import pages

pytestmark = pytest.mark.django_db

HERE = reverse("portal_admin:sample")


def do(client, verb):
    return client.post(HERE, {"do": verb})


def test_the_list_of_estimates_and_the_first_steps_lead_to_it(client, boss):
    assert HERE in client.get(pages.url(Estimate, "list")).content.decode()
    assert HERE not in client.get(pages.url(Order, "list")).content.decode()
    assert HERE in client.get(reverse("wagtailadmin_home")).content.decode()


def test_staff_make_open_and_act_on_it(client, boss):
    do(client, "make")
    sample = SalesDocument.objects.get()
    assert "Sample 1" in client.get(reverse("wagtailadmin_home")).content.decode()
    page = client.get(do(client, "open").url, follow=True)
    assert not page.context["staff_banner"]
    assert page.context["visit"].can_act
    client.post(HERE, {"do": "throw-away"})
    assert not SalesDocument.objects.filter(pk=sample.pk).exists()
    assert "Make my sample" in client.get(HERE).content.decode()


def test_without_one_there_is_nothing_to_open(client, boss):
    assert do(client, "open").url == HERE
    assert "You have no sample any more." in client.get(HERE).content.decode()


@pytest.fixture
def sample(boss, only_site):
    return samples.make(only_site, boss)


def test_it_is_in_no_list_search_or_export(client, boss, sample):
    for address in ("", "?q=Window", f"?q={sample.number}"):
        answer = client.get(pages.url(Estimate, "list") + address)
        assert not answer.context["object_list"]
    export = client.get(pages.url(Estimate, "list") + "?export=csv")
    assert "Sample 1" not in export.getvalue().decode()
    assert not client.get(pages.url(Customer, "list")).context["object_list"]
    chooser = reverse(Customer.snippet_viewset.chooser_viewset.get_url_name("choose"))
    assert sample.customer.name not in client.get(chooser).content.decode()


def test_it_is_in_no_register(client, boss, sample):
    assert Activity.objects.exists()
    home = reverse("wagtailadmin_home")
    for path in ("portal/payments", "reports/portal-activity", "reports/portal-links"):
        page = client.get(f"{home}{path}/").content.decode()
        assert sample.number not in page


def test_others_find_nothing_of_it(client, boss, sample):
    client.force_login(user_factory())
    for address in (pages.overview(sample), pages.url(Estimate, "edit", sample.pk)):
        assert client.get(address).status_code == 404
    assert client.post(pages.do(sample, "note"), {"text": "x"}).status_code == 404
    edit = pages.url(Customer, "edit", sample.customer_id)
    assert client.get(edit).status_code == 404
    assert "Sample 1" not in client.get(reverse("wagtailadmin_home")).content.decode()


def test_its_maker_works_on_it_as_on_any_other(client, boss, sample):
    assert client.get(pages.overview(sample)).status_code == 200
    assert client.get(pages.url(Estimate, "edit", sample.pk)).status_code == 200

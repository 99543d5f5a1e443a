import pytest
from django.contrib.auth import authenticate, get_user_model
from django.contrib.auth.models import Group
from django.core.management import call_command
from wagtail.models import GroupPagePermission, GroupSitePermission, Page, Site

from sandbox_site.website.models import Brand, HomePage

pytestmark = pytest.mark.usefixtures("shops")


def rows() -> dict[str, int]:
    models = (Site, Page, Brand, Group, GroupPagePermission, GroupSitePermission)
    return {model.__name__: model.objects.count() for model in models}


def test_makes_two_shops_and_nothing_else():
    assert set(Site.objects.values_list("hostname", "is_default_site")) == {
        ("localhost", True),
        ("shop-b.localhost", False),
    }
    assert not Page.objects.filter(title__startswith="Welcome").exists()
    assert {page.locale.language_code for page in HomePage.objects.all()} == {"en", "de"}


def test_a_second_run_adds_nothing():
    before = rows()

    call_command("sandbox_setup", verbosity=0)

    assert rows() == before


def test_a_second_run_sets_the_ports_right(settings):
    settings.SANDBOX_PORT = 8811

    call_command("sandbox_setup", verbosity=0)

    assert set(Site.objects.values_list("port", flat=True)) == {8811}


def test_a_second_run_keeps_what_editors_changed():
    Brand.objects.filter(name="Northline Signs").update(phone="+353 20 913 0199")
    HomePage.objects.filter(slug="northline").update(hero_title="Signs, by us")

    call_command("sandbox_setup", verbosity=0)

    assert Brand.objects.filter(phone="+353 20 913 0199").exists()
    assert HomePage.objects.filter(hero_title="Signs, by us").exists()


def test_the_admin_gets_the_password_of_each_run(monkeypatch):
    for password in ("first-of-all", "second-of-all"):
        monkeypatch.setenv("SANDBOX_ADMIN_PASSWORD", password)
        call_command("sandbox_setup", verbosity=0)
        admin = authenticate(username="admin", password=password)
        assert admin is not None
        assert admin.is_superuser

    assert authenticate(username="admin", password="first-of-all") is None


def test_without_a_password_nobody_gets_in():
    get_user_model().objects.filter(username="admin").delete()

    call_command("sandbox_setup", verbosity=0)

    assert not get_user_model().objects.get(username="admin").has_usable_password()


def test_an_office_may_change_its_own_brand_alone(client):
    user = get_user_model().objects.create_user("office-b", password="not-for-real")
    user.groups.add(Group.objects.get(name="Blattwerk Büro"))
    client.force_login(user)
    ours, theirs = (Site.objects.get(hostname=name) for name in ("shop-b.localhost", "localhost"))

    assert client.get(f"/admin/settings/website/brand/{ours.pk}/").status_code == 200
    assert client.get(f"/admin/settings/website/brand/{theirs.pk}/").status_code == 302

"""The portal on the admin's home page."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Site
from wagtail.users.models import UserProfile

from portal_plugin import days
from portal_plugin.admin.home import TABS
from portal_plugin.models import Comment, OutgoingEmail, PortalSettings
from portal_plugin.services import listing, outbox, starter
from tests.factories import estimate_factory, link_factory

from . import pages

pytestmark = pytest.mark.django_db


def home(client):
    return client.get(reverse("wagtailadmin_home")).content.decode()


def steps_of(site):
    return starter.first_unfinished(Site.objects.filter(pk=site.pk))[1]


@pytest.fixture
def set_up(only_site):
    for step in starter.STEPS:
        starter.mark_done(only_site, step)


def test_the_first_steps_are_links_until_they_are_done(client, boss, only_site):
    page = home(client)
    assert "first steps" in page
    assert f"/portalsettings/{only_site.pk}/#tab-brand" in page
    assert "Nothing waits for you." not in page


@pytest.mark.parametrize("language", ["en", "de"])
def test_each_step_leads_to_its_tab_in_every_language(client, boss, only_site, language):
    UserProfile.objects.create(user=boss, preferred_language=language)
    url = reverse("wagtailsettings:edit", args=["portal_plugin", "portalsettings", only_site.pk])
    page = client.get(url).content.decode()
    for tab in set(TABS.values()):
        assert f'id="tab-{tab}"' in page


def test_a_step_is_done_by_doing_it(only_site):
    steps = {step.name: step.is_done for step in steps_of(only_site)}
    assert steps["terms"]
    assert not steps["estimate"]
    estimate_factory(published=False)
    steps = {step.name: step.is_done for step in steps_of(only_site)}
    assert steps["estimate"]


def test_it_says_how_many_steps_are_left(client, boss, only_site):
    left = [step for step in steps_of(only_site) if not step.is_done]
    assert f"{len(left)} more steps, and" in home(client)
    for step in left[1:]:
        starter.mark_done(only_site, step.name)
    assert "One more step, and" in home(client)


def test_a_step_can_be_called_done(client, boss, only_site):
    client.post(reverse("portal_admin:step_done", args=[only_site.pk, "brand"]))
    assert PortalSettings.objects.get(site=only_site).steps_done == ["brand"]
    client.post(reverse("portal_admin:step_done", args=[only_site.pk, "nonsense"]))
    assert PortalSettings.objects.get(site=only_site).steps_done == ["brand"]


def test_its_buttons_work_in_a_browser(boss, only_site):
    browser = pages.browser_of(boss)
    url = reverse("portal_admin:step_done", args=[only_site.pk, "brand"])
    browser.post(url, pages.token_of(home(browser), url))
    assert PortalSettings.objects.get(site=only_site).steps_done == ["brand"]


def test_editors_do_not_set_up(client, staff_of, only_site):
    staff_of(group="Portal editors")
    assert "first steps" not in home(client)
    client.post(reverse("portal_admin:step_done", args=[only_site.pk, "brand"]))
    assert PortalSettings.objects.get(site=only_site).steps_done == []


def test_when_all_is_done_nothing_waits(client, boss, set_up):
    assert "Nothing waits for you." in home(client)


def test_what_waits_for_us_is_listed(client, boss, set_up):
    document = estimate_factory(title="Needs an answer")
    Comment.objects.create(document=document, link=link_factory(document), text="When?")
    listing.refresh(document)
    estimate_factory(title="Waits for the customer")
    page = home(client)
    assert "Needs an answer" in page
    assert "Waits for the customer" not in page


def email(document, **values):
    found = outbox.queue(
        kind="link", site=document.site, document=document, link=link_factory(document)
    )
    OutgoingEmail.objects.filter(pk=found.pk).update(**values)


def ago(**values):
    return timezone.now() - timedelta(**values)


def test_emails_that_nobody_sends_are_told(client, boss, set_up):
    email(estimate_factory(items=1), not_before=ago(minutes=50))
    assert "emails have been waiting to go out" not in home(client)
    since = ago(hours=26)
    email(estimate_factory(items=1), not_before=since)
    page = home(client)
    assert "emails have been waiting to go out" in page
    assert days.day_and_time(days.local(since), is_short=True) in page


def test_so_are_those_that_a_dead_worker_holds(client, boss, set_up):
    values = {"not_before": ago(hours=2), "lease_until": ago(hours=1), "state": "sending"}
    email(estimate_factory(items=1), **values)
    assert "emails have been waiting to go out" in home(client)


def test_not_those_that_are_tried_again_later_or_were_given_up(client, boss, set_up):
    document = estimate_factory(items=1)
    email(document, not_before=timezone.now() + timedelta(hours=4), attempts=5)
    # It waits for the one before it, and not for somebody who sends.
    email(document, not_before=ago(hours=2))
    email(estimate_factory(items=1), not_before=ago(days=3), state="parked")
    assert "emails have been waiting to go out" not in home(client)


def test_nor_those_of_another_shop(client, staff_of, only_site, other_site, set_up):
    email(estimate_factory(items=1), not_before=ago(hours=2))
    staff_of(other_site)
    assert "emails have been waiting to go out" not in home(client)
    staff_of(only_site)
    assert "emails have been waiting to go out" in home(client)


def test_at_most_ten_in_a_flat_query(client, boss, set_up, django_assert_max_num_queries):
    with django_assert_max_num_queries(60) as few:
        home(client)
    for number in range(12):
        document = estimate_factory(items=1, title=f"Needs an answer {number}")
        Comment.objects.create(document=document, link=link_factory(document), text="When?")
        listing.refresh(document)
    with django_assert_max_num_queries(len(few)):
        assert home(client).count('class="portal-admin-needs__row"') == 10


def test_who_has_nothing_to_do_with_it_sees_nothing(client, staff_of):
    user = staff_of(group="Portal editors")
    from django.contrib.auth.models import Permission

    user.groups.clear()
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    assert "Customer portal" not in home(client)

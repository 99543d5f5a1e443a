"""A shop's own stages, under Settings."""

import pytest
from django.urls import reverse

from portal_plugin.models import Stage
from portal_plugin.models.documents import lock
from portal_plugin.services import staging
from tests.factories import approve, order_factory

pytestmark = pytest.mark.django_db

INDEX = "portal_stages:index"


@pytest.fixture
def stages(only_site):
    staging.ensure_stages(only_site)
    return list(Stage.objects.filter(site=only_site))


def form_data(**values):
    return {
        "name": "At the printer",
        "customer_name": "Being printed",
        "colour": "#123456",
        "uploads_allowed": "on",
        **values,
    }


def named():
    return list(Stage.objects.values_list("name", flat=True))


def test_stages_are_listed_in_the_shops_order_with_what_they_do(client, boss, stages):
    page = client.get(reverse(INDEX)).content.decode()
    places = [page.index(stage.name) for stage in stages]
    assert places == sorted(places)
    assert "waits for the customer" in page


def test_a_new_stage_goes_to_the_end(client, boss, stages):
    client.post(reverse("portal_stages:add"), form_data())
    stage = Stage.objects.get(name="At the printer")
    assert (stage.position, stage.customer_name, stage.colour) == (4, "Being printed", "#123456")


def test_a_colour_is_a_colour(client, boss, stages):
    response = client.post(reverse("portal_stages:add"), form_data(colour="red;x:y"))
    assert "Write a colour" in response.content.decode()
    assert Stage.objects.count() == 4


def test_a_stage_is_dragged_to_another_place(client, boss, stages):
    url = reverse("portal_stages:reorder", args=[stages[3].pk])
    client.post(url + "?position=1")
    first, second, third, last = stages
    assert named() == [first.name, last.name, second.name, third.name]


def test_dragging_changes_nothing_of_another_site(client, boss, stages, other_site):
    staging.ensure_stages(other_site)
    theirs = list(Stage.objects.filter(site=other_site).values_list("pk", "position"))
    client.post(reverse("portal_stages:reorder", args=[stages[0].pk]) + "?position=99")
    assert list(Stage.objects.filter(site=other_site).values_list("pk", "position")) == theirs
    assert Stage.objects.filter(site=stages[0].site).last() == stages[0]


def test_a_stage_in_use_is_kept_and_the_page_says_what_to_do(client, boss, stages):
    staging.set_stage(order_factory(items=1), stages[0])
    response = client.post(reverse("portal_stages:delete", args=[stages[0].pk]), follow=True)
    assert "Move it to another stage first" in response.content.decode()
    assert Stage.objects.filter(pk=stages[0].pk).exists()


def test_a_stage_that_nobody_uses_can_go(client, boss, stages):
    client.post(reverse("portal_stages:delete", args=[stages[0].pk]))
    assert not Stage.objects.filter(pk=stages[0].pk).exists()


def test_a_changed_flag_changes_whose_turn_it_is(client, boss, stages):
    order = approve(order_factory(items=1))
    staging.set_stage(order, stages[0])
    url = reverse("portal_stages:edit", args=[stages[0].pk])
    client.post(url, form_data(waits_for_customer="on"))
    assert lock(order).waiting_for == "customer"


def test_the_list_asks_the_database_as_often_for_many_stages(
    client, boss, stages, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(reverse(INDEX))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse(INDEX))
    rows = [Stage(site=stages[0].site, name=f"Step {n}", position=n) for n in range(20)]
    Stage.objects.bulk_create(rows)
    with django_assert_num_queries(len(few)):
        client.get(reverse(INDEX))


# -- who ------------------------------------------------------------------------------------------


def test_managers_of_a_site_set_up_its_stages_and_see_no_others(
    client, staff_of, stages, other_site
):
    staging.ensure_stages(other_site)
    theirs = Stage.objects.filter(site=other_site).first()
    Stage.objects.filter(pk=theirs.pk).update(name="Secret step")
    staff_of(stages[0].site)
    page = client.get(reverse(INDEX)).content.decode()
    assert stages[0].name in page
    assert "Secret step" not in page
    for name in ("edit", "delete", "history", "usage"):
        assert client.get(reverse(f"portal_stages:{name}", args=[theirs.pk])).status_code == 404
    assert client.post(reverse("portal_stages:reorder", args=[theirs.pk])).status_code == 404
    client.post(reverse("portal_stages:add"), form_data())
    assert Stage.objects.get(name="At the printer").site == stages[0].site


def test_a_stage_cannot_be_made_on_a_site_of_others(client, staff_of, stages, other_site):
    staff_of(stages[0].site)
    client.post(reverse("portal_stages:add"), form_data(site=other_site.pk))
    assert not Stage.objects.filter(site=other_site).exists()


def test_editors_do_not_set_up_stages(client, staff_of, stages):
    staff_of(stages[0].site, "Portal editors")
    assert client.get(reverse(INDEX)).status_code == 302
    assert "portal/stages" not in client.get(reverse("wagtailadmin_home")).content.decode()


def test_the_settings_menu_leads_there(client, boss):
    assert "portal/stages" in client.get(reverse("wagtailadmin_home")).content.decode()

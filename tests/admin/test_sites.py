"""Who works for one shop sees and touches nothing of another; nobody writes in a register."""

import csv
from io import StringIO

import pytest
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.urls import reverse
from wagtail import permissions
from wagtail.models import GroupSitePermission

from portal_plugin.admin import registers, sites
from portal_plugin.admin.exporting import harmless
from portal_plugin.admin.item_templates import ItemTemplateViewSet
from portal_plugin.admin.stages import StageViewSet
from portal_plugin.admin.terms_history import TermsViewSet
from portal_plugin.models import (
    Customer,
    Estimate,
    ItemTemplate,
    LedgerEntry,
    Order,
    Stage,
    TermsText,
)
from portal_plugin.services import starter
from tests.factories import customer_factory, estimate_factory, link_factory, order_factory

from . import pages

pytestmark = pytest.mark.django_db


def paid(order, **values):
    return LedgerEntry.objects.create(
        document=order,
        kind="offline",
        amount=10,
        currency="EUR",
        occurred_at=order.created_at,
        **values,
    )


def viewset_of(model):
    others = {Stage: StageViewSet, ItemTemplate: ItemTemplateViewSet, TermsText: TermsViewSet}
    return others[model]() if model in others else model.snippet_viewset


@pytest.fixture
def theirs(other_site):
    return estimate_factory(site=other_site, title="Of the other shop")


@pytest.fixture
def local(staff_of, only_site):
    """Signed in: a manager of the first shop alone."""
    return staff_of(only_site)


@pytest.mark.parametrize("model", [Customer, Estimate, Order, Stage, ItemTemplate, TermsText])
def test_wagtail_asks_for_rights_by_site(model):
    """Where it looks them up by model; before 8.0 only the model's own views ask."""
    if hasattr(permissions, "policy_registry"):
        policy = permissions.policy_registry.get_by_type(model)
    else:
        policy = viewset_of(model).permission_policy
    assert type(policy) is type(sites.policy(model))


def test_lists_show_ones_own_site(client, local, theirs):
    ours = estimate_factory(title="Of our shop")
    page = client.get(pages.url(Estimate, "list")).content.decode()
    assert ours.title in page
    assert theirs.title not in page


def test_so_do_the_exports_and_the_chooser(client, local, theirs):
    listed = client.get(pages.url(Estimate, "list") + "?export=csv")
    assert theirs.title not in listed.getvalue().decode()
    choose = reverse("wagtailsnippetchoosers_portal_plugin_customer:choose")
    assert theirs.customer.name not in client.get(choose).content.decode()


@pytest.mark.parametrize("name", ["edit", "delete", "history", "usage", "unpublish", "lock"])
def test_pages_of_another_site_do_not_exist(client, local, theirs, name):
    assert client.get(pages.url(Estimate, name, theirs.pk)).status_code == 404
    assert client.post(pages.url(Estimate, name, theirs.pk)).status_code == 404


def test_nor_do_ours(client, local, theirs):
    for name in ("overview", "send", "pdf"):
        assert client.get(reverse(f"portal_admin:{name}", args=[theirs.pk])).status_code == 404
    assert client.post(pages.do(theirs, "cancel"), {"reason": "x"}).status_code == 404
    assert Estimate.objects.get(pk=theirs.pk).cancelled_at is None


def test_a_customer_of_another_site_cannot_be_put_on_a_document(client, boss, theirs):
    data = pages.document(theirs.customer, [pages.item()])
    response = client.post(pages.url(Estimate, "add"), data)
    assert "another site" in str(response.context["form"].errors)


def test_a_new_document_cannot_be_put_on_another_site(client, local, other_site, only_site):
    data = pages.document(customer_factory(), [pages.item()], site=other_site.pk)
    client.post(pages.url(Estimate, "add"), data)
    assert not Estimate.objects.filter(site=other_site).exists()


def test_rights_on_one_site_are_enough_for_a_days_work(client, local, other_site, only_site):
    customer = customer_factory(only_site)
    add = pages.url(Estimate, "add")
    assert "Publish and send" in client.get(add).content.decode()
    data = pages.document(customer, [pages.item()])
    assert client.post(pages.url(Estimate, "preview_on_add"), data).json()["is_valid"]
    client.post(add, data | {"action-publish": "send"})
    document = Estimate.objects.get()
    assert document.live
    assert document.site == only_site
    edit = pages.url(Estimate, "edit", document.pk)
    page = client.get(edit).content.decode()
    assert "Publish and send" in page
    assert "Unpublish" in page
    send = reverse("portal_admin:send", args=[document.pk])
    assert client.post(send, {"recipients": ["customer"]}).status_code == 302
    assert document.emails.count() == 1


def test_with_several_sites_there_is_a_choice(client, boss, other_site):
    assert 'name="site"' in client.get(pages.url(Customer, "add")).content.decode()
    client.post(
        pages.url(Customer, "add"),
        {"name": "Kim", "site": other_site.pk, **pages.formset("contacts", [])},
    )
    assert Customer.objects.get(name="Kim").site == other_site


def test_a_customer_is_written_down_while_choosing_one(client, boss, only_site):
    url = reverse("wagtailsnippetchoosers_portal_plugin_customer:create")
    client.post(url, {"name": "Kim"})
    assert Customer.objects.get(name="Kim").site == only_site


def test_on_one_of_several_sites(client, boss, other_site):
    url = reverse("wagtailsnippetchoosers_portal_plugin_customer:create")
    client.post(url, {"name": "Kim", "site": other_site.pk})
    assert Customer.objects.get(name="Kim").site == other_site


def test_but_on_none_that_is_not_ones_own(client, local, other_site, only_site):
    url = reverse("wagtailsnippetchoosers_portal_plugin_customer:create")
    client.post(url, {"name": "Kim", "site": other_site.pk})
    assert Customer.objects.get(name="Kim").site == only_site


def test_a_draft_that_was_never_out_may_move(client, boss, other_site, only_site):
    document = estimate_factory(items=1, published=False)
    customer = customer_factory(other_site)
    data = pages.document(customer, pages.rows_of(document), 1, site=other_site.pk)
    client.post(pages.url(Estimate, "edit", document.pk), data)
    document.refresh_from_db()
    assert document.site == other_site


def test_what_was_out_stays_where_it_is(client, boss, other_site, only_site):
    document = estimate_factory(items=1)
    data = pages.document(document.customer, pages.rows_of(document), 1, site=other_site.pk)
    client.post(pages.url(Estimate, "edit", document.pk), data | {"action-publish": "publish"})
    document = Estimate.objects.get()
    assert document.current_version.number == 2
    assert document.site == only_site


def test_a_local_manager_cannot_move_a_draft_away(client, local, other_site, only_site):
    document = estimate_factory(items=1, published=False)
    data = pages.document(document.customer, pages.rows_of(document), 1, site=other_site.pk)
    client.post(pages.url(Estimate, "edit", document.pk), data)
    document.refresh_from_db()
    assert document.site == only_site


def test_registers_show_ones_own_site(client, local, other_site):
    paid(order_factory(), reference="OURS")
    paid(order_factory(site=other_site), reference="THEIRS")
    page = client.get("/admin/portal/payments/").content.decode()
    assert "OURS" in page
    assert "THEIRS" not in page


@pytest.mark.parametrize("action", ["create", "edit/1", "delete/1"])
@pytest.mark.parametrize(
    "path", ["portal/payments", "reports/portal-activity", "reports/portal-links"]
)
def test_registers_are_read_only_even_for_superusers(client, boss, path, action):
    order = order_factory()
    paid(order, pk=1)
    link_factory(order)
    response = client.post(f"/admin/{path}/{action}/")
    assert response.status_code in (302, 403, 404)
    assert LedgerEntry.objects.count() == 1


def test_who_has_no_rights_sees_no_register(client, staff_of):
    user = staff_of(group="Portal editors")
    user.groups.set([])
    group = Group.objects.create(name="Others")
    group.permissions.add(starter.right(Customer, "view"))
    from django.contrib.auth.models import Permission

    group.permissions.add(Permission.objects.get(codename="access_admin"))
    user.groups.add(group)
    assert client.get("/admin/portal/payments/").status_code == 302


def test_formulas_are_defused(client, boss):
    customer_factory(name="=HYPERLINK(1)", company="+1", phone="-2")
    text = client.get(pages.url(Customer, "list") + "?export=csv").getvalue().decode()
    rows = list(csv.reader(StringIO(text)))
    assert rows[1][:2] == ["'=HYPERLINK(1)", "'+1"]


def test_so_are_those_in_registers(client, boss):
    paid(order_factory(), reference="=1+1")
    text = client.get("/admin/portal/payments/?export=csv").getvalue().decode()
    assert "'=1+1" in text


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\t=1", " =1"])
def test_what_is_a_formula(text):
    assert harmless(text) == f"'{text}"


def test_plain_text_is_left_alone():
    assert harmless("Kim = 1") == "Kim = 1"


def test_without_modeladmin_the_rest_works(client, boss, monkeypatch):
    monkeypatch.setattr(registers, "find_spec", lambda name: None)
    registers.instances.cache_clear()
    try:
        assert registers.menu_items("group") == []
        assert client.get(pages.url(Estimate, "list")).status_code == 200
    finally:
        monkeypatch.undo()
        registers.instances.cache_clear()


def test_lists_ask_the_same_for_any_number_of_rows(client, boss, django_assert_max_num_queries):
    estimate_factory(items=1)
    url = pages.url(Estimate, "list_results")
    client.get(url)
    with django_assert_max_num_queries(40) as few:
        client.get(url)
    for _ in range(5):
        estimate_factory(items=1)
    with django_assert_max_num_queries(len(few)):
        client.get(url)


def test_a_group_gets_rights_on_one_site(client, boss, only_site):
    url = reverse("wagtailusers_groups:add")
    form = client.get(url)
    assert "rights on single sites" in form.content.decode()
    group = Group.objects.create(name="Shop A")
    from portal_plugin.admin.groups import PortalSitesForm

    panel = PortalSitesForm({"portal_sites-editors": [only_site.pk]}, instance=group)
    assert panel.is_valid()
    panel.save()
    held = GroupSitePermission.objects.filter(group=group)
    assert held.count() == len(starter.EDITOR_RIGHTS)
    again = PortalSitesForm(instance=group)
    assert again.initial == {"editors": [only_site.pk], "managers": []}
    emptied = PortalSitesForm({}, instance=group)
    assert emptied.is_valid()
    emptied.save()
    assert not held.exists()


def test_documents_of_all_sites_are_seen_with_rights_on_the_model(client, staff_of, theirs):
    staff_of()
    assert theirs.title in client.get(pages.url(Estimate, "list")).content.decode()
    assert Order.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_policy_outlives_an_emptied_database(django_user_model):
    policy = sites.policy(Estimate)
    before = policy._content_type.pk
    call_command("flush", interactive=False, verbosity=0)
    ContentType.objects.filter(pk=before).update(model="gone")
    ContentType.objects.clear_cache()
    user = django_user_model.objects.create_user("erin")
    user.user_permissions.add(starter.right(Estimate, "change"))

    assert policy._content_type.pk != before
    assert policy.user_has_permission(user, "change")

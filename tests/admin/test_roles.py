"""What the ready groups may do, and that each verb has a right of its own."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.models import GroupSitePermission

from portal_plugin.models import Customer, Estimate, Order
from portal_plugin.services import proofs, starter
from tests import samples
from tests.factories import customer_factory, estimate_factory, link_factory, order_factory

from . import pages

pytestmark = pytest.mark.django_db


@pytest.fixture
def with_rights(staff_of):
    """Sign in somebody with just these rights on all sites: (model, action) each."""

    def with_rights(*rights):
        user = staff_of()
        group, _is_new = Group.objects.get_or_create(name="Own")
        user.groups.set([group])
        group.permissions.set([starter.right(*right) for right in rights])
        group.permissions.add(Permission.objects.get(codename="access_admin"))
        return user

    return with_rights


def send(client, document):
    url = reverse("portal_admin:send", args=[document.pk])
    return client.post(url, {"recipients": ["customer"]})


def decide(client, document):
    data = {"item": [str(document.lines[0].key)], "verdict": "approve", "note": "On the phone"}
    return client.post(pages.do(document, "on-phone"), data)


def test_an_editor_writes_answers_and_records_a_decision(client, staff_of, only_site):
    staff_of(only_site, group="Portal editors")
    customer = customer_factory(only_site)
    client.post(pages.url(Estimate, "add"), pages.document(customer, [pages.item()]))
    assert Estimate.objects.get().customer == customer
    document = estimate_factory()
    client.post(pages.do(document, "reply"), {"text": "Gladly"})
    assert document.comments.count() == 1
    decide(client, document)
    assert document.decisions.count() == 1


def test_an_editor_neither_publishes_nor_sends(client, staff_of, only_site):
    staff_of(only_site, group="Portal editors")
    customer = customer_factory(only_site)
    data = pages.document(customer, [pages.item()]) | {"action-publish": "send"}
    client.post(pages.url(Estimate, "add"), data)
    assert not Estimate.objects.get().live
    document = estimate_factory()
    send(client, document)
    client.post(pages.do(document, "send-again"), {"link": link_factory(document).pk})
    assert document.emails.count() == 0
    page = client.get(pages.overview(document)).content.decode()
    assert reverse("portal_admin:send", args=[document.pk]) not in page
    assert "said yes on the phone" in page


def test_an_editor_does_not_show_a_file_to_the_customer_by_the_way(client, staff_of, only_site):
    staff_of(only_site, group="Portal editors")
    document = estimate_factory()
    upload = samples.upload("a.png", samples.png((40, 30)))
    client.post(pages.do(document, "add-files"), {"files": [upload], "show": "1"})
    assert document.attachments.get().is_internal


def test_a_manager_sends_and_records_and_holds_the_rights_to_money(client, staff_of, only_site):
    manager = staff_of(only_site)
    order = order_factory()
    send(client, order)
    assert order.emails.count() == 1
    decide(client, order)
    assert order.decisions.count() == 1
    held = GroupSitePermission.objects.filter(group__user=manager, site=only_site)
    codenames = set(held.values_list("permission__codename", flat=True))
    assert {"record_payment_order", "refund_order"} <= codenames


def test_publishing_is_not_sending(client, with_rights):
    with_rights((Estimate, "change"), (Estimate, "publish"))
    document = estimate_factory()
    send(client, document)
    assert document.emails.count() == 0
    edit = client.get(pages.url(Estimate, "edit", document.pk)).content.decode()
    assert "Publish without sending" in edit
    assert "Publish and send" not in edit


def test_a_proof_is_sent_with_the_right_to_send(client, with_rights):
    document = estimate_factory()
    upload = samples.upload("a.png", samples.png((40, 30)))
    version = proofs.add_proof_version(document, document.lines[0].key, upload)
    for right, is_sent in (("publish", False), ("send", True)):
        with_rights((Estimate, right))
        client.post(pages.do(document, "send-proofs"))
        version.refresh_from_db()
        assert (version.released_at is not None) == is_sent


def test_sending_is_not_writing(client, with_rights):
    with_rights((Estimate, "send"))
    document = estimate_factory()
    send(client, document)
    assert document.emails.count() == 1
    client.post(pages.do(document, "reply"), {"text": "Gladly"})
    assert document.comments.count() == 0


def test_seeing_is_nothing_more(client, with_rights):
    with_rights((Estimate, "view"))
    document = estimate_factory()
    assert client.get(pages.overview(document)).status_code == 200
    page = client.get(pages.url(Estimate, "list")).content.decode()
    assert document.number in page
    assert f'href="{pages.overview(document)}"' in page
    client.post(pages.do(document, "note"), {"text": "Hm"})
    assert not document.internal_notes.exists()


def test_rights_on_estimates_are_none_on_orders(client, with_rights):
    with_rights((Estimate, "decide"))
    order = order_factory()
    assert decide(client, order).status_code == 404
    assert not Order.objects.get().decisions.exists()


def test_the_way_to_a_row_is_found_with_rights_on_its_site_alone(staff_of, only_site, other_site):
    finder = AdminURLFinder(staff_of(only_site))
    ours, theirs = customer_factory(only_site), customer_factory(other_site)
    assert finder.get_edit_url(ours) == pages.url(Customer, "edit", ours.pk)
    assert finder.get_edit_url(theirs) is None


def test_each_verb_can_be_ticked_on_the_page_of_a_group(client, boss):
    page = client.get(reverse("wagtailusers_groups:add")).content.decode()
    for verb in ("view", "send", "record decisions", "record payments", "refund"):
        assert f"Can {verb}" in page

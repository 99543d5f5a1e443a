"""A valid direct link to one document, and somebody who wants more than that."""

import uuid

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from wagtail.models import GroupSitePermission

from portal_plugin.admin.filtering import OrderFilterSet
from portal_plugin.models import (
    ChangeRequest,
    Comment,
    DirectLink,
    OutgoingEmail,
    SalesDocument,
)
from portal_plugin.portal import grants
from portal_plugin.services import staging
from portal_plugin.statuses import ItemState, LinkRole
from tests import factories, samples
from tests.paying import standin  # noqa: F401
from tests.portal.browsing import approval, approve, page, send

pytestmark = pytest.mark.django_db
SECRET = "Secret draft title"


def hide(document):
    """Take a document back and go on working on it, as staff do."""
    document.unpublish()
    type(document).objects.filter(pk=document.pk).update(title=SECRET, shipping_amount=777)
    document.line_items.update(name=SECRET, unit_price=4321)
    return type(document).objects.get(pk=document.pk)


def walk(client, document):
    """Every page that the portal has for it, with every action as a page."""
    for tail in ("", "estimate/", "pdf/", "pdf/file/", "print/", "payment/"):
        yield client.get(page(document, tail), follow=True)
    for name in ("pay", "comment", "upload", "approve_multiple", "change_request"):
        yield client.get(page(document, f"a/{name}/"))
        yield send(client, document, name, text="x", shown="1")


# -- a document that was taken back ---------------------------------------------------------------


def test_nothing_of_a_document_that_was_taken_back_comes_through(client, enter):
    order = factories.order_factory(items=2)
    enter(order)
    order = hide(order)
    for answer in walk(client, order):
        text = answer.content.decode(errors="replace")
        assert SECRET not in text, answer.request["PATH_INFO"]
        assert "21,3" not in text, answer.request["PATH_INFO"]
    state = client.get(page(order, "payment/"), headers={"Accept": "application/json"})
    assert "amount_due" not in state.content.decode() or not state.json()["amount_due"]


@pytest.mark.parametrize("action", ["comment", "change_request", "upload", "pay"])
def test_too_many_tries_do_not_open_what_is_hidden(client, enter, settings, action):
    limits = {"PAYMENTS_PER_HOUR": 0, "UPLOADS_PER_HOUR": 0, "MESSAGES_PER_HOUR": 0}
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, **limits}
    order = factories.order_factory(items=2)
    enter(order)
    order = hide(order)
    item = None if action == "pay" else order.lines[0]
    answer = send(client, order, action, item, text="x", shown="1")
    assert answer.status_code == 429
    assert SECRET not in answer.content.decode()
    assert "11,060" not in answer.content.decode()


@pytest.mark.parametrize("action", ["pay"])
def test_too_many_tries_give_a_link_no_more_rights(client, enter, settings, action):
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "PAYMENTS_PER_HOUR": 0}
    order = factories.order_factory(items=1)
    link = enter(order)
    DirectLink.objects.filter(pk=link.pk).update(role=LinkRole.LOOK)
    answer = send(client, order, action, shown="1")
    assert b"data-portal-pay" not in answer.content
    assert b'name="shown"' not in answer.content


# -- broken and overfull requests -----------------------------------------------------------------

BROKEN = {"content_type": "multipart/form-data; boundary=", "data": b"--x\r\nbroken"}


@pytest.mark.parametrize("address", ["/portal/l/", "/portal/l/wrong/", "/portal/d/none/seen/"])
def test_a_broken_form_of_a_stranger_is_answered_by_our_page(address):
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    answer = client.post(address, **BROKEN)
    assert answer.status_code in (400, 403, 404)
    assert "no-store" in answer["Cache-Control"]
    assert b"portal-root" in answer.content


@pytest.mark.parametrize("address", ["/portal/l/", "/portal/l/wrong/", "/portal/d/none/seen/"])
def test_a_stranger_cannot_fill_the_disk(address, settings):
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "UPLOAD_QUOTA_BYTES": 10}
    client = Client(raise_request_exception=False)
    answer = client.post(address, {"file": samples.upload("a.png", bytes(3 * 1024 * 1024))})
    assert answer.status_code in (404, 413)
    assert b"portal-root" in answer.content


# -- keys of submissions --------------------------------------------------------------------------


def test_a_key_that_was_used_elsewhere_is_refused_and_writes_nothing(client, enter):
    order = factories.order_factory(items=1)
    enter(order)
    key = str(uuid.uuid4())
    assert send(client, order, "comment", text="one", client_key=key).status_code == 303
    client.raise_request_exception = False
    answer = send(client, order, "change_request", text="two", client_key=key)
    assert answer.status_code in (400, 409)
    assert "no-store" in answer["Cache-Control"]
    assert not ChangeRequest.objects.exists()


def test_another_links_key_replays_nothing(client, enter):
    order = factories.order_factory(items=1)
    enter(order)
    key = str(uuid.uuid4())
    send(client, order, "comment", text="from the first", client_key=key)
    other = Client(raise_request_exception=False)
    enter(order, factories.link_factory(order, name="Boss", email="boss@example.org"), client=other)
    assert other.get(page(order) + f"?done={key}").context["notice"] == ""
    answer = send(other, order, "comment", text="from the second", client_key=key)
    assert answer.status_code in (400, 409)
    assert [row.text for row in Comment.objects.all()] == ["from the first"]


@pytest.mark.usefixtures("standin")
def test_a_payment_is_not_repeated_by_a_link_that_may_only_look(client, enter):
    order = factories.order_factory(items=1)
    link = enter(order)
    data = {"client_key": str(uuid.uuid4()), "shown": str(order.amount_due)}
    assert "client_secret" in send(client, order, "pay", **data).json()
    DirectLink.objects.filter(pk=link.pk).update(role=LinkRole.LOOK)
    assert send(client, order, "pay", **data).status_code == 409


@pytest.mark.usefixtures("standin")
def test_staff_with_a_customers_grant_repeat_nothing(client, enter):
    order = factories.order_factory(items=1)
    enter(order)
    data = {"client_key": str(uuid.uuid4()), "shown": str(order.amount_due)}
    assert "client_secret" in send(client, order, "pay", **data).json()
    client.force_login(factories.user_factory())
    assert send(client, order, "pay", **data).status_code == 409


# -- asking for new links -------------------------------------------------------------------------


def test_many_visitors_cannot_fill_one_mailbox(client, settings):
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "LINKS_PER_HOUR": 3}
    order = factories.order_factory(items=1)
    link = factories.link_factory(order)
    before = OutgoingEmail.objects.count()
    for number in range(6):
        email = link.recipient.email.upper() if number % 2 else link.recipient.email
        visitor = {"REMOTE_ADDR": f"203.0.113.{number}"}
        answer = client.post("/portal/l/", {"email": email}, **visitor)
        assert answer.status_code == 200
    assert OutgoingEmail.objects.count() - before == 3


@pytest.mark.parametrize("address", ["/portal/d/a%00b/", "/portal/l/a%00b/"])
def test_no_address_holds_what_a_database_refuses(client, address):
    assert client.get(address).status_code == 404
    assert client.post("/portal/l/", {"email": "a\0@example.org"}).status_code == 200


# -- another document of one's own ---------------------------------------------------------------


def test_a_grant_planted_under_another_documents_name_opens_nothing(client, enter):
    own, other = factories.order_factory(items=1), factories.order_factory(items=1)
    enter(own)
    value = client.cookies[grants.cookie_name(own)].value
    client.cookies[grants.cookie_name(other)] = value
    assert client.get(page(other)).status_code == 404


# -- paying less ----------------------------------------------------------------------------------


def test_what_was_approved_on_an_order_is_not_opened_again_by_a_request_for_the_whole(
    client, enter
):
    order = factories.order_factory(items=2)
    enter(order)
    first, second = order.lines
    approve(client, order, first)
    due = type(order).objects.get(pk=order.pk).amount_due
    send(client, order, "change_request", text="another paper")
    fresh = type(order).objects.get(pk=order.pk)
    assert fresh.standing.items[first.key].state == ItemState.APPROVED
    assert fresh.standing.items[second.key].state == ItemState.CHANGES_REQUESTED
    asked = ChangeRequest.objects.get()
    send(client, order, "withdraw_change_request", change_request=asked.pk)
    send(client, order, "decline", first, **approval(order, first))
    fresh = type(order).objects.get(pk=order.pk)
    assert fresh.standing.items[first.key].state == ItemState.APPROVED
    assert fresh.standing.items[second.key].state == ItemState.WAITING
    assert fresh.amount_due == due


# -- staff of one shop, and another shop ----------------------------------------------------------


def test_the_lists_filters_name_no_stage_and_nobody_of_another_shop(rf):
    own, other = factories.site_factory(), factories.site_factory("shop-b.localhost")
    staging.ensure_stages(own)
    staging.ensure_stages(other)
    theirs = factories.user_factory()
    foreign = factories.order_factory(items=1, site=other)
    SalesDocument.objects.filter(pk=foreign.pk).update(responsible=theirs)
    user = factories.user_factory(is_superuser=False)
    group = Group.objects.create(name="Shop A")
    right = Permission.objects.get(codename="change_order")
    GroupSitePermission.objects.create(group=group, site=own, permission=right)
    user.groups.add(group)
    request = rf.get("/")
    request.user = user
    fields = OrderFilterSet(request=request).form.fields
    assert {stage.site_id for stage in fields["stage"].queryset} == {own.pk}
    assert theirs not in fields["responsible"].queryset

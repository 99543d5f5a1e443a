"""The inbox: comments and change requests that wait for the shop."""

from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal_plugin.admin import inbox
from portal_plugin.models import ChangeRequest, Comment
from portal_plugin.services import answering, staging
from tests.factories import estimate_factory, link_factory, order_factory, user_factory

from . import pages

pytestmark = pytest.mark.django_db

ADDRESS = "portal_admin:inbox"


def comment(document, text="When is it ready?", **values):
    link = link_factory(document)
    return Comment.objects.create(document=document, link=link, text=text, **values)


def request(document, text="Bigger, please", number=1, **values):
    link = link_factory(document)
    return ChangeRequest.objects.create(
        document=document, link=link, text=text, number=number, **values
    )


def texts(client, **query):
    response = client.get(reverse(ADDRESS), query)
    assert response.status_code == 200
    return [row.text for row in response.context["table"].data]


def test_both_kinds_newest_first_each_leading_to_where_it_is_answered(client, boss):
    order, estimate = order_factory(), estimate_factory()
    comment(order, "First", author_name="Ada")
    request(estimate, "Second")
    response = client.get(reverse(ADDRESS))
    page = response.content.decode()
    assert texts(client) == ["Second", "First"]
    assert pages.overview(order) + "#messages" in page
    assert pages.overview(estimate) + "#requests" in page
    assert order.number in page
    assert "Ada" in page


def test_what_was_answered_leaves(client, boss):
    order = order_factory()
    comment(order)
    asked = request(order)
    answering.reply(order, "Tomorrow.", boss)
    answering.close_change_request(asked, "It is bigger now.", boss)
    assert texts(client) == []
    assert "Nothing waits for you." in client.get(reverse(ADDRESS)).content.decode()


def test_what_was_taken_back_or_cancelled_or_said_by_us_is_not_there(client, boss):
    order, cancelled = order_factory(), order_factory()
    taken = comment(order)
    Comment.objects.filter(pk=taken.pk).update(removed_at=taken.created_at)
    answering.reply(order, "We begin tomorrow.", boss)
    request(cancelled)
    staging.cancel(cancelled, "Too late")
    assert texts(client) == []


def test_search_and_pages(client, boss):
    order = order_factory()
    for number in range(inbox.PER_PAGE + 2):
        comment(order, f"Message {number}")
    comment(order, "About the gear " + "x" * 300)
    assert len(texts(client, q="gear")[0]) == inbox.SHORT
    assert texts(client, q="nowhere") == []
    assert texts(client, p=2) == ["Message 2", "Message 1", "Message 0"]
    assert len(texts(client, q=order.number)) == inbox.PER_PAGE


def test_the_menu_says_how_many_in_one_query(boss, django_assert_num_queries):
    order = order_factory()
    for number in range(3):
        comment(order)
        request(order, number=number + 1)
    with django_assert_num_queries(1):
        assert inbox.count(boss) == 6


def test_the_menu_counts_no_further_than_it_says(boss, monkeypatch):
    monkeypatch.setattr(inbox, "MOST_ON_BADGE", 2)
    order = order_factory()
    for number in range(4):
        comment(order)
        request(order, number=number + 1)
    assert inbox.count(boss) == 3


def test_pages_hold_both_kinds_in_one_order(client, boss):
    order, written = order_factory(), []
    for number in range(inbox.PER_PAGE + 5):
        ask = comment if number % 3 else partial(request, number=number + 1)
        written.append(ask(order, text=f"Message {number}").text)
    assert texts(client) + texts(client, p=2) == written[::-1]


def test_a_page_reads_no_more_rows_of_a_table_than_it_may_need(client, boss):
    """All that wait are many where a shop does not answer here."""
    comment(order_factory())
    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("portal_admin:inbox_results"))
    asked = [q["sql"] for q in queries if 'AS "since"' in q["sql"]]
    assert len(asked) == 2
    assert all(f"LIMIT {inbox.PER_PAGE}" in sql for sql in asked)


def test_the_menu_entry_counts_and_is_quiet_when_nothing_waits(client, boss):
    assert "Inbox (" not in client.get(reverse("wagtailadmin_home")).content.decode()
    comment(order_factory())
    assert "Inbox (1)" in client.get(reverse("wagtailadmin_home")).content.decode()


def test_a_page_asks_the_same_however_many_wait(client, boss):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("portal_admin:inbox_results"))
        return len(queries)

    comment(order_factory())
    request(order_factory())
    asked()
    before = asked()
    for _ in range(4):
        comment(order_factory(items=1))
        request(estimate_factory(items=1))
    assert asked() == before


def test_staff_see_their_own_shop_alone(client, staff_of, only_site, other_site):
    comment(order_factory(site=other_site), "Theirs")
    request(estimate_factory(site=other_site), "Theirs too")
    comment(order_factory(), "Ours")
    user = staff_of(only_site, group="Portal editors")
    assert texts(client) == ["Ours"]
    assert texts(client, q="theirs") == []
    assert inbox.count(user) == 1


def test_who_works_with_no_document_has_no_inbox(client):
    from django.contrib.auth.models import Permission

    user = user_factory(is_superuser=False)
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client.force_login(user)
    comment(order_factory())
    assert client.get(reverse(ADDRESS)).status_code == 302
    assert "portal-inbox" not in client.get(reverse("wagtailadmin_home")).content.decode()


def test_inbox_stands_between_customers_and_payments():
    from portal_plugin.admin.menu import PortalViewSetGroup

    items = sorted(PortalViewSetGroup().get_submenu_items(), key=lambda item: item.order)
    names = [str(item.label) for item in items]
    assert names[:5] == ["Estimates", "Orders", "Customers", "Inbox", "Payments"]


def test_who_wrote_is_named_once(client, boss):
    document = estimate_factory()
    name = document.customer.name
    comment(document, author_name=name)
    request(document, author_name="Ada")
    theirs, own = client.get(reverse(ADDRESS)).context["table"].data
    assert own.document == f"{document.number} · Window sign"
    assert theirs.document == f"{document.number} · Window sign · {name}"


def test_words_run_in_their_own_direction(client, boss):
    comment(estimate_factory(), "Is it ready?")
    page = "".join(client.get(reverse(ADDRESS)).content.decode().split())
    assert page.index("<bdi>") < page.index("Isitready?</a></bdi>")

"""Where all must approve: who has still to say yes to an order that became dearer."""

import pytest

from portal_plugin.exceptions import NotAvailable
from portal_plugin.services import links, on_behalf, reminding
from portal_plugin.statuses import DocumentState
from tests import factories
from tests.actions.test_roles import run
from tests.factories import fresh

from .test_approvers import alex, answer, confirm, dearer, kim, make

__all__ = ["alex", "kim"]

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def made(make_once):
    """The order, approved by Kim and Alex and dearer by 30.00 since, and the link of each."""

    def make_dearer():
        estimate, *people = make()
        for link in people:
            for place in (0, 1):
                answer(estimate, link, place=place)
        return dearer(fresh(estimate).resulting_order, 30), *people

    return make_once(make_dearer)


@pytest.fixture
def order(made):
    return fresh(made[0])


def test_everybody_confirms_a_change_for_themselves(order, kim, alex):
    assert "It now waits for Alex" in confirm(order, kim).message
    assert fresh(order).state == fresh(order).listed_state == DocumentState.WAITING
    with pytest.raises(NotAvailable, match="waits for others"):
        confirm(order, kim)
    confirm(order, alex)
    assert fresh(order).state == fresh(order).listed_state == DocumentState.APPROVED


def test_the_page_says_who_has_confirmed_and_who_has_not(client, enter, order, kim, alex):
    confirm(order, kim)
    url = f"/portal/d/{order.public_id}/"
    enter(order, kim)
    page = client.get(url).content.decode()
    assert "You have approved. It waits for Alex." in page
    assert "Agreed to by Kim; waits for Alex." in page
    assert "a/confirm_change/" not in page
    enter(order, alex)
    page = client.get(url).content.decode()
    assert "Waiting for you: please confirm what changed." in page
    assert "a/confirm_change/" in page


def test_only_who_has_not_confirmed_is_reminded_and_nobody_pays(order, kim, alex):
    confirm(order, kim)
    assert [email.link for email in reminding.remind(fresh(order))] == [alex]
    with pytest.raises(NotAvailable, match="waits for Alex"):
        run(order, kim, "pay", shown="268")


def test_what_staff_write_down_is_said_by_everybody(order, kim):
    confirm(order, kim)
    on_behalf.confirm_change(fresh(order), "Phone", factories.user_factory())
    assert fresh(order).state == DocumentState.APPROVED


def test_a_confirmation_holds_where_the_next_version_asks_nothing_more(order, kim, alex):
    confirm(order, kim)
    again = fresh(order)
    again.introduction, again.line_items = "Hello", again.lines
    factories.publish(again)
    confirm(order, alex)
    assert fresh(order).state == DocumentState.APPROVED


def test_a_dearer_version_asks_also_who_confirmed_the_one_before(order, kim, alex):
    confirm(order, kim)
    dearer(order, 40)
    assert fresh(order).standing.asks_to_confirm(kim)
    confirm(order, alex)
    assert fresh(order).state == DocumentState.WAITING
    confirm(order, kim)
    assert fresh(order).state == DocumentState.APPROVED


def test_a_link_given_after_the_last_confirmation_asks_for_nothing(order, kim, alex):
    for link in (kim, alex):
        confirm(order, link)
    factories.link_factory(order, name="Sam", email="sam@example.org")
    assert fresh(order).state == DocumentState.APPROVED


def test_of_a_change_that_nobody_confirmed_a_later_link_is_asked(order, kim, alex):
    sam = factories.link_factory(order, name="Sam", email="sam@example.org")
    for link in (kim, alex):
        links.revoke(links.DirectLink.objects.get(pk=link.pk))
    assert fresh(order).state == DocumentState.WAITING
    confirm(order, sam)
    assert fresh(order).state == DocumentState.APPROVED

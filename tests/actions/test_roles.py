"""What each role may do, cell by cell: its buttons, and what the server does without one."""

import uuid

import pytest

from portal_plugin.exceptions import NotForThisLink
from portal_plugin.models import Submission
from portal_plugin.models.documents import lock
from portal_plugin.registry import action
from portal_plugin.services import links
from portal_plugin.services.visits import Visit
from tests import factories
from tests.services.test_deciding import decide, keys_of

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]

#: Action, and which of the roles approve, pay and look have it.
CELLS = [
    ("approve", "a--"),
    ("approve_multiple", "a--"),
    ("decline", "a--"),
    ("decline_all", "a--"),
    ("order_approved", "a--"),
    ("change_request", "a--"),
    ("withdraw_change_request", "a--"),
    ("pay", "ap-"),
    ("comment", "apl"),
    ("upload", "apl"),
    ("send_link", "apl"),
]
ON_ITEM = {"approve", "decline"}


def case(name, role, enter, client):
    """The document in a state that has the action, and its address there."""
    if name == "pay":
        document = factories.order_factory(items=2)
    else:
        document = factories.estimate_factory(items=3)
        if name == "order_approved":
            decide(document, keys_of(document)[:1])
    enter(document, factories.link_factory(document, role=role))
    if name == "withdraw_change_request":
        other = factories.link_factory(document, name="Alex", email="alex@example.org")
        run(document, other, "change_request", text="Larger")
    tail = f"{keys_of(document)[-1]}/" if name in ON_ITEM else ""
    return document, f"/portal/d/{document.public_id}/a/{name}/{tail}"


def run(document, link, verb, key=None, /, **data):
    data = {"client_key": str(uuid.uuid4())} | data
    return action(verb)(Visit(lock(document), link), key).run(data, {})


@pytest.mark.parametrize("role", ["approve", "pay", "look"])
@pytest.mark.parametrize(("name", "cells"), CELLS)
def test_a_role_has_the_button_and_the_page_or_neither(client, enter, name, cells, role):
    document, url = case(name, role, enter, client)
    has = role[0] in cells
    before = Submission.objects.count()
    page = client.get(f"/portal/d/{document.public_id}/").content.decode()
    if name != "send_link":  # its way in is on the page of uploads
        assert (f"a/{name}/" in page) is has
    assert client.get(url).status_code == (200 if has else 409)
    if not has:
        assert client.post(url, {"client_key": str(uuid.uuid4())}).status_code == 409
        assert Submission.objects.count() == before


def test_who_lacks_a_right_reads_who_has_it(client, enter):
    estimate = factories.estimate_factory(items=2)
    factories.link_factory(estimate, name="Alex", email="alex@example.org")
    factories.link_factory(estimate, name="Bo", email="bo@example.org", role="pay")
    enter(estimate, factories.link_factory(estimate, role="look"))
    page = client.get(f"/portal/d/{estimate.public_id}/").content.decode()
    assert "Alex may approve this." in page
    assert "Waiting for approval: 2 items" in page
    assert "Waiting for you" not in page


def test_where_nobody_may_approve_the_shop_is_the_one_to_ask(client, enter):
    estimate = factories.estimate_factory(items=1)
    enter(estimate, factories.link_factory(estimate, role="pay"))
    page = client.get(f"/portal/d/{estimate.public_id}/").content.decode()
    assert "Ask the shop if you want to answer this." in page


def test_a_right_that_was_taken_while_the_page_was_open_is_gone():
    """The link that the request read is the old one: the row is read again under the lock."""
    estimate = factories.estimate_factory(items=1)
    link = factories.link_factory(estimate)
    old = type(link).objects.select_related("recipient").get(pk=link.pk)
    links.limit(link, "look")
    with pytest.raises(NotForThisLink):
        run(estimate, old, "change_request", text="Larger")
    assert not Submission.objects.exists()


def test_who_lost_a_right_repeats_nothing_that_was_done_with_it():
    """The answer to a form that arrives again leads on: of a payment to the card form."""
    estimate = factories.estimate_factory(items=1)
    link, key = factories.link_factory(estimate), str(uuid.uuid4())
    action("change_request")(Visit(estimate, link=link)).run({"client_key": key, "text": "Larger"})
    links.limit(link, "look")
    again = action("change_request")(Visit(estimate, link=link))
    with pytest.raises(NotForThisLink):
        again.run({"client_key": key, "text": "Larger"})

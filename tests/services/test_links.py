from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from portal_plugin.models import Contact, LinkToken
from portal_plugin.services import links, outbox, renewing, work
from tests import clocks, factories

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]


def test_a_token_opens_its_link_and_is_stored_only_as_a_hash():
    link = factories.link_factory(factories.order_factory(items=1))
    token = links.make_token(link)
    assert links.by_token(token) == link
    assert len(token) == links.TOKEN_LENGTH
    row = LinkToken.objects.get()
    assert token not in (row.token_hash,)


@pytest.mark.parametrize("raw", ["", "x", "x" * 42, "x" * 44, "x" * 10_000, "ü" * 43, "\0" * 43])
def test_anything_else_opens_nothing(raw):
    assert links.by_token(raw) is None


def test_tokens_are_all_different():
    link = factories.link_factory(factories.order_factory(items=1))
    assert len({links.make_token(link) for _ in range(50)}) == 50


def test_sending_again_keeps_earlier_tokens_good():
    link = factories.link_factory(factories.order_factory(items=1))
    first = links.make_token(link)
    links.make_token(link)
    assert links.by_token(first) == link


#: Minutes until the link of ``old`` ends, and one more.
END = 3 * 24 * 60 + 1


@pytest.fixture
def old():
    """A link that would end in three days, and the secret that was mailed first."""
    link = factories.link_factory(factories.estimate_factory(items=1))
    raw = links.make_token(link)
    links.extend(link, timezone.now() + timedelta(days=3))
    return link, raw


def _mailed(link, **values):
    """What somebody asks for, where the values say nothing else."""
    values = {"kind": "link", "site": link.document.site, "document": link.document, **values}
    return links.make_token(link, outbox.queue(link=link, **values))


def test_no_secret_lives_longer_because_somebody_asked_for_a_new_one(old):
    """Who has an old email and knows the address could keep the way in open for ever."""
    link, raw = old
    renewing.of_link(link)
    work.run("mail")
    assert LinkToken.objects.filter(email__isnull=False).count() == 1
    new = links.make_token(link)
    assert links.by_token(raw).is_usable
    with clocks.wrong_by(END):
        assert links.by_token(raw).is_expired
        assert links.by_token(new).is_usable
        _mailed(link)
        assert links.by_token(raw).is_expired


@pytest.mark.parametrize(("kind", "is_by_staff"), [("link", True), ("comment", False)])
def test_it_does_where_staff_send_again_or_something_happens(old, kind, is_by_staff):
    link, raw = old
    _mailed(link, kind=kind, sent_by=factories.user_factory() if is_by_staff else None)
    with clocks.wrong_by(END):
        assert links.by_token(raw).is_usable


def test_what_staff_give_more_time_has_it_by_every_secret_that_still_opens(old):
    link, raw = old
    _mailed(link)
    links.extend(link, timezone.now() + timedelta(days=60))
    with clocks.wrong_by(END):
        assert links.by_token(raw).is_usable


def test_a_secret_that_had_ended_opens_nothing_that_is_given_more_time(old):
    link, raw = old
    _mailed(link)
    with clocks.wrong_by(END):
        links.extend(link, timezone.now() + timedelta(days=60))
        assert links.by_token(raw).is_expired


def test_a_link_lives_at_least_as_long_as_its_estimate():
    far = timezone.localdate() + timedelta(days=90)
    estimate = factories.estimate_factory(items=1, valid_until=far)
    assert timezone.localdate(factories.link_factory(estimate).expires_at) >= far


def test_one_person_has_one_link_to_one_document():
    order = factories.order_factory(items=1)
    assert factories.link_factory(order) == factories.link_factory(order)


def test_a_contact_of_the_customers_own_name_may_be_deleted():
    """Two recipients are alike then, and sending to the customer goes on."""
    order = factories.order_factory(items=1)
    customer = order.customer
    own = factories.link_factory(order)
    contact = Contact.objects.create(customer=customer, name=customer.name, email=customer.email)
    factories.link_factory(order, contact=contact)
    contact.delete()
    assert factories.link_factory(order) == own


def test_revoking_kills_one_link_alone():
    order = factories.order_factory(items=1)
    one = factories.link_factory(order)
    other = factories.link_factory(order, name="Other", email="other@example.org")
    links.revoke(one)
    assert not links.by_token(links.make_token(one)).is_usable
    assert other.is_usable


def test_no_table_holds_a_usable_token():
    link = factories.link_factory(factories.order_factory(items=1))
    token = links.make_token(link)
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if not table.startswith("portal_plugin"):
                continue
            cursor.execute(f'SELECT * FROM "{table}"')
            assert token not in str(cursor.fetchall())


def test_copying_a_link_leaves_a_trace():
    order = factories.order_factory(items=1)
    link = factories.link_factory(order)
    url = links.copy(link, factories.user_factory())
    assert links.by_token(url.rstrip("/").rpartition("/")[2]) == link
    assert order.activities.filter(verb="link_copied").count() == 1

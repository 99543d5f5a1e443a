"""What staff take back: by a new entry, with a reason that the customer reads."""

import pytest

from portal_plugin.exceptions import PortalError
from portal_plugin.models import Decision, Estimate, Order, OutgoingEmail
from portal_plugin.services import files, mail_rendering, on_behalf, publishing, staging
from portal_plugin.services.evidence import verifying
from portal_plugin.statuses import ItemState
from tests import factories, samples

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]


@pytest.fixture
def user():
    return factories.user_factory()


def test_the_customer_reads_the_reason_in_an_email(user):
    estimate = factories.estimate_factory(items=2)
    factories.link_factory(estimate)
    estimate = factories.approve(estimate, [estimate.lines[0].key])
    on_behalf.take_back(estimate, estimate.lines[0].key, "We mixed up two sizes", user)
    letter = mail_rendering.render(OutgoingEmail.objects.get(kind="news_undo"), url="#")
    assert "ask you again" in letter.subject
    for words in ("A1 poster", "We mixed up two sizes"):
        assert words in letter.text
        assert words in letter.html


def test_the_page_says_why_the_item_waits_again(client, enter, user):
    estimate = factories.estimate_factory(items=2)
    estimate = factories.approve(estimate, [estimate.lines[0].key])
    on_behalf.take_back(estimate, estimate.lines[0].key, "We mixed up two sizes", user)
    enter(estimate)
    page = client.get(f"/portal/d/{estimate.public_id}/").content.decode()
    assert "The shop took the answer back" in page
    assert "We mixed up two sizes" in page


def test_on_an_estimate_that_became_an_order_it_is_refused_and_the_order_takes_it(user):
    estimate = factories.approve(factories.estimate_factory(items=1))
    key = estimate.lines[0].key
    with pytest.raises(PortalError, match="Take it back there"):
        on_behalf.take_back(estimate, key, "A misunderstanding", user)
    order = Order.objects.get()
    on_behalf.take_back(order, key, "A misunderstanding", user)
    assert Order.objects.get().standing.items[key].state == ItemState.WAITING
    assert Estimate.objects.get().state == "converted"


@pytest.mark.parametrize("end", [staging.complete, lambda o, u: staging.cancel(o, "No", u)])
def test_on_what_has_ended_it_is_refused_with_nothing_written(user, end):
    order = factories.approve(factories.order_factory(items=1))
    end(order, user)
    before = Decision.objects.count()
    with pytest.raises(PortalError):
        on_behalf.take_back(order, order.lines[0].key, "A misunderstanding", user)
    assert Decision.objects.count() == before


def test_a_second_press_takes_nothing_back_twice(user):
    order = factories.approve(factories.order_factory(items=1))
    on_behalf.take_back(order, order.lines[0].key, "A misunderstanding", user)
    with pytest.raises(PortalError):
        on_behalf.take_back(order, order.lines[0].key, "A misunderstanding", user)
    assert Decision.objects.filter(verdict="undo").count() == 1


def test_what_shows_an_answer_stays_with_staff_when_the_next_version_goes_out(user):
    estimate = factories.estimate_factory(items=2)
    keys, page = [estimate.lines[0].key], samples.upload("signed.png")
    on_behalf.record(estimate, keys, "approve", "By fax", user, evidence=page)
    files.store(estimate, samples.upload("sheet.pdf", samples.pdf()), staff=user)
    publishing.release(estimate, user=user)
    assert files.for_customer(estimate).get().name == "sheet.pdf"
    assert list(verifying.faults(Estimate.objects.get())) == []

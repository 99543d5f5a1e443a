"""The customer confirms what changed around the items that they approved."""

import pytest

from portal_plugin.models import (
    Activity,
    Estimate,
    Order,
    OutgoingEmail,
    PortalSettings,
    Submission,
)
from portal_plugin.services import activity, links
from portal_plugin.statuses import DocumentState, LinkRole
from tests import factories
from tests.filling import filled, shown_again, url_of, written
from tests.portal.test_pages import queries_of_the_plugin, warm

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]


@pytest.fixture
def order(enter):
    """Approved, and dearer by 30.00 since."""
    order = factories.approve(factories.order_factory(items=2))
    order.shipping_amount = 30
    order.line_items = order.lines
    order = factories.publish(order)
    enter(order)
    return order


def page_of(client, document):
    return client.get(f"/portal/d/{document.public_id}/").content.decode()


def test_the_page_asks_for_it_first_and_offers_no_payment(client, order):
    page = page_of(client, order)
    assert "The total changed from €238.00 to €268.00." in page
    assert "please confirm what changed" in page
    assert page.index("a/confirm_change/") < page.index("a/comment/")
    assert "a/pay/" not in page


def test_the_yes_keeps_the_version_with_its_digest(client, order):
    url = url_of(order, "confirm_change")
    response = client.post(url, filled(client, url, confirm="on"))
    assert response.status_code == 303
    fresh = Order.objects.get()
    assert fresh.state == fresh.listed_state == DocumentState.APPROVED
    facts = activity.facts(Activity.objects.get(verb="confirm_change"))
    assert (facts["version"], facts["digest"]) == (2, order.current_version.digest)
    assert Submission.objects.get(pk=facts["submission"]).name == order.customer.name
    assert OutgoingEmail.objects.filter(kind="receipt_confirm_change").count() == 1
    assert OutgoingEmail.objects.filter(kind="staff_confirm_change").count() == 1
    page = page_of(client, order)
    assert "a/pay/" in page
    assert "The total changed" not in page


def test_without_the_tick_nothing_is_written(client, order):
    url = url_of(order, "confirm_change")
    data = filled(client, url)
    before = written()
    assert client.post(url, data).status_code == 400
    assert written() == before


def test_the_same_yes_twice_is_one(client, order):
    url = url_of(order, "confirm_change")
    data = filled(client, url, confirm="on")
    assert [client.post(url, data).status_code for _ in range(2)] == [303, 303]
    assert Activity.objects.filter(verb="confirm_change").count() == 1


def test_a_yes_to_an_earlier_version_is_asked_again_with_what_holds_now(client, order):
    url = url_of(order, "confirm_change")
    data = filled(client, url, confirm="on")
    order.shipping_amount = 50
    order.line_items = order.lines
    factories.publish(order)
    before = written()
    response = client.post(url, data)
    assert response.status_code == 409
    assert written() == before
    assert "€288.00" in response.content.decode()
    assert not response.context["form"]["confirm"].value()
    again = shown_again(response)
    assert client.post(url, again).status_code == 400
    assert client.post(url, again | {"confirm": "on"}).status_code == 303


def test_paying_asks_for_the_yes_first(client, order):
    before = written()
    answers = [client.get(url_of(order, "pay")), client.post(url_of(order, "pay"), {"shown": 1})]
    assert [answer.status_code for answer in answers] == [409, 409]
    assert "confirm" in answers[0].content.decode()
    assert written() == before


def test_another_delivery_keeps_nobody_from_paying(client, order):
    url = url_of(order, "confirm_change")
    client.post(url, filled(client, url, confirm="on"))
    fresh = Order.objects.get()
    fresh.delivery_text = "By courier"
    fresh.line_items = fresh.lines
    factories.publish(fresh)
    page = page_of(client, order)
    assert "The delivery changed: – → By courier." in page
    assert "a/pay/" in page


def test_who_may_only_look_is_not_asked(client, order):
    link = links.of_document(order).get()
    link.role = LinkRole.LOOK
    link.save()
    assert "a/confirm_change/" not in page_of(client, order)
    assert client.get(url_of(order, "confirm_change")).status_code == 409


def test_the_yes_makes_the_order_that_only_it_kept_back(client, enter):
    estimate = factories.estimate_factory(items=2)
    estimate = factories.approve(estimate, [estimate.lines[0].key])
    estimate.shipping_amount = 30
    estimate.line_items = estimate.lines
    estimate = factories.publish(estimate)
    enter(estimate)
    factories.approve(estimate, [estimate.lines[1].key])
    assert not Order.objects.exists()
    url = url_of(estimate, "confirm_change")
    response = client.post(url, filled(client, url, confirm="on"))
    order = Order.objects.get(source_estimate=estimate)
    assert response.url.startswith(f"/portal/d/{order.public_id}/")
    assert Estimate.objects.get().state == DocumentState.CONVERTED
    page = client.get(response.url).content.decode()
    assert f"This is now order {order.number}." in page


def test_the_page_keeps_to_its_queries(client, order):
    url = f"/portal/d/{order.public_id}/"
    warm(client)
    assert len(queries_of_the_plugin(client, url)) <= 13


def test_a_shop_that_asks_for_codes_asks_for_one_here_too(client, order):
    PortalSettings.objects.update_or_create(site=order.site, defaults={"code_above": 100})
    url = url_of(order, "confirm_change")
    page = client.post(url, filled(client, url, confirm="on"))
    assert page.status_code == 200
    assert "carried" in page.context
    assert not Activity.objects.filter(verb="confirm_change").exists()

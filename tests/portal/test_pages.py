import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal_plugin import registry
from portal_plugin.models import (
    Attachment,
    Comment,
    PaymentAttempt,
    PortalSettings,
    SalesDocument,
)
from portal_plugin.services import files, payments
from tests import factories, samples

pytestmark = pytest.mark.django_db

#: Site and locale are asked for by the site's base, and by every page of a Wagtail site.
OF_THE_SITE = ("wagtailcore_site", "wagtailcore_locale", "website_", "wagtailcore_page")


def url_of(document, rest=""):
    return f"/portal/d/{document.public_id}/{rest}"


def queries_of_the_plugin(client, url):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(url).status_code == 200
    texts = [query["sql"] for query in captured.captured_queries]
    return [text for text in texts if "portal_plugin_" in text]


def warm(client):
    """The site's own base makes a row of its brand when it is first shown."""
    client.get("/portal/how-it-works/en/")


@pytest.mark.parametrize("items", [1, 10, 100])
def test_the_page_costs_the_same_queries_however_many_items(client, enter, items):
    order = factories.order_factory(items=items)
    link = enter(order)
    for item in order.lines:
        Comment.objects.create(document_id=order.pk, item_key=item.key, text="Hi", link=link)
    warm(client)
    assert len(queries_of_the_plugin(client, url_of(order))) <= 12


def test_a_plain_view_writes_nothing(client, enter):
    order = factories.order_factory(items=2)
    enter(order)
    warm(client)
    with CaptureQueriesContext(connection) as captured:
        client.get(url_of(order))
    assert not [q for q in captured.captured_queries if not q["sql"].startswith("SELECT")]


def test_no_session_is_made(client, enter):
    enter(factories.order_factory(items=1))
    assert not Session.objects.exists()


def test_the_page_says_whose_turn_it_is(client, enter):
    estimate = factories.estimate_factory(items=3)
    enter(estimate)
    page = client.get(url_of(estimate)).content.decode()
    assert estimate.number in page
    assert "Waiting for you: 3 items" in page
    assert "Approve Multiple Items" in page


def test_a_converted_estimate_leads_to_its_order(client, enter):
    estimate = factories.estimate_factory(items=1)
    enter(estimate)
    response = approve(client, estimate, estimate.lines[0].key)
    order = estimate.resulting_order
    assert response.status_code == 303
    assert response.url.startswith(url_of(order))
    assert client.get(url_of(estimate)).url == url_of(order)
    page = client.get(response.url).content.decode()
    assert "Thank you" in page
    assert client.get(url_of(order, "estimate/")).status_code == 200


def approve(client, document, key, **values):
    url = url_of(document, f"a/approve/{key}/")
    form = client.get(url).context["form"]
    data = {name: form[name].value() or "" for name in ("client_key", "shown", "terms_id")}
    return client.post(url, data | {"accept_terms": "on"} | values)


def test_staff_look_and_do_not_act(client, enter):
    estimate = factories.estimate_factory(items=1)
    enter(estimate)
    client.force_login(factories.user_factory())
    assert "staff" in str(client.get(url_of(estimate)).context["visit"])
    response = approve_as_staff(client, estimate)
    assert response.status_code == 409
    assert not estimate.decisions.exists()


def approve_as_staff(client, estimate):
    key = estimate.lines[0].key
    return client.post(url_of(estimate, f"a/approve/{key}/"), {"accept_terms": "on"})


def test_a_document_that_is_revised_says_so(client, enter):
    estimate = factories.estimate_factory(items=1)
    enter(estimate)
    estimate.unpublish()
    page = client.get(url_of(estimate)).content.decode()
    assert "A1 poster" not in page


def test_the_balance_falls_with_a_payment(client, enter):
    order = factories.order_factory(items=1)
    enter(order)
    payments.record_offline(
        order,
        amount=order.totals.total,
        method="Bank transfer",
        occurred_at=order.created_at,
        note="",
        user=factories.user_factory(),
    )
    page = client.get(url_of(order)).content.decode()
    assert "Balance due" in page
    assert not PaymentAttempt.objects.exists()


def test_nothing_of_an_expired_estimate_waits(client, enter):
    estimate = factories.estimate_factory(items=1)
    SalesDocument.objects.update(valid_until_override=timezone.localdate() - timedelta(days=1))
    enter(estimate)
    page = client.get(url_of(estimate)).content.decode()
    assert "Expired" in page
    assert "Waiting for approval" not in page


def test_of_an_expired_estimate_a_new_one_is_the_thing_to_ask_for(client, enter):
    estimate = factories.estimate_factory(items=1)
    enter(estimate)
    words = ">Ask for a new estimate</a>"
    assert words not in client.get(url_of(estimate)).content.decode()
    SalesDocument.objects.update(valid_until_override=timezone.localdate() - timedelta(days=1))
    page = client.get(url_of(estimate)).content.decode()
    head = page.partition("data-portal-primary")[2].partition("</header>")[0]
    assert 'class="portal-button" href="a/comment/"' in head
    assert words in head
    assert "View / Add Comments" in head


def test_how_it_works_tells_of_what_the_shop_has_switched_on(client):
    site = factories.site_factory()
    url = "/portal/how-it-works/en/"
    words = ("Invite a colleague", "a code that we send")
    assert not any(text in client.get(url).content.decode() for text in words)
    PortalSettings.objects.filter(site=site).update(lets_invite=True, code_above=100)
    assert all(text in client.get(url).content.decode() for text in words)


def test_how_it_works_explains_every_action(client):
    """By the words on its button."""
    site = factories.site_factory()
    PortalSettings.objects.filter(site=site).update(lets_invite=True)
    page = client.get("/portal/how-it-works/en/").content.decode()
    of_the_plugin = [
        action for action in registry.actions() if action.__module__.startswith("portal_plugin.")
    ]
    assert [action.name for action in of_the_plugin if str(action.label) not in page] == []


@pytest.mark.parametrize(("items", "label"), [(1, "Approve"), (2, "Approve: A2 poster")])
def test_the_first_button_says_which_of_several_items_it_approves(client, enter, items, label):
    rows = [factories.line_item(n, name=f"A{n} poster") for n in range(1, items + 1)]
    estimate = factories.estimate_factory(items=rows)
    if items > 1:
        factories.approve(estimate, [estimate.lines[0].key])
    enter(estimate)
    page = client.get(url_of(estimate)).content.decode()
    first = page[page.index("data-portal-primary") :]
    assert f">{label}</a>" in first[: first.index("</div>")]


def test_a_discount_does_not_run_into_the_price_before_it(client, enter):
    estimate = factories.estimate_factory(items=[factories.line_item(discount_percent=10)])
    enter(estimate)
    page = client.get(url_of(estimate)).content.decode()
    assert "€50.00</bdi><br>Discount <bdi" in page


def test_files_tell_the_time_of_the_readers_own_zone(client, enter):
    estimate = factories.estimate_factory()
    files.store(estimate, samples.upload("front.png", samples.png()), is_internal=False)
    Attachment.objects.update(shown_at=timezone.now())
    enter(estimate)
    page = client.get(url_of(estimate)).content.decode()
    listed = page[page.index('class="portal-file"') :]
    assert "data-local" in listed[: listed.index("</time>")]


@pytest.mark.parametrize(("unit", "text"), [("", "Quantity: 2"), ("pieces", "2 pieces")])
def test_a_form_says_how_many_it_is_about(client, enter, unit, text):
    """A bare "2 ×" above the amount would read as if it were the price of one."""
    estimate = factories.estimate_factory(items=[factories.line_item(unit=unit)])
    enter(estimate)
    form = client.get(f"/portal/d/{estimate.public_id}/a/decline/{estimate.lines[0].key}/")
    words = " ".join(re.sub("<[^>]*>", " ", form.content.decode()).split())
    assert text in words
    assert f"{text} ×" not in words

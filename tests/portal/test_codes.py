"""A code by email before what binds: sent to the person, typed in the same browser, once."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from portal_plugin import faults
from portal_plugin.models import (
    Decision,
    EmailCode,
    Order,
    OutgoingEmail,
    PortalSettings,
    Submission,
)
from portal_plugin.services import codes, work
from tests import factories
from tests.filling import filled, url_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def estimate(enter, estimate_of_two):
    factories.site_factory(code_above=100)
    estimate = factories.fresh(estimate_of_two)
    enter(estimate)
    return estimate


@pytest.fixture
def url(estimate):
    return url_of(estimate, "approve", estimate.lines[0].key)


def approving(client, url):
    return filled(client, url, accept_terms="on", name="Kim at work")


def code_sent():
    work.run("mail")
    letter = next(one for one in reversed(mail.outbox) if "Your code" in one.subject)
    return re.search(r"^(\d{6})$", letter.body, re.MULTILINE).group(1)


def other_than(code):
    return f"{(int(code) + 1) % 10**6:06}"


def test_it_is_sent_asked_for_and_goes_on_with_what_was_typed(client, url):
    data = approving(client, url)
    page = client.post(url, data)
    assert page.status_code == 200
    assert "c•••@example.org" in page.content.decode()
    assert not Submission.objects.exists()
    kept = dict(page.context["carried"])
    assert kept["name"] == "Kim at work"
    assert client.post(url, kept | {"code": code_sent()}).status_code == 303
    assert Decision.objects.get().submission.name == "Kim at work"


def test_no_code_is_kept_anywhere_and_its_email_has_no_way_in(client, url):
    client.post(url, approving(client, url))
    code = code_sent()
    letter = mail.outbox[-1]
    assert "/portal/" not in letter.body + letter.alternatives[0][0]
    assert code not in letter.subject
    email = OutgoingEmail.objects.get(kind="code")
    row = EmailCode.objects.get()
    assert code not in repr([vars(email), vars(row)])
    assert not email.tokens.exists()
    assert email.thread == ""


def test_nobody_is_asked_below_the_amount_or_where_it_is_off(client, url):
    for amount in (10**6, None):
        PortalSettings.objects.update(code_above=amount)
        EmailCode.objects.all().delete()
        client.post(url, approving(client, url) | {"accept_terms": ""})
        assert not EmailCode.objects.exists()
    assert client.post(url, approving(client, url)).status_code == 303


def test_at_the_amount_itself_nobody_is_asked(client, url, estimate):
    PortalSettings.objects.update(code_above=estimate.totals.total)
    assert client.post(url, approving(client, url)).status_code == 303


def test_a_form_that_would_be_refused_and_a_look_send_nothing(client, url):
    client.get(url)
    client.head(url)
    client.post(url, approving(client, url) | {"accept_terms": ""})
    assert not EmailCode.objects.exists()


def test_it_may_be_typed_in_the_digits_of_arabic(client, url):
    data = approving(client, url)
    client.post(url, data)
    typed = code_sent().translate({ord("0") + n: chr(0x660 + n) for n in range(10)})
    assert client.post(url, data | {"code": typed}).status_code == 303


def test_five_tries_and_then_it_does_not_count_any_more(client, url):
    data = approving(client, url)
    client.post(url, data)
    code = code_sent()
    for _ in range(5):
        assert client.post(url, data | {"code": other_than(code)}).status_code == 403
    assert client.post(url, data | {"code": code}).status_code == 403
    assert not Decision.objects.exists()


def test_it_counts_for_ten_minutes(client, url):
    data = approving(client, url)
    client.post(url, data)
    code = code_sent()
    EmailCode.objects.update(created_at=timezone.now() - timedelta(minutes=11))
    assert client.post(url, data | {"code": code}).status_code == 403


def test_another_browser_cannot_use_it(client, url, estimate, enter):
    data = approving(client, url)
    client.post(url, data)
    other = Client()
    enter(estimate, estimate.links.get(), client=other)
    code = code_sent()
    assert other.post(url, approving(other, url) | {"code": code}).status_code == 403
    assert not Decision.objects.exists()


def test_another_action_needs_its_own(client, url, estimate):
    client.post(url, approving(client, url))
    code = code_sent()
    decline = url_of(estimate, "decline", estimate.lines[1].key)
    assert client.post(decline, filled(client, decline) | {"code": code}).status_code == 403


def test_a_newer_one_ends_the_one_before(client, url):
    data = approving(client, url)
    client.post(url, data)
    first = code_sent()
    EmailCode.objects.update(created_at=timezone.now() - timedelta(minutes=1))
    client.post(url, data | {"code_again": "1"})
    second = code_sent()
    assert EmailCode.objects.count() == 2
    assert first == second or client.post(url, data | {"code": first}).status_code == 403
    assert client.post(url, data | {"code": second}).status_code == 303


def test_sending_again_is_limited_and_a_second_press_is_the_first(client, url):
    data = approving(client, url)
    for _ in range(3):
        client.post(url, data)
    assert OutgoingEmail.objects.filter(kind="code").count() == 1
    for _ in range(codes.PER_HOUR + 2):
        EmailCode.objects.update(created_at=timezone.now() - timedelta(minutes=2))
        answer = client.post(url, data | {"code_again": "1"})
    assert answer.status_code == 429
    assert OutgoingEmail.objects.filter(kind="code").count() == codes.PER_HOUR


def test_a_browser_that_typed_one_is_known(client, url, estimate):
    PortalSettings.objects.update(code_above=None, code_for_new_browsers=True)
    data = approving(client, url)
    client.post(url, data)
    assert client.post(url, data | {"code": code_sent()}).status_code == 303
    EmailCode.objects.update(confirmed_at=timezone.now() - timedelta(days=9))
    other = url_of(estimate, "approve", estimate.lines[1].key)
    assert client.post(other, approving(client, other)).status_code == 303


def test_nobody_plants_the_secret_of_a_known_browser(client, url, estimate, enter):
    """From a sibling of the host, say: then wait until the customer has typed a code."""
    PortalSettings.objects.update(code_above=None, code_for_new_browsers=True)
    thief, planted = Client(), "known to the thief"
    enter(estimate, estimate.links.get(), client=thief)
    for browser in (client, thief):
        browser.cookies["portal_browser_key"] = planted
    data = approving(client, url)
    cookie = client.post(url, data, secure=True).cookies["__Host-portal_browser_key"]
    assert (cookie["path"], cookie["domain"], cookie["secure"]) == ("/", "", True)
    assert client.post(url, data | {"code": code_sent()}, secure=True).status_code == 303
    other = url_of(estimate, "approve", estimate.lines[1].key)
    assert "Go on" in thief.post(other, approving(thief, other), secure=True).content.decode()
    assert client.post(other, approving(client, other), secure=True).status_code == 303


def test_who_has_no_address_reads_whom_to_ask(client, enter):
    site = factories.site_factory(code_above=0)
    customer = factories.customer_factory(site, email="")
    estimate = factories.estimate_factory(items=1, site=site, customer=customer)
    enter(estimate)
    url = url_of(estimate, "approve", estimate.lines[0].key)
    answer = client.post(url, approving(client, url))
    assert answer.status_code == 409
    assert "Ask the shop" in answer.content.decode()


def test_a_payment_asks_before_the_card_form(client, enter):
    order = factories.order_factory(items=1, site=factories.site_factory(code_above=10))
    enter(order)
    url = url_of(order, "pay")
    page = client.get(url).content.decode()
    assert "Send me the code" in page
    assert not EmailCode.objects.exists()
    answer = client.post(url, {}, headers={"Accept": "application/json"})
    assert answer.status_code == 403
    client.post(url, {})
    assert client.post(url, {"code": code_sent()}).status_code == 303
    assert "Send me the code" not in client.get(url).content.decode()


def test_a_code_that_is_late_stays_here(client, url):
    client.post(url, approving(client, url))
    OutgoingEmail.objects.update(created_at=timezone.now() - timedelta(minutes=11))
    work.run("mail")
    assert not mail.outbox


def test_a_change_is_not_confirmed_without_one(client, enter):
    order = factories.approve(factories.order_factory(items=2))
    order.shipping_amount = 30
    order.line_items = order.lines
    order = factories.publish(order)
    PortalSettings.objects.update(code_above=100)
    enter(order)
    url = url_of(order, "confirm_change")
    data = filled(client, url, confirm="on")
    assert "Go on" in client.post(url, data).content.decode()
    assert not order.activities.filter(verb="confirm_change").exists()
    assert client.post(url, data | {"code": code_sent()}).status_code == 303
    assert order.activities.filter(verb="confirm_change").exists()


def test_no_choice_makes_an_order_without_one(client, enter):
    """What is left out may be the last thing that was not approved."""
    lines = [factories.line_item(1), factories.line_item(2, is_optional=True, is_selected=True)]
    estimate = factories.estimate_factory(lines)
    factories.approve(estimate, [estimate.lines[0].key])
    PortalSettings.objects.update(code_above=200)
    enter(estimate)
    url = url_of(estimate, "choose")
    data = {"client_key": str(uuid4())}
    assert "Go on" in client.post(url, data).content.decode()
    assert not Order.objects.exists()
    client.post(url, data | {"code": code_sent()})
    assert Order.objects.exists()


def test_a_choice_that_overtakes_an_approval_makes_no_order_without_one(client, enter, monkeypatch):
    """Nothing was approved when it was asked whether a code is due, and all but it is by now."""
    lines = [factories.line_item(1), factories.line_item(2, is_optional=True, is_selected=True)]
    estimate = factories.estimate_factory(lines)
    PortalSettings.objects.update(code_above=0)
    enter(estimate)
    first = [estimate.lines[0].key]
    others = {"act.prepared": lambda: factories.approve(estimate, first)}
    monkeypatch.setattr(faults, "on_reach", lambda point: others.pop(point, int)())
    answer = client.post(url_of(estimate, "choose"), {"client_key": str(uuid4())})
    assert answer.status_code == 409
    assert not Order.objects.exists()


def test_nobody_invites_themselves_to_have_it_sent_to_them(client, estimate):
    PortalSettings.objects.update(lets_invite=True)
    url = url_of(estimate, "invite")
    thief = {"name": "Mallory", "email": "mallory@example.org", "role": "approve"}
    data = filled(client, url) | thief
    assert "Go on" in client.post(url, data).content.decode()
    assert estimate.links.count() == 1
    assert client.post(url, data | {"code": code_sent()}).status_code == 303
    assert estimate.links.count() == 2


def confirmed(client, url, data):
    """The code was typed, and then something refused what it was for."""
    client.post(url, data)
    code_sent()
    EmailCode.objects.update(confirmed_at=timezone.now())


def test_whoever_approves_item_by_item_types_one_for_all(client, url, estimate):
    data = approving(client, url)
    client.post(url, data)
    assert client.post(url, data | {"code": code_sent()}).status_code == 303
    other = url_of(estimate, "approve", estimate.lines[1].key)
    assert client.post(other, approving(client, other)).status_code == 303
    assert Decision.objects.count() == 2
    assert EmailCode.objects.count() == 1


def test_it_counts_for_approving_several_too(client, url, estimate):
    confirmed(client, url, approving(client, url))
    several = url_of(estimate, "approve_multiple")
    keys = [str(line.key) for line in estimate.lines]
    assert client.post(several, approving(client, several) | {"items": keys}).status_code == 303


@pytest.mark.parametrize(
    "change",
    [
        {"confirmed_at": timezone.now() - timedelta(minutes=11)},
        {"amount": 1},
        {"browser": "0" * 64},
        {"action": "decline"},
        {"confirmed_at": None},
    ],
)
def test_nobody_approves_another_item_by_one_that_ended_or_was_for_less(
    client, url, estimate, change
):
    confirmed(client, url, approving(client, url))
    EmailCode.objects.update(**change)
    other = url_of(estimate, "approve", estimate.lines[1].key)
    assert "Go on" in client.post(other, approving(client, other)).content.decode()
    assert not Decision.objects.exists()


def test_none_of_another_person_counts(client, url, estimate):
    confirmed(client, url, approving(client, url))
    EmailCode.objects.update(link=factories.link_factory(factories.estimate_factory(items=1)))
    assert "Go on" in client.post(url, approving(client, url)).content.decode()


def test_a_decline_is_about_its_item_alone(client, estimate):
    urls = [url_of(estimate, "decline", line.key) for line in estimate.lines]
    confirmed(client, urls[0], filled(client, urls[0]))
    assert "Go on" in client.post(urls[1], filled(client, urls[1])).content.decode()
    assert client.post(urls[0], filled(client, urls[0])).status_code == 303


def test_an_item_that_changed_asks_for_another_one(client, url, estimate):
    confirmed(client, url, approving(client, url))
    changed = estimate.lines
    changed[0].unit_price = 90
    estimate.line_items = changed
    factories.publish(estimate)
    assert "Go on" in client.post(url, approving(client, url)).content.decode()


def test_a_higher_amount_asks_again_and_a_lower_one_does_not(client, enter):
    order = factories.order_factory(items=1, site=factories.site_factory(code_above=10))
    enter(order)
    url = url_of(order, "pay")
    client.post(url, {})
    client.post(url, {"code": code_sent()})
    row = EmailCode.objects.get()
    assert row.amount == order.amount_due
    for amount, asks in ((row.amount + 1, False), (row.amount - 1, True)):
        EmailCode.objects.update(amount=amount)
        assert ("Send me the code" in client.get(url).content.decode()) is asks


def test_a_code_for_less_does_not_open_what_costs_more_by_now(client, url):
    data = approving(client, url)
    client.post(url, data)
    code = code_sent()
    EmailCode.objects.update(amount=1)
    assert client.post(url, data | {"code": code}).status_code == 403
    assert not Decision.objects.exists()


def test_where_codes_are_asked_for_from_that_moment_on_nothing_binds_without_one(
    client, url, estimate, monkeypatch
):
    """They were off when it was asked whether one is due. What binds nobody goes on."""
    for address, status in ((url_of(estimate, "comment"), 303), (url, 409)):
        PortalSettings.objects.update(code_above=None)
        others = {"act.prepared": lambda: PortalSettings.objects.update(code_above=100)}
        data = approving(client, address) | {"text": "Hello"}
        monkeypatch.setattr(faults, "on_reach", lambda point, do=others: do.pop(point, int)())
        assert client.post(address, data).status_code == status
    assert not Decision.objects.exists()

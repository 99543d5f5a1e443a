"""A publish that takes decisions back asks first."""

import pytest
from django.urls import reverse

from portal_plugin.models import Decision, Estimate, OutgoingEmail, Submission
from tests.factories import approve, estimate_factory, fresh, link_factory

from . import pages

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def made(make_once):
    def make():
        document = estimate_factory(items=3)
        link_factory(document)
        return approve(document, [document.lines[0].key])

    return make_once(make)


@pytest.fixture
def approved(boss, made):
    """The first of three items is approved."""
    return fresh(made)


def publish(client, document, changed, value="send"):
    rows = pages.rows_of(document)
    rows[changed]["name"] = "Renamed"
    data = pages.document(document.customer, rows, len(rows), **{"action-publish": value})
    return client.post(pages.url(Estimate, "edit", document.pk), data)


def confirm(document):
    return reverse("portal_admin:confirm", args=[document.pk])


def test_an_edit_of_an_approved_item_asks_first(client, approved):
    response = publish(client, approved, changed=0)
    assert response.url == confirm(approved) + "?then=send"
    assert Estimate.objects.get().current_version.number == 1
    assert "A1 poster" in client.get(response.url).content.decode()


def test_an_edit_of_another_item_does_not(client, approved):
    response = publish(client, approved, changed=1)
    assert response.url == reverse("portal_admin:send", args=[approved.pk])
    assert Estimate.objects.get().current_version.number == 2


def test_without_anything_to_take_back_there_is_nothing_to_ask(client, approved):
    assert client.get(confirm(approved)).url == pages.url(Estimate, "edit", approved.pk)


def test_asking_again(client, approved):
    url = publish(client, approved, changed=0).url
    response = client.post(url, {"choice": "ask"})
    assert response.url == reverse("portal_admin:send", args=[approved.pk])
    document = Estimate.objects.get()
    assert document.current_version.number == 2
    assert document.standing.items[approved.lines[0].key].state == "waiting"


def test_keeping_what_was_agreed(client, approved, boss):
    url = publish(client, approved, changed=0, value="publish").url
    OutgoingEmail.objects.all().delete()
    client.post(url, {"choice": "agreed", "note": "Talked to Kim"})
    document = Estimate.objects.get()
    assert document.standing.items[approved.lines[0].key].state == "approved"
    assert Submission.objects.last().note == "Talked to Kim"
    assert OutgoingEmail.objects.filter(kind="receipt_approve").exists()


def test_keeping_needs_a_note_and_writes_nothing_without(client, approved):
    url = publish(client, approved, changed=0).url
    client.post(url, {"choice": "agreed", "note": " "})
    assert Estimate.objects.get().current_version.number == 1
    assert Decision.objects.count() == 1


def test_editors_may_not_publish_here_either(client, staff_of, approved):
    staff_of(group="Portal editors")
    client.post(confirm(approved), {"choice": "ask"})
    assert Estimate.objects.get().current_version.number == 1


@pytest.mark.parametrize("value", ["send", "publish"])
def test_both_buttons_ask(client, approved, value):
    assert publish(client, approved, changed=0, value=value).url.startswith(confirm(approved))


def test_a_draft_that_changed_after_the_question_is_asked_about_again(client, approved):
    url = publish(client, approved, changed=0).url
    asked = client.get(url).context["revision"]
    data = pages.document(approved.customer, pages.rows_of(approved), 3, title="Other")
    client.post(pages.url(Estimate, "edit", approved.pk), data)
    response = client.post(url, {"choice": "ask", "revision": asked})
    assert response.status_code == 409
    assert Estimate.objects.get().current_version.number == 1


# -- what changes around the items ---------------------------------------------------------------


def publish_with(client, document, **values):
    rows = pages.rows_of(document)
    more = {"action-publish": "publish", **values}
    data = pages.document(document.customer, rows, len(rows), **more)
    return client.post(pages.url(Estimate, "edit", document.pk), data)


def test_a_higher_total_asks_first_and_says_both_amounts(client, approved):
    response = publish_with(client, approved, shipping_amount="30")
    assert response.url == confirm(approved) + "?then=overview"
    assert Estimate.objects.get().current_version.number == 1
    assert "from €357.00 to €387.00" in client.get(response.url).content.decode()


def test_a_lower_total_does_not(client, approved):
    publish_with(client, approved, discount_amount="30")
    assert Estimate.objects.get().current_version.number == 2


def test_the_customer_is_asked_to_confirm_it(client, approved):
    client.post(publish_with(client, approved, shipping_amount="30").url, {"choice": "ask"})
    document = Estimate.objects.get()
    assert document.standing.change_to_confirm.raises
    assert "from €357.00 to €387.00" in client.get(pages.overview(document)).content.decode()


def test_what_was_agreed_needs_a_note_and_is_confirmed_at_once(client, approved):
    url = publish_with(client, approved, shipping_amount="30").url
    assert client.post(url, {"choice": "agreed", "note": ""}).status_code == 409
    assert Estimate.objects.get().current_version.number == 1
    client.post(url, {"choice": "agreed", "note": "Talked to Kim"})
    document = Estimate.objects.get()
    assert document.current_version.number == 2
    assert document.standing.change_to_confirm is None
    assert document.activities.filter(verb="confirmed_for_customer").exists()


def test_a_yes_on_the_phone_is_written_down_later(client, approved):
    client.post(publish_with(client, approved, shipping_amount="30").url, {"choice": "ask"})
    url = pages.do(approved, "confirm-change")
    stale = client.post(url, {"note": "Kim, at the counter", "version": "1"})
    assert (stale.status_code, "Kim, at the counter" in stale.content.decode()) == (409, True)
    client.post(url, {"note": "Kim, at the counter", "version": "2"})
    assert Estimate.objects.get().standing.change_to_confirm is None

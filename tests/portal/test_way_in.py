import re
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from portal_plugin.models import Contact, DirectLink, LinkToken, OutgoingEmail
from portal_plugin.portal import grants, limits
from portal_plugin.services import links, outbox
from tests import factories
from tests.portal.browsing import path_of, send, without_secrets

pytestmark = pytest.mark.django_db


def test_a_link_leads_to_an_address_without_the_secret(client):
    order = factories.order_factory(items=1)
    path, token = path_of(factories.link_factory(order))
    response = client.get(path)
    assert (response.status_code, response.url) == (303, f"/portal/d/{order.public_id}/")
    assert token not in str(response.headers) + str(response.cookies)
    assert client.get(response.url).status_code == 200


def test_the_grant_is_a_cookie_of_that_document_alone(client):
    order = factories.order_factory(items=1)
    response = client.get(path_of(factories.link_factory(order))[0], secure=True)
    cookie = response.cookies[grants.cookie_name(order)]
    assert cookie["path"] == f"/portal/d/{order.public_id}/"
    assert (cookie["httponly"], cookie["samesite"], cookie["secure"]) == (True, "Lax", True)


def test_head_changes_nothing(client):
    link = factories.link_factory(factories.order_factory(items=1))
    response = client.head(path_of(link)[0])
    assert not response.cookies
    assert DirectLink.objects.get().opened_count == 0


def test_opening_counts_and_is_not_being_seen(client):
    link = factories.link_factory(factories.order_factory(items=1))
    client.get(path_of(link)[0])
    link.refresh_from_db()
    assert (link.opened_count, link.last_seen_at) == (1, None)


def test_seen_needs_a_sign_of_a_person(client, enter):
    order = factories.order_factory(items=1)
    link = enter(order)
    client.post(f"/portal/d/{order.public_id}/seen/")
    link.refresh_from_db()
    assert link.last_seen_at is not None


def test_without_a_script_whoever_sends_a_form_was_there(client, enter):
    order = factories.order_factory(items=1)
    link = enter(order)
    send(client, order, "comment", text="")
    link.refresh_from_db()
    assert link.last_seen_at is None
    send(client, order, "comment", text="Thank you")
    link.refresh_from_db()
    assert link.last_seen_at is not None


def dead(client, path):
    response = client.get(path)
    assert response.status_code == 404
    return without_secrets(response.content)


def test_unknown_revoked_and_foreign_look_alike(client):
    order = factories.order_factory(items=1)
    link = factories.link_factory(order)
    revoked, _token = path_of(link)
    links.revoke(link)
    other = factories.site_factory("shop-b.localhost")
    foreign, _token = path_of(factories.link_factory(factories.order_factory(1, site=other)))
    wrong = revoked[:-2] + "x/"
    bodies = {dead(client, path) for path in (wrong, revoked, foreign, "/portal/l/short/")}
    assert len(bodies) == 1
    assert dead(client, "/portal/d/unknown/") == dead(client, f"/portal/d/{order.public_id}/")


def test_a_revoked_grant_dies_at_the_next_request(client, enter):
    order = factories.order_factory(items=1)
    link = enter(order)
    assert client.get(f"/portal/d/{order.public_id}/").status_code == 200
    links.revoke(link)
    dead(client, f"/portal/d/{order.public_id}/")


def test_an_expired_link_offers_a_new_one_to_its_own_recipient(client):
    link = factories.link_factory(factories.order_factory(items=1))
    path, _token = path_of(link)
    DirectLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    page = client.get(path)
    assert page.status_code == 410
    assert link.recipient.email not in page.content.decode()
    assert "•••" in page.content.decode()
    sent = client.post(path).content.decode()
    assert OutgoingEmail.objects.filter(kind="link", link=link).count() == 1
    assert "A new link is on its way to" in sent
    assert "•••" in sent


def test_who_has_an_old_email_alone_comes_in_by_no_new_one(client, mailoutbox):
    """They may ask for it, but it goes to the mailbox of whom the link was made for."""
    link = factories.link_factory(factories.order_factory(items=1))
    path, _token = path_of(link)
    DirectLink.objects.update(expires_at=timezone.now() - timedelta(days=400))
    assert client.post(path).status_code == 200
    outbox.drain()
    assert (client.post(path).status_code, client.get(path).status_code) == (404, 404)
    new = re.search(r"/portal/l/[\w-]{43}/", mailoutbox[0].body)[0]
    assert client.get(new, follow=True).status_code == 200


def test_a_page_that_was_open_when_its_link_ended_needs_the_new_one(client, enter):
    order = factories.order_factory(items=1)
    link = enter(order)
    DirectLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    link.refresh_from_db()
    links.make_token(link)
    dead(client, f"/portal/d/{order.public_id}/")


def test_an_ended_secret_opens_nothing_of_a_link_that_lives_on(client):
    order = factories.order_factory(items=1)
    path, _token = path_of(factories.link_factory(order))
    client.get(path)
    LinkToken.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    dead(client, f"/portal/d/{order.public_id}/")
    assert client.get(path).status_code == 410


def test_what_was_stopped_stays_closed_when_the_link_is_sent_again(client, enter):
    """Neither the secret that was passed on nor the browser that it had opened comes back."""
    order = factories.order_factory(items=1)
    link = factories.link_factory(order)
    passed_on, _token = path_of(link)
    client.get(passed_on)
    links.revoke(link)
    assert factories.link_factory(order) == link
    dead(client, f"/portal/d/{order.public_id}/")
    dead(client, passed_on)
    enter(order, link)
    assert client.get(f"/portal/d/{order.public_id}/").status_code == 200


def test_each_secret_that_lives_opens_the_link_by_itself(client, enter):
    order = factories.order_factory(items=1)
    link = enter(order)
    other, _token = path_of(link)
    LinkToken.objects.earliest("pk").delete()
    dead(client, f"/portal/d/{order.public_id}/")
    client.get(other)
    assert client.get(f"/portal/d/{order.public_id}/").status_code == 200


def test_who_asks_again_once_the_link_lives_is_let_in(client):
    link = factories.link_factory(factories.order_factory(items=1))
    path, _token = path_of(link)
    answer = client.post(path, follow=True)
    assert answer.status_code == 200
    assert link.document.number in answer.content.decode()
    assert not OutgoingEmail.objects.exists()


def test_of_an_expired_link_the_address_of_today_is_told(client):
    """The email goes there, and not to the address that the link was first sent to."""
    link = factories.link_factory(factories.order_factory(items=1))
    link.document.customer.email = "now@elsewhere.example"
    link.document.customer.save()
    path, _token = path_of(link)
    DirectLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    for answer in (client.get(path), client.post(path)):
        assert "n•••@elsewhere.example" in answer.content.decode()


@pytest.mark.parametrize("why", ["no address", "a contact who is gone", "the inviter's ended, too"])
def test_an_expired_link_that_cannot_be_sent_anew_has_no_button(client, why):
    order = factories.order_factory(items=1)
    link = factories.link_factory(order)
    if why == "no address":
        link.recipient.email = ""
        link.recipient.save()
    elif why == "a contact who is gone":
        gone = Contact.objects.create(customer=order.customer, name="Bob", email="b@example.org")
        link = factories.link_factory(order, contact=gone)
        gone.delete()
    else:
        link.invited_by = factories.link_factory(order)
        link.save()
    path, _token = path_of(link)
    DirectLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    page = client.get(path).content.decode()
    assert "Please ask the shop for a new one." in page
    assert "Send a new link" not in page
    assert "A new link is on its way" not in client.post(path).content.decode()
    assert not OutgoingEmail.objects.exists()


def test_who_has_asked_too_often_is_not_told_that_one_is_on_its_way(client, settings):
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "LINKS_PER_HOUR": 1}
    path, _token = path_of(factories.link_factory(factories.order_factory(items=1)))
    DirectLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    first, second = (client.post(path).content.decode() for _twice in range(2))
    assert "A new link is on its way to" in first
    assert "A new link is on its way to" not in second
    assert OutgoingEmail.objects.filter(kind="link").count() == 1


def test_asking_by_email_answers_everybody_alike(client):
    link = factories.link_factory(factories.order_factory(items=1))
    known = client.post("/portal/l/", {"email": link.recipient.email.upper()})
    unknown = client.post("/portal/l/", {"email": "nobody@example.org"})
    assert without_secrets(known.content) == without_secrets(unknown.content)
    assert OutgoingEmail.objects.filter(kind="link").count() == 1


def test_who_was_stopped_gets_no_mail(client):
    link = factories.link_factory(factories.order_factory(items=1))
    links.revoke(link)
    client.post("/portal/l/", {"email": link.recipient.email})
    assert not OutgoingEmail.objects.exists()


@pytest.mark.parametrize("change", ["document", "site", "since"])
def test_a_planted_grant_is_not_accepted(client, enter, change, rf):
    from django.core import signing

    order = factories.order_factory(items=1)
    link = enter(order)
    forged = {
        "link": link.pk,
        "secret": link.tokens.get().pk,
        "document": order.public_id,
        "site": order.site_id,
        "since": 4102444800,
        "at": 4102444800,
    }
    forged[change] = {"document": "other", "site": 0, "since": 0}[change]
    client.cookies[grants.cookie_name(order)] = signing.dumps(forged, salt=grants.SALT)
    dead(client, f"/portal/d/{order.public_id}/")


@pytest.mark.parametrize("odd", ["7", "x", [7], {"pk": 7}, None, True, 7.5, 10**30, -7])
@pytest.mark.parametrize("name", ["link", "secret", "since", "at"])
def test_a_grant_whose_numbers_are_none_is_not_accepted(client, enter, name, odd):
    """What has our signature may be of another release."""
    from django.core import signing

    order = factories.order_factory(items=1)
    link, now = enter(order), int(time.time())
    odd_one = {"document": order.public_id, "site": order.site_id, "link": link.pk}
    odd_one |= {"secret": link.tokens.get().pk, "since": now, "at": now} | {name: odd}
    client.cookies[grants.cookie_name(order)] = signing.dumps(odd_one, salt=grants.SALT)
    dead(client, f"/portal/d/{order.public_id}/")


def test_a_grant_of_one_link_opens_no_other_document(client, enter):
    order, other = factories.order_factory(items=1), factories.order_factory(items=1)
    enter(order)
    value = client.cookies[grants.cookie_name(order)].value
    client.cookies[grants.cookie_name(other)] = value
    dead(client, f"/portal/d/{other.public_id}/")


def test_the_secret_works_only_in_the_path(client):
    order = factories.order_factory(items=1)
    _path, token = path_of(factories.link_factory(order))
    url = f"/portal/d/{order.public_id}/"
    client.cookies[grants.cookie_name(order)] = token
    for response in (
        client.get(url, {"token": token}),
        client.get(url, headers={"Authorization": f"Bearer {token}"}),
    ):
        assert response.status_code == 404


def test_wrong_tokens_are_counted_and_good_ones_still_work(client, settings):
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "WRONG_TOKENS_PER_MINUTE": 3}
    path, _token = path_of(factories.link_factory(factories.order_factory(items=1)))
    codes = [client.get("/portal/l/" + "x" * 43 + "/").status_code for _ in range(5)]
    assert codes == [404, 404, 404, 429, 429]
    assert client.get("/portal/l/" + "x" * 43 + "/")["Retry-After"] == "60"
    assert client.get(path).status_code == 303


def test_guesses_from_many_places_are_told_and_lock_nobody_out(client, monkeypatch, caplog):
    monkeypatch.setattr(limits, "MANY_MISSES", 5)
    path, _token = path_of(factories.link_factory(factories.order_factory(items=1)))
    for number in range(8):
        client.get("/portal/l/" + "x" * 43 + "/", REMOTE_ADDR=f"192.0.2.{number}")
    told = [r for r in caplog.records if "wrong tokens" in r.getMessage()]
    assert [r.levelname for r in told] == ["ERROR"]
    assert client.get(path, REMOTE_ADDR="192.0.2.1").status_code == 303


def test_whoever_tried_too_often_is_not_told_that_it_is_over(client, settings):
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "WRONG_TOKENS_PER_MINUTE": 0}
    page = client.get("/portal/l/" + "x" * 43 + "/").content.decode()
    assert "try again later" in page
    assert "not possible any more" not in page


def test_a_bad_token_costs_two_queries_of_ours(client):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    factories.site_factory()
    client.get("/portal/how-it-works/en/")
    with CaptureQueriesContext(connection) as captured:
        client.get("/portal/l/" + "x" * 43 + "/")
    ours = [q for q in captured.captured_queries if "portal_plugin_" in q["sql"]]
    assert len(ours) == 2

"""Invite a colleague: with the same rights or fewer, to an address, within limits."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from portal_plugin.exceptions import NotAvailable, TooManyRequests
from portal_plugin.models import (
    Contact,
    DirectLink,
    OutgoingEmail,
    PortalSettings,
    Recipient,
    SalesDocument,
)
from portal_plugin.services import (
    activity,
    inviting,
    links,
    on_behalf,
    renewing,
    sending,
    staging,
    work,
)
from portal_plugin.services.mail_receivers import address_of
from tests import factories
from tests.actions.test_roles import run
from tests.factories import fresh
from tests.filling import filled, url_of

pytestmark = pytest.mark.django_db
ALEX = {"name": "Alex", "email": "alex@example.org", "role": "look"}


@pytest.fixture
def estimate():
    return factories.estimate_factory(items=1, site=factories.site_factory(lets_invite=True))


@pytest.fixture
def kim(estimate):
    contact = Contact.objects.create(
        customer=estimate.customer, name="Kim", email="kim@example.org"
    )
    return factories.link_factory(estimate, contact=contact)


def invited():
    return DirectLink.objects.exclude(invited_by=None)


def test_an_address_is_typed_from_left_to_right(client, enter, estimate):
    enter(estimate)
    page = client.get(url_of(estimate, "invite")).content.decode()
    (field,) = re.findall(r'<input[^>]+type="email"[^>]*>', page)
    assert 'dir="ltr"' in field


def test_a_colleague_gets_a_link_of_their_own(client, enter, estimate, kim):
    enter(estimate, kim)
    url = url_of(estimate, "invite")
    assert "Invite a colleague" in client.get(f"/portal/d/{estimate.public_id}/").content.decode()
    assert client.post(url, filled(client, url) | ALEX).status_code == 303
    link = invited().get()
    assert (link.recipient.email, link.role, link.invited_by) == ("alex@example.org", "look", kim)
    assert not link.may_invite
    assert link.recipient.was_invited
    facts = activity.facts(estimate.activities.get(verb="invite"))
    assert (facts["invited"], facts["role"]) == (link.pk, "look")
    work.run("mail")
    sent = next(one for one in mail.outbox if "alex@example.org" in one.to[0])
    assert "Kim shares this with you" in sent.subject
    assert "/portal/l/" in sent.body
    assert OutgoingEmail.objects.filter(kind="staff_invite").exists()


def test_off_it_is_nowhere(client, enter):
    estimate = factories.estimate_factory(items=1)
    enter(estimate)
    assert "invite" not in client.get(f"/portal/d/{estimate.public_id}/").content.decode().lower()
    assert client.get(url_of(estimate, "invite")).status_code == 409
    assert client.post(url_of(estimate, "invite"), ALEX).status_code == 409
    assert not invited().exists()


@pytest.mark.parametrize(
    ("own", "given"), [("look", "pay"), ("look", "approve"), ("pay", "approve")]
)
def test_nobody_gives_more_than_they_have(estimate, kim, own, given):
    links.limit(kim, own)
    outcome = run(estimate, kim, "invite", **ALEX | {"role": given})
    assert "role" in outcome.form.errors
    with pytest.raises(NotAvailable):
        inviting.invite(fresh(estimate), kim, **ALEX | {"role": given})
    assert not invited().exists()


@pytest.mark.parametrize(
    "name",
    [
        "Alex\nBcc: all@example.org",
        "Alex\r\n",
        "Win at https://x.example",
        "www.x.example",
        "WWW.x.example",
        "WWW.x",
        "<Alex",
        "Alex>",
        "a@b",
        "Win at x.example",
        "Win at x.by",
        "Alex 192.0.2.1/win",
        "x\u3002example",
        "x\uff0eexample",
        "x\uff61example",
        "\u202egnp",
        " ",
    ],
)
def test_a_name_is_one_line_and_no_address(estimate, kim, name):
    assert "name" in run(estimate, kim, "invite", **ALEX | {"name": name}).form.errors
    assert not invited().exists()


@pytest.mark.parametrize(
    "name",
    ["J.R.R. Kim", "Dr. Alex Kim", "Kim Jr.", "A.-M. O’Hara", "Kim .Alex", "Kim No.12", "金 明"],
)
def test_a_name_may_have_dots(estimate, kim, name):
    run(estimate, kim, "invite", **ALEX | {"name": f" {name}  "})
    assert invited().get().recipient.name == name


@pytest.mark.parametrize("email", ["a@example.org\nBcc: b@example.org", "a@b,c@d", "nobody"])
def test_an_address_is_one_address(estimate, kim, email):
    assert "email" in run(estimate, kim, "invite", **ALEX | {"email": email}).form.errors


@pytest.mark.parametrize("own", ["look", "pay", "approve"])
def test_their_own_rights_they_may_give(estimate, kim, own):
    links.limit(kim, own)
    run(estimate, fresh(kim), "invite", **ALEX | {"role": own})
    assert invited().get().role == own


@pytest.mark.parametrize("state", ["cancelled", "declined"])
def test_nobody_is_invited_to_what_is_over(estimate, kim, state):
    if state == "cancelled":
        staging.cancel(estimate, "Out of material")
    else:
        keys, user = estimate.standing.waiting_keys, factories.user_factory()
        on_behalf.record(estimate, keys, "decline", "Phone", user)
    assert fresh(estimate).state == state
    with pytest.raises(NotAvailable):
        run(fresh(estimate), kim, "invite", **ALEX)
    assert not invited().exists()


def test_nobody_is_invited_to_what_the_shop_is_revising(estimate, kim):
    SalesDocument.objects.update(live=False)
    with pytest.raises(NotAvailable):
        run(fresh(estimate), kim, "invite", **ALEX)
    assert not invited().exists()


def test_nobody_is_invited_to_a_sample(estimate, kim):
    type(estimate).objects.update(is_sample=True)
    assert not inviting.lets_invite(fresh(estimate), kim)


def test_staff_are_shown_whom_the_invited_let_in_until_they_are_stopped(estimate, kim):
    run(estimate, kim, "invite", **ALEX)
    alex = invited().get()
    links.limit(alex, "look", may_invite=True)
    bo = {"name": "Bo", "email": "bo@example.org", "role": "look"}
    run(estimate, alex, "invite", **bo)
    links.revoke(alex)
    assert [one.recipient.name for one in inviting.invited_by(kim)] == ["Bo"]


def test_who_has_a_link_is_not_invited_and_who_was_stopped_stays_out(estimate, kim):
    run(estimate, kim, "invite", **ALEX)
    with pytest.raises(NotAvailable) as error:
        run(estimate, kim, "invite", **ALEX | {"email": "ALEX@example.org"})
    assert "email" in error.value.fields
    links.revoke(invited().get())
    with pytest.raises(NotAvailable):
        run(estimate, kim, "invite", **ALEX)
    assert invited().get().is_revoked


def test_the_invited_invite_only_where_staff_allow_it(estimate, kim):
    run(estimate, kim, "invite", **ALEX)
    alex = invited().get()
    bo = {"name": "Bo", "email": "bo@example.org", "role": "look"}
    with pytest.raises(NotAvailable):
        run(estimate, alex, "invite", **bo)
    links.limit(alex, "look", may_invite=True)
    run(estimate, alex, "invite", **bo)
    assert [one.recipient.name for one in inviting.invited_by(kim)] == ["Alex", "Bo"]


@pytest.fixture
def alex(estimate, kim):
    """Let in by Kim, whose link ends in two days."""
    DirectLink.objects.filter(pk=kim.pk).update(expires_at=timezone.now() + timedelta(days=2))
    run(estimate, DirectLink.objects.get(pk=kim.pk), "invite", **ALEX)
    return invited().get()


def test_its_own_email_does_not_make_it_outlive_who_invited(kim, alex):
    for again in (lambda: None, lambda: renewing.of_link(alex)):
        again()
        work.run("mail")
        assert fresh(alex).tokens.exists()
        assert fresh(alex).expires_at <= fresh(kim).expires_at


def test_it_is_not_renewed_after_who_invited_has_lost_theirs(kim, alex):
    DirectLink.objects.update(expires_at=timezone.now())
    sent = OutgoingEmail.objects.filter(link=alex).count()
    renewing.of_link(alex)
    assert OutgoingEmail.objects.filter(link=alex).count() == sent
    renewing.of_link(kim)
    assert OutgoingEmail.objects.filter(link=kim, kind="link").exists()


def test_staff_may_give_it_longer(kim, alex):
    sending.send_again(alex, factories.user_factory())
    work.run("mail")
    assert fresh(alex).expires_at > fresh(kim).expires_at


def test_five_a_day_and_twenty_in_all(estimate, kim, monkeypatch):
    for number in range(inviting.DAILY):
        run(estimate, kim, "invite", **ALEX | {"email": f"{number}@example.org"})
    with pytest.raises(TooManyRequests):
        run(estimate, kim, "invite", **ALEX)
    invited().update(created_at="2026-01-01T00:00Z")
    run(estimate, kim, "invite", **ALEX)
    monkeypatch.setattr(inviting, "IN_ALL", 6)
    with pytest.raises(TooManyRequests):
        run(estimate, kim, "invite", **ALEX | {"email": "new@example.org"})


def test_whom_staff_let_in_is_no_invitation(estimate, kim, monkeypatch):
    monkeypatch.setattr(inviting, "IN_ALL", 1)
    monkeypatch.setattr(inviting, "DAILY", 1)
    run(estimate, kim, "invite", **ALEX)
    assert invited().exists()


def test_a_colleague_with_the_customers_own_name_and_address_is_one_recipient(estimate, kim):
    customer = estimate.customer
    run(estimate, kim, "invite", **ALEX | {"name": customer.name, "email": customer.email})
    factories.link_factory(estimate)
    assert Recipient.objects.filter(email=customer.email).count() == 1


def test_it_changes_nothing_of_where_the_emails_of_other_documents_go(estimate, kim):
    """Whoever still reads a mailbox that the customer has left could name it with the customer's
    name, and have new links to all their documents sent there."""
    customer = estimate.customer
    customer.email = "left@acme.example"
    customer.save()
    other = factories.order_factory(items=1, site=estimate.site, customer=customer)
    factories.link_factory(other)
    customer.email = "now@acme.example"
    customer.save()
    run(estimate, kim, "invite", name=customer.name, email="left@acme.example", role="look")
    renewing.by_address(estimate.site, "left@acme.example")
    work.run("mail")
    sent = OutgoingEmail.objects.filter(kind="link").values_list("document", "address")
    assert set(sent) == {(estimate.pk, "left@acme.example"), (other.pk, "now@acme.example")}


def test_it_does_not_bring_a_contact_back_who_is_gone(estimate, kim):
    gone = Contact.objects.create(customer=estimate.customer, name="Bob", email="bob@example.org")
    other = factories.order_factory(items=1, site=estimate.site, customer=estimate.customer)
    link = factories.link_factory(other, contact=gone)
    gone.delete()
    run(estimate, kim, "invite", **ALEX | {"name": "Bob", "email": "bob@example.org"})
    assert address_of(DirectLink.objects.get(pk=link.pk).recipient) == ""
    assert address_of(invited().get().recipient) == "bob@example.org"


class TestStaff:
    @pytest.fixture(autouse=True)
    def _signed_in(self, client):
        client.force_login(factories.user_factory())

    def stop(self, client, estimate, link, **data):
        url = reverse("portal_admin:do", args=[estimate.pk, "stop-link"])
        return client.post(url, {"link": link.pk} | data)

    def test_see_who_invited_whom(self, client, estimate, kim):
        run(estimate, kim, "invite", **ALEX)
        page = client.get(reverse("portal_admin:overview", args=[estimate.pk])).content.decode()
        assert "invited by <bdi>Kim</bdi>" in page
        assert "This person invited others:" in page

    def test_are_asked_about_the_invited_when_they_stop_the_inviter(self, client, estimate, kim):
        run(estimate, kim, "invite", **ALEX)
        assert self.stop(client, estimate, kim).status_code == 409
        kim.refresh_from_db()
        assert not kim.is_revoked

    @pytest.mark.parametrize(("choice", "ends"), [("stop", True), ("keep", False)])
    def test_say_what_becomes_of_them(self, client, estimate, kim, choice, ends):
        run(estimate, kim, "invite", **ALEX)
        assert self.stop(client, estimate, kim, invited=choice).status_code == 302
        kim.refresh_from_db()
        assert kim.is_revoked
        assert invited().get().is_revoked is ends

    def test_switch_it_off_for_all(self, estimate, kim):
        PortalSettings.objects.update(lets_invite=False)
        with pytest.raises(NotAvailable):
            run(estimate, kim, "invite", **ALEX)

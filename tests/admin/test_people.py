"""Who may do what, as staff say it on the send page and under "People with access"."""

import pytest
from django.urls import reverse

from portal_plugin.models import Activity, Contact, DirectLink, Estimate, OutgoingEmail
from portal_plugin.services import erasing, on_behalf, sending
from tests import factories
from tests.actions.test_roles import run

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    user = factories.user_factory()
    client.force_login(user)
    return user


def do(client, document, verb, **data):
    return client.post(reverse("portal_admin:do", args=[document.pk, verb]), data)


def test_staff_limit_what_a_person_may_do_when_they_send(client, staff):
    estimate = factories.estimate_factory(items=1)
    url = reverse("portal_admin:send", args=[estimate.pk])
    data = {"recipients": ["customer"], "role_customer": "look"}
    assert client.post(url, data).status_code == 302
    assert DirectLink.objects.get().role == "look"


def test_sending_again_keeps_what_was_said_and_shows_it(client, staff):
    estimate = factories.estimate_factory(items=1)
    factories.link_factory(estimate, role="pay")
    form = client.get(reverse("portal_admin:send", args=[estimate.pk])).context["form"]
    assert form["role_customer"].value() == "pay"
    assert form.has_limits
    sending.send_document(estimate, recipients=[estimate.customer])
    assert DirectLink.objects.get().role == "pay"


def test_staff_limit_a_link_that_is_out_and_give_the_rights_back(client, staff):
    estimate = factories.estimate_factory(items=1)
    link = factories.link_factory(estimate)
    for role in ("look", "approve"):
        do(client, estimate, "limit-link", link=link.pk, role=role)
        link.refresh_from_db()
        assert link.role == role
    assert Activity.objects.filter(verb="link_limited", staff=staff).count() == 2
    overview = client.get(reverse("portal_admin:overview", args=[estimate.pk]))
    assert "changed what a person may do" in overview.content.decode()


@pytest.mark.parametrize("role", ["", "owner"])
def test_a_role_that_does_not_exist_changes_nothing(client, staff, role):
    estimate = factories.estimate_factory(items=1)
    link = factories.link_factory(estimate)
    assert do(client, estimate, "limit-link", link=link.pk, role=role).status_code == 409
    link.refresh_from_db()
    assert link.role == "approve"
    assert not Activity.objects.filter(verb="link_limited").exists()


def test_a_link_of_another_document_cannot_be_limited_from_here(client, staff):
    estimate, other = factories.estimate_factory(items=1), factories.estimate_factory(items=1)
    link = factories.link_factory(other)
    assert do(client, estimate, "limit-link", link=link.pk, role="look").status_code == 409
    link.refresh_from_db()
    assert link.role == "approve"


@pytest.mark.parametrize(("posted", "kept"), [(None, "all"), ("", "all"), ("one", "one")])
def test_a_form_without_the_choice_keeps_what_the_document_has(client, staff, posted, kept):
    """A site's own panels may leave it out."""
    estimate = factories.estimate_factory(items=1, approvals_needed="all")
    form = Estimate.snippet_viewset.get_edit_handler().get_form_class()
    data = {} if posted is None else {"approvals_needed": posted}
    bound = form(data, instance=estimate, for_user=staff)
    bound.is_valid()
    assert "approvals_needed" not in bound.errors
    assert estimate.approvals_needed == kept


@pytest.mark.parametrize(
    ("verb", "summary"),
    [("extend-link", "Let the link work for longer"), ("erase-person", "Erase this person")],
)
def test_what_was_refused_stays_open_for_that_person_alone(client, staff, verb, summary):
    estimate = factories.estimate_factory(items=1)
    factories.link_factory(estimate)
    link = factories.link_factory(
        estimate,
        contact=Contact.objects.create(
            customer=estimate.customer, name="Second", email="second@example.com"
        ),
    )
    page = do(client, estimate, verb, link=link.pk, until="2001-01-01").content.decode()
    opened = page.split('<details class="portal-admin-more" open>')[1:]
    assert len(opened) == 1
    assert opened[0].strip().startswith(f"<summary>{summary}<")
    assert f'name="link" value="{link.pk}"' in opened[0].partition("</details>")[0]


def test_what_was_refused_stays_open_below_its_item_and_at_the_files(client, staff):
    estimate = factories.estimate_factory(items=2)
    on_behalf.record(estimate, [estimate.lines[0].key], "approve", "Phone", staff)
    for verb, data in (("undo", {"item": estimate.lines[0].key}), ("add-files", {})):
        page = do(client, estimate, verb, **data).content.decode()
        assert page.count('<details class="portal-admin-more" open>') == 1, verb


def test_a_person_who_was_stopped_is_said_to_be_let_in_again_by_sending(client, staff):
    estimate = factories.estimate_factory(items=1)
    link = factories.link_factory(estimate)
    overview = reverse("portal_admin:overview", args=[estimate.pk])
    assert "Stopped by mistake?" not in client.get(overview).content.decode()
    do(client, estimate, "stop-link", link=link.pk)
    assert "Stopped by mistake?" in client.get(overview).content.decode()
    client.post(reverse("portal_admin:send", args=[estimate.pk]), {"recipients": ["customer"]})
    link.refresh_from_db()
    assert not link.is_revoked
    assert "Stopped by mistake?" not in client.get(overview).content.decode()


def test_of_who_was_erased_no_empty_name_stands_there(client, staff):
    """Neither with whom they invited nor with the emails to them."""
    site = factories.site_factory(lets_invite=True)
    estimate = factories.estimate_factory(items=1, site=site)
    kim = factories.link_factory(estimate)
    sending.send_again(kim, staff)
    run(estimate, kim, "invite", name="Bo", email="bo@example.org", role="look")
    OutgoingEmail.objects.exclude(link=kim).delete()
    url = reverse("portal_admin:overview", args=[estimate.pk])
    assert f"· invited by <bdi>{kim.recipient}</bdi>" in client.get(url).content.decode()
    erasing.erase(erasing.by_link(kim))
    answer = client.get(url)
    assert "· invited by <bdi>Erased person</bdi>" in answer.content.decode()
    assert {email["to"] for email in answer.context["emails"]} == {"Erased person"}

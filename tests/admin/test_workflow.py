"""A manager looks at a document before it goes out, with rights on their own site alone."""

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from wagtail.models import GroupApprovalTask, Workflow, WorkflowTask

from portal_plugin.models import Estimate
from portal_plugin.services import starter
from tests.factories import approve as approved
from tests.factories import estimate_factory, user_factory

from . import pages

pytestmark = pytest.mark.django_db


@pytest.fixture
def workflow():
    """One for all shops of the installation, as Wagtail has it: by group, and by no site."""
    workflow = Workflow.objects.create(name="Four eyes")
    task = GroupApprovalTask.objects.create(name="A manager looks")
    WorkflowTask.objects.create(workflow=workflow, task=task)
    return workflow


@pytest.fixture
def submitted(workflow):
    """A draft that waits for its site's managers."""

    def submitted(site):
        workflow.tasks[0].specific.groups.add(starter.ensure_groups(site)[1])
        document = estimate_factory(site=site, published=False)
        document.save_revision()
        workflow.start(document, None)
        return document

    return submitted


def approval(document, task_state):
    return pages.url(Estimate, "workflow_action", document.pk, "approve", task_state.pk)


def approve(client, document, task_state):
    return client.post(approval(document, task_state))


def test_a_manager_of_the_site_publishes_by_approving(client, staff_of, only_site, submitted):
    document = submitted(only_site)
    staff_of(only_site)
    approve(client, document, document.current_workflow_task_state)
    document.refresh_from_db()
    assert document.live


def test_what_lacks_something_is_refused_in_the_list_with_words(
    client, staff_of, only_site, submitted
):
    document = submitted(only_site)
    document.customer = None
    document.save_revision()
    staff_of(only_site)
    response = approve(client, document, document.current_workflow_task_state)
    assert response.url == pages.url(Estimate, "edit", document.pk)
    assert "Choose a customer." in client.get(response.url).content.decode()
    assert not Estimate.objects.get().live


def test_what_the_customer_approved_is_asked_about_in_the_list_too(
    client, staff_of, only_site, workflow
):
    workflow.tasks[0].specific.groups.add(starter.ensure_groups(only_site)[1])
    document = estimate_factory(items=2)
    document = approved(document, [document.lines[0].key])
    item = document.line_items.first()
    item.unit_price += 10
    document.line_items = [item, *document.lines[1:]]
    document.save_revision()
    workflow.start(document, None)
    staff_of(only_site)
    response = approve(client, document, document.current_workflow_task_state)
    assert response.url == reverse("portal_admin:confirm", args=[document.pk]) + "?then=overview"
    assert Estimate.objects.get().current_version.number == 1


@pytest.fixture
def publisher(client):
    """Who may publish, and is in no group that looks."""
    user = user_factory(is_superuser=False)
    rights = ["access_admin", "change_estimate", "publish_estimate"]
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client.force_login(user)
    return user


def test_what_waits_for_a_managers_look_is_not_published_past_them(
    client, publisher, only_site, submitted
):
    url = reverse("portal_admin:confirm", args=[submitted(only_site).pk])
    assert client.post(url, {"choice": "ask"}).status_code == 409
    assert not Estimate.objects.get().live


def test_neither_is_what_somebody_locked(client, publisher, only_site):
    document = estimate_factory(published=False)
    document.save_revision()
    url = reverse("portal_admin:confirm", args=[document.pk])
    Estimate.objects.update(locked=True, locked_by=user_factory())
    assert client.post(url, {"choice": "ask"}).status_code == 409
    Estimate.objects.update(locked=True, locked_by=publisher)
    assert client.post(url, {"choice": "ask"}).status_code == 302
    assert Estimate.objects.get().live


def test_a_task_of_another_shop_is_not_done_through_a_document_of_ones_own(
    client, staff_of, only_site, other_site, submitted
):
    ours, theirs = submitted(only_site), submitted(other_site)
    staff_of(only_site)
    response = approve(client, ours, theirs.current_workflow_task_state)
    assert response.status_code == 404
    theirs.refresh_from_db()
    assert not theirs.live


def test_what_awaits_review_is_shown_to_its_own_shop_alone(
    client, staff_of, only_site, other_site, submitted
):
    ours, theirs = submitted(only_site), submitted(other_site)
    staff_of(only_site)
    page = client.get(reverse("wagtailadmin_home")).content.decode()
    assert approval(ours, ours.current_workflow_task_state) in page
    assert approval(theirs, theirs.current_workflow_task_state) not in page


def test_what_awaits_review_is_shown_with_its_title(client, staff_of, only_site, submitted):
    submitted(only_site)
    staff_of(only_site)
    assert "Draft · Window sign" in client.get(reverse("wagtailadmin_home")).content.decode()
    assert "Window" not in Estimate.objects.get().latest_revision.object_str


def test_who_may_not_publish_does_not_do_so_by_any_way():
    document = estimate_factory(published=False)
    revision = document.save_revision()
    with pytest.raises(PermissionDenied):
        revision.publish(user=user_factory(is_superuser=False))

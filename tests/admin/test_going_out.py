"""Every way to the customer: by schedule, by a manager's approval; and lock, history, compare."""

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags
from wagtail.log_actions import registry as log_registry
from wagtail.models import (
    GroupApprovalTask,
    Revision,
    TaskState,
    Workflow,
    WorkflowContentType,
    WorkflowTask,
)

from portal_plugin.models import Estimate, Order, TermsText
from portal_plugin.services import on_behalf
from portal_plugin.statuses import Verdict
from tests.factories import (
    customer_factory,
    estimate_factory,
    line_item,
    link_factory,
    order_factory,
)

from . import pages

pytestmark = pytest.mark.django_db
MODELS = [Estimate, Order]


def make(model, published=True, **values):
    factory = order_factory if model is Order else estimate_factory
    return factory(published=published, **values)


def edit(client, document, rows=None, **values):
    rows = pages.rows_of(document) if rows is None else rows
    data = pages.document(document.customer, rows, len(document.lines), **values)
    return client.post(pages.url(type(document), "edit", document.pk), data, follow=True)


def renamed(document, place=0):
    rows = pages.rows_of(document)
    rows[place]["name"] = "Renamed"
    return rows


def tomorrow():
    return (timezone.localtime() + timedelta(days=1)).strftime("%Y-%m-%d %H:%M")


def let_the_hour_come():
    Revision.objects.exclude(approved_go_live_at=None).update(
        approved_go_live_at=timezone.now() - timedelta(minutes=1)
    )
    for revision in Revision.objects.exclude(approved_go_live_at=None):
        revision.content["go_live_at"] = None
        revision.save()
    call_command("publish_scheduled")


@pytest.mark.parametrize("model", MODELS)
def test_what_is_published_first_is_told_by_its_number(client, boss, model):
    document = make(model, published=False, items=1)
    page = edit(client, document, **{"action-publish": "publish"}).content.decode()
    document.refresh_from_db()
    assert document.number
    assert f"'{document.number}' updated and published" in page.replace("&#x27;", "'")


def approved(document, boss):
    link_factory(document)
    on_behalf.record(document, [document.lines[0].key], Verdict.APPROVE, "Phone", boss)
    return type(document).objects.get(pk=document.pk)


# -- scheduled -------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", MODELS)
def test_a_first_version_goes_out_at_its_hour(client, boss, model):
    document = make(model, published=False)
    response = edit(client, document, go_live_at=tomorrow(), **{"action-publish": "publish"})
    assert "scheduled" in response.content.decode()
    assert (model.objects.get().live, model.objects.get().number) == (False, None)
    let_the_hour_come()
    document = model.objects.get()
    assert document.live
    assert document.current_version.number == 1


@pytest.mark.parametrize("model", MODELS)
def test_the_customer_keeps_the_old_version_until_then(client, boss, model):
    document = make(model)
    edit(client, document, renamed(document), go_live_at=tomorrow(), **{"action-publish": "send"})
    assert model.objects.get().current_version.number == 1
    assert model.objects.get().lines[0].name == "A1 poster"
    let_the_hour_come()
    assert model.objects.get().current_version.number == 2
    assert model.objects.get().lines[0].name == "Renamed"


def test_what_is_scheduled_is_not_sent(client, boss):
    document = make(Estimate, published=False)
    response = edit(client, document, go_live_at=tomorrow(), **{"action-publish": "send"})
    assert response.redirect_chain[-1][0] == pages.overview(document)
    assert len(response.redirect_chain) == 1


def test_the_button_of_a_scheduled_draft_says_so(client, boss):
    document = make(Estimate, published=False)
    page = edit(client, document, go_live_at=tomorrow()).content.decode()
    assert "Publish and send…" not in page
    assert "nothing is scheduled" in page
    edit(client, document, go_live_at=tomorrow(), **{"action-publish": "publish"})
    assert "is to go out" in client.get(pages.url(Estimate, "edit", document.pk)).content.decode()


def test_scheduling_what_cannot_go_out_is_refused_at_once(client, boss):
    document = make(Estimate, published=False, items=[line_item(unit_price=0)])
    response = edit(client, document, go_live_at=tomorrow(), **{"action-publish": "publish"})
    assert "Give “A1 poster” a price." in response.content.decode()
    assert not Revision.objects.exclude(approved_go_live_at=None).exists()


def test_a_schedule_over_a_decision_asks_first(client, boss):
    document = approved(make(Estimate), boss)
    response = edit(
        client, document, renamed(document), go_live_at=tomorrow(), **{"action-publish": "send"}
    )
    page = response.content.decode()
    assert "Schedule, and ask again then" in page
    assert "Publish and keep the decisions" not in page
    assert not Revision.objects.exclude(approved_go_live_at=None).exists()
    url = reverse("portal_admin:confirm", args=[document.pk])
    client.post(url, {"choice": "agreed", "note": "Talked"})
    assert not Revision.objects.exclude(approved_go_live_at=None).exists()
    response = client.post(url + "?then=send", {"choice": "ask"})
    assert response.url == pages.overview(document)
    assert Estimate.objects.get().current_version.number == 1
    let_the_hour_come()
    assert Estimate.objects.get().current_version.number == 2


def test_what_cannot_go_out_at_its_hour_holds_nothing_else_up(client, boss):
    """Wagtail's command stops at the first error, and at everything due after it."""
    for document in (make(Estimate, published=False), make(Order, published=False)):
        edit(client, document, go_live_at=tomorrow(), **{"action-publish": "publish"})
    TermsText.objects.filter(kind="estimate").delete()
    let_the_hour_come()
    assert (Estimate.objects.get().live, Order.objects.get().live) == (False, True)
    assert not Revision.objects.exclude(approved_go_live_at=None).exists()
    actions = log_registry.get_logs_for_instance(Estimate.objects.get()).values_list("action")
    assert ("wagtail.schedule.cancel",) in actions


# -- workflow --------------------------------------------------------------------------------------


@pytest.fixture
def reviewed(only_site, staff_of):
    """Managers look before estimates and orders go out."""
    staff_of(only_site)
    workflow = Workflow.objects.create(name="Manager")
    task = GroupApprovalTask.objects.create(name="Look over it")
    task.groups.add(*Group.objects.filter(name__startswith="Portal managers"))
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=1)
    for model in MODELS:
        kind = ContentType.objects.get_for_model(model)
        WorkflowContentType.objects.create(workflow=workflow, content_type=kind)
    return workflow


APPROVE = {"action-workflow-action": "approve", "workflow-action-name": "approve"}


@pytest.mark.parametrize("model", MODELS)
def test_a_manager_approves_what_an_editor_submits(client, staff_of, only_site, reviewed, model):
    document = make(model, published=False)
    staff_of(only_site, "Portal editors")
    edit(client, document, **{"action-submit": "1"})
    document = model.objects.get()
    assert document.workflow_in_progress
    assert not document.live
    staff_of(only_site)
    response = edit(client, document, **APPROVE)
    sending = reverse("portal_admin:send", args=[document.pk])
    assert response.redirect_chain[-1][0] == sending
    document = model.objects.get()
    assert document.live
    assert document.current_version.number == 1
    assert TaskState.objects.get().status == TaskState.STATUS_APPROVED


def test_the_report_of_workflows_opens(client, boss, reviewed):
    client.force_login(boss)
    document = make(Estimate, published=False)
    edit(client, document, **{"action-submit": "1"})
    page = client.get(reverse("wagtailadmin_reports:workflow")).content.decode()
    assert pages.url(Estimate, "edit", document.pk) in page


def test_a_manager_sends_it_back(client, staff_of, only_site, reviewed):
    document = make(Estimate, published=False)
    staff_of(only_site, "Portal editors")
    edit(client, document, **{"action-submit": "1"})
    staff_of(only_site)
    reject = {"action-workflow-action": "reject", "workflow-action-name": "reject"}
    edit(client, document, **reject, **{"workflow-action-extra-data": '{"comment": "Too cheap"}'})
    assert not Estimate.objects.get().live
    assert TaskState.objects.get().status == TaskState.STATUS_REJECTED


def test_what_cannot_go_out_is_not_submitted(client, staff_of, only_site, reviewed):
    document = make(Estimate, published=False, items=[])
    staff_of(only_site, "Portal editors")
    page = edit(client, document, **{"action-submit": "1"}).content.decode()
    assert "not submitted: Add at least one item." in page
    assert not Estimate.objects.get().workflow_in_progress


def test_an_approval_of_what_cannot_go_out_is_refused(client, staff_of, only_site, reviewed):
    document = make(Estimate, published=False)
    edit(client, document, **{"action-submit": "1"})
    TermsText.objects.all().delete()
    page = edit(client, document, **APPROVE).content.decode()
    assert "Write the terms first" in page
    assert TaskState.objects.get().status == TaskState.STATUS_IN_PROGRESS
    assert not Estimate.objects.get().live


def test_an_approval_that_takes_a_decision_back_asks_first(client, staff_of, only_site, reviewed):
    document = make(Estimate)
    manager = staff_of(only_site)
    document = approved(document, manager)
    edit(client, document, renamed(document), **{"action-submit": "1"})
    page = edit(client, document, renamed(document), **APPROVE).content.decode()
    assert "Publish and ask again" in page
    assert Estimate.objects.get().current_version.number == 1


# -- lock, history, compare ------------------------------------------------------------------------


@pytest.mark.parametrize("model", MODELS)
def test_a_locked_document_is_left_as_it_is(client, boss, staff_of, only_site, model):
    document = make(model)
    client.post(pages.url(model, "lock", document.pk))
    assert model.objects.get().locked
    staff_of(only_site, "Portal editors")
    page = edit(client, document, title="Changed").content.decode()
    assert "could not be saved as it is locked" in page
    assert model.objects.get().get_latest_revision_as_object().title == "Window sign"


@pytest.mark.parametrize("model", MODELS)
def test_history_and_comparison_open(client, boss, model):
    document = make(model)
    edit(client, document, renamed(document))
    assert client.get(pages.url(model, "history", document.pk)).status_code == 200
    url = pages.url(model, "revisions_compare", document.pk, "live", "latest")
    page = client.get(url).content.decode()
    assert "Renamed" in page


def test_two_versions_are_compared_by_what_differs_and_as_it_was_typed(client, boss):
    document = make(Estimate, items=[line_item(1, name="Poster"), line_item(2, name="Banner")])
    rows = pages.rows_of(document)
    rows[1] |= {"unit_price": "18.9", "is_optional": "on"}
    edit(client, document, rows)
    url = pages.url(Estimate, "revisions_compare", document.pk, "live", "latest")
    page = client.get(url).content.decode()
    words = strip_tags(page.partition("comparison__list")[2].partition("</table>")[0]).split()
    assert "50 18.90" in " ".join(words)
    assert "No Yes" in " ".join(words)
    assert "Banner" in words
    assert "Poster" not in words
    assert "Quantity" not in words


@pytest.mark.parametrize("model", MODELS)
def test_no_page_shows_what_staff_need_not_know(client, boss, model):
    document = make(model)
    page = client.get(pages.url(model, "edit", document.pk)).content.decode()
    for word in ("Expiry", "expire_at", "go live and/or expire", "Slug", "slug", "SHA"):
        assert word not in page.replace("data-w-slug", "")
    assert document.current_version.digest not in page


def test_a_customer_with_only_a_name_gets_a_document_that_can_be_approved(client, boss):
    document = make(Estimate, published=False, customer=customer_factory(email=""), items=1)
    response = edit(client, document, **{"action-publish": "send"})
    page = response.content.decode()
    assert "no email address" in page
    assert reverse("portal_admin:pdf", args=[document.pk]) in page
    document = Estimate.objects.get()
    assert document.live
    on_behalf.record(document, [document.lines[0].key], Verdict.APPROVE, "At the counter", boss)
    assert Order.objects.get().source_estimate == document


def test_of_two_hours_of_a_day_both_are_told(client, boss):
    document = make(Estimate)
    zone = timezone.get_default_timezone()
    first, second = (
        saved_for(document, datetime(2999, 1, 1, hour, tzinfo=zone)) for hour in (9, 17)
    )
    url = pages.url(Estimate, "revisions_compare", document.pk, first.pk, second.pk)
    page = client.get(url).content.decode()
    assert "9 a.m." in page
    assert "5 p.m." in page


def saved_for(document, hour):
    document.go_live_at = hour
    return document.save_revision()

"""What the edit page says above its tabs."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from portal_plugin.admin.document_bar import bar
from portal_plugin.models import Estimate, Order, SalesDocument, Stage
from tests.factories import estimate_factory, line_item, order_factory

from . import pages

pytestmark = pytest.mark.django_db


def page(client, document):
    return client.get(pages.url(type(document), "edit", document.pk)).content.decode()


def edit(client, document, headers=None, **values):
    rows = pages.rows_of(document)
    return pages.post(client, document, rows, len(rows), headers, **values)


def test_a_new_document_says_that_nobody_sees_it(client, boss):
    html = client.get(pages.url(Estimate, "add")).content.decode()
    assert "nothing until it is published" in html


def test_it_tells_number_customer_turn_and_version(client, boss):
    document = order_factory(items=1)
    facts = dict(bar(document).facts)
    assert facts["Number"] == document.number
    assert facts["Customer"] == document.customer.name
    assert facts["Waiting for"].startswith("Customer, since ")
    assert (facts["Total"], facts["Paid"]) == ("€119.00", "€0.00")
    html = page(client, document)
    assert "version 1, since" in html
    assert pages.overview(document) in html


def test_the_total_is_with_what_the_customer_chose(client, enter):
    sign, lamp = line_item(1), line_item(2, is_optional=True, is_selected=False)
    document = estimate_factory([sign, lamp])
    enter(document)
    url = reverse("portal_plugin:action", args=[document.public_id, "choose"])
    client.post(url, {"client_key": uuid4(), f"option_{document.lines[1].key}": "on"})
    assert dict(bar(Estimate.objects.get()).facts)["Total"] == "€238.00"


def test_it_tells_of_what_is_scheduled_until_that_is_called_off(client, boss):
    document = estimate_factory(items=1)
    document.go_live_at = timezone.now() + timedelta(days=2)
    draft = document.save_revision()
    not_yet = "a day to go out is set, but nothing is scheduled for it"
    assert bar(draft.as_object()).hint == not_yet
    draft.publish(skip_permission_checks=True)
    assert bar(draft.as_object()).hint.startswith("a new version is to go out: ")
    client.post(pages.url(Estimate, "revisions_unschedule", document.pk, draft.pk))
    assert not_yet in page(client, document)


def test_it_tells_the_stage_of_an_order(boss):
    document = order_factory(items=1)
    stage = Stage.objects.filter(site=document.site).first()
    SalesDocument.objects.filter(pk=document.pk).update(stage=stage)
    assert dict(bar(Order.objects.get()).facts)["Production"] == stage.name


def test_changes_that_are_not_out_are_named_and_change_no_total(client, boss):
    document = estimate_factory(items=1)
    answer = edit(client, document, pages.AUTOSAVE, discount_percent="50").json()
    assert "your changes are not out yet" in answer["html"]
    draft = Estimate.objects.get().get_latest_revision_as_object()
    assert dict(bar(draft).facts)["Total"] == "€119.00"


def test_an_answer_in_the_background_has_wagtails_parts_and_the_bar(client, boss):
    """Whatever Wagtail calls them: its own come from the template of its own view."""
    document = estimate_factory(items=1)
    saved = edit(client, document, pages.AUTOSAVE, title="Shop front")
    edit_url = pages.url(Estimate, "edit", document.pk)
    created = client.get(edit_url + "?_w_hydrate_create_view=1").content.decode()
    for html in (saved.json()["html"], created):
        assert 'target-value="head title"' in html
        assert html.count('target-value="#portal-bar"') == 1


def test_a_document_that_was_taken_back_says_so(client, boss):
    document = estimate_factory(items=1)
    document.unpublish()
    assert bar(Estimate.objects.get()).seen == "that you are revising it"


def test_its_queries_do_not_grow_with_the_items(django_assert_num_queries, boss):
    for count in (1, 30):
        document = order_factory(items=[line_item(n + 1) for n in range(count)])
        fresh = Order.objects.get(pk=document.pk)
        with django_assert_num_queries(3):  # the customer, the version, the ledger
            bar(fresh)


@pytest.mark.parametrize(
    ("make", "ended_by", "sentence"),
    [
        (estimate_factory, "converted_at", "An order was made from this estimate"),
        (order_factory, "cancelled_at", "It is cancelled. Open it again first."),
    ],
)
def test_of_what_is_over_nothing_goes_out_and_the_page_says_why(
    client, boss, make, ended_by, sentence
):
    document = make(items=1)
    offered = ("Publish and send…", "Publish without sending")
    assert all(button in page(client, document) for button in offered)
    SalesDocument.objects.filter(pk=document.pk).update(**{ended_by: timezone.now()})
    html = page(client, document)
    assert sentence in html
    assert not any(button in html for button in offered)

"""The lists of estimates and orders: what they show, how they narrow, and that they stay flat."""

import csv
import io
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook
from wagtail.users.models import UserProfile

from portal_plugin.admin import bookkeeping
from portal_plugin.models import Comment, Estimate, Order, SalesDocument, Stage
from portal_plugin.services import answering, assigning, listing, staging
from tests.factories import (
    customer_factory,
    estimate_factory,
    link_factory,
    order_factory,
    user_factory,
)

from . import pages

pytestmark = pytest.mark.django_db


def rows(client, model=Order, **query):
    """Numbers in the order of the list."""
    response = client.get(pages.url(model, "list"), query)
    assert response.status_code == 200
    return [row.number for row in response.context["object_list"]]


def page_of(client, model=Order, **query):
    return client.get(pages.url(model, "list"), query).content.decode()


def labels(client, model):
    return [c.label for c in client.get(pages.url(model, "list")).context["table"].columns.values()]


def set_back(document, **values):
    SalesDocument.objects.filter(pk=document.pk).update(**values)


def days_ago(days):
    return timezone.now() - timedelta(days=days)


def approved(**values):
    order = order_factory(**values)
    set_back(order, listed_state="approved", waiting_for="us")
    return order


# -- columns ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "wanted"),
    [
        (Order, ["Customer", "Total", "Balance", "Waiting for", "Production", "Updated"]),
        (Estimate, ["Customer", "Total", "Waiting for", "State", "Updated"]),
    ],
)
def test_at_most_seven_columns(client, boss, model, wanted):
    assert [str(label) for label in labels(client, model)[2:]] == wanted


def test_waiting_for_says_since_when(client, boss):
    order = order_factory()
    set_back(order, waiting_for="us", waiting_since=days_ago(2))
    assert "Us · 2\xa0days" in page_of(client)


def test_production_shows_the_stage_by_its_internal_name_and_colour(client, boss):
    order = approved()
    stage = Stage.objects.create(
        site=order.site, name="In the oven", customer_name="Being made", colour="#123456"
    )
    staging.set_stage(order, stage)
    page = page_of(client)
    assert "In the oven" in page
    assert "background-color: #123456" in page
    assert "Being made" not in page


def test_a_cancelled_order_shows_that_in_place_of_its_stage(client, boss):
    order = approved()
    staging.set_stage(order, Stage.objects.filter(site=order.site).first())
    staging.cancel(order, "Too late")
    response = client.get(pages.url(Order, "list_results"))
    assert "Cancelled" in response.content.decode()
    assert "portal-admin-stage" not in response.content.decode()


def test_a_dot_says_that_the_customer_waits_for_an_answer(client, boss):
    order = order_factory()
    said = "The customer waits for an answer:"
    assert said not in page_of(client)
    Comment.objects.create(document=order, link=link_factory(order), text="When?")
    assert said in page_of(client)
    answering.reply(order, "Tomorrow.", boss)
    assert said not in page_of(client)


# -- saved views and filters -----------------------------------------------------------------------


@pytest.mark.parametrize("model", [Order, Estimate])
def test_chips_are_the_views_that_staff_open_again(client, boss, model):
    labels = [chip.label for chip in client.get(pages.url(model, "list")).context["chips"]]
    both = ["All", "Waiting for us", "Waiting for the customer", "No answer for a week"]
    money = ["Ready to start", "Unpaid", "Payment is overdue"]
    assert labels == both + (money if model is Order else [])


@pytest.mark.parametrize("label", ["No answer for a week", "Payment is overdue"])
def test_a_chip_leads_to_its_rows_and_is_the_current_one_there(client, boss, label):
    late, _in_time = order_factory(payment_days=0), order_factory(payment_days=30)
    set_back(late, waiting_since=days_ago(8), listed_due_on=days_ago(1))
    chips = {chip.label: chip for chip in client.get(pages.url(Order, "list")).context["chips"]}
    context = client.get(chips[label].url).context
    assert [row.number for row in context["object_list"]] == [late.number]
    assert [chip.label for chip in context["chips"] if chip.is_current] == [label]


def test_a_balance_says_since_when_it_is_due(client, boss):
    late, paid, in_time, cancelled = (order_factory() for _ in range(4))
    set_back(late, listed_due_on=date(2026, 3, 4))
    set_back(paid, listed_due_on=date(2026, 3, 5), listed_balance=0)
    set_back(in_time, listed_due_on=timezone.localdate())
    set_back(cancelled, listed_due_on=date(2026, 3, 6), cancelled_at=timezone.now())
    page = page_of(client)
    assert page.count("due since") == 1
    assert "due since 03/04/2026" in page


def test_chips_are_plain_links_and_the_current_one_says_so(client, boss):
    page = page_of(client, worklist="unpaid", p="1")
    assert f'href="{pages.url(Order, "list")}?worklist=unpaid" aria-current="page"' in page
    assert page.count("aria-current") == page_of(client).count("aria-current")
    assert "worklist" not in page_of(client, Estimate)


def test_ready_to_start_is_approved_with_nothing_to_be_paid_first_and_not_begun(client, boss):
    ready, deposit, begun = approved(), approved(), approved()
    order_factory()
    set_back(deposit, listed_deposit_due=10)
    set_back(begun, stage=Stage.objects.first())
    assert rows(client, worklist="ready") == [ready.number]


def test_the_deposit_that_is_due_is_kept_beside_the_order():
    order = order_factory(deposit_percent=50)
    order.refresh_from_db()
    assert order.listed_deposit_due == order.deposit_due > 0


def test_unpaid_is_what_has_a_balance_and_was_not_cancelled(client, boss):
    unpaid, paid, cancelled = order_factory(), order_factory(), order_factory()
    set_back(paid, listed_balance=0)
    staging.cancel(cancelled, "Too late")
    assert rows(client, worklist="unpaid") == [unpaid.number]


def test_overdue_is_what_waits_for_somebody_too_long(client, boss):
    long, short, nobody = order_factory(), order_factory(), order_factory()
    set_back(long, waiting_since=days_ago(8))
    set_back(short, waiting_since=days_ago(6))
    set_back(nobody, waiting_since=days_ago(8), waiting_for="nobody")
    assert rows(client, overdue="7") == [long.number]


def test_overdue_is_also_an_order_whose_days_to_pay_are_over(client, boss):
    late, in_time = order_factory(payment_days=5), order_factory(payment_days=5)
    order_factory()
    cancelled = order_factory(payment_days=0)
    staging.cancel(cancelled, "Too late")
    cancelled.refresh_from_db()
    assert cancelled.listed_due_on is None
    set_back(late, first_published_at=days_ago(6))
    set_back(in_time, first_published_at=days_ago(4))
    for order in (late, in_time):
        listing.refresh(order)
    assert rows(client, overdue="payment") == [late.number]


def test_the_customers_days_to_pay_count_where_the_order_has_none():
    customer = customer_factory(payment_days=7)
    order = order_factory(customer=customer)
    order.refresh_from_db()
    assert order.listed_due_on == timezone.localdate() + timedelta(days=7)


def test_filters_by_customer_person_stage_and_day(client, boss):
    one = order_factory(customer=customer_factory(name="Ada", company="Engines"))
    order_factory()
    person = user_factory()
    assigning.assign(one, person)
    set_back(one, stage=Stage.objects.first(), created_at=days_ago(100))
    day = timezone.localdate(days_ago(100)).isoformat()
    for query in (
        {"customer": "engin"},
        {"responsible": person.pk},
        {"stage": Stage.objects.first().pk},
        {"created_at_from": day, "created_at_to": day},
    ):
        assert rows(client, **query) == [one.number], query


def test_filters_name_nobody_and_no_stage_of_another_shop(client, staff_of, only_site, other_site):
    theirs = order_factory(site=other_site)
    person = user_factory(first_name="Secret", last_name="Person")
    assigning.assign(theirs, person)
    order_factory()
    staff_of(only_site)
    response = client.get(pages.url(Order, "list"))
    form = response.context["filters"].form
    assert person not in form.fields["responsible"].queryset
    assert {stage.site_id for stage in form.fields["stage"].queryset} == {only_site.pk}
    assert len(response.context["object_list"]) == 1


# -- exports ---------------------------------------------------------------------------------------


def exported(client, model=Order, **query):
    response = client.get(pages.url(model, "list"), {"export": "csv", **query})
    return list(csv.DictReader(io.StringIO(response.getvalue().decode("utf-8-sig"))))


def test_an_export_holds_what_a_bookkeeper_wants_and_honours_filter_and_search(client, boss):
    order = order_factory(items=1, title="=SUM(A1)")
    order_factory()
    [row] = exported(client, q="sum(")
    assert row["Number"] == order.number
    assert row["Title"] == "'=SUM(A1)"
    assert (row["Total"], row["Paid"], row["Balance"]) == ("119.00", "0.00", "119.00")
    assert row["Currency"] == "EUR"
    assert exported(client, listed_state="approved") == []
    order_factory(items=1, title="Draft", published=False)
    assert exported(client, q="draft")[0]["Total"] == ""
    assert (
        "Balance"
        not in client.get(pages.url(Estimate, "list"), {"export": "csv"}).getvalue().decode()
    )


def test_a_column_that_a_site_added_is_read_from_the_document(boss):
    order = order_factory(items=1, customer=customer_factory(tax_number="DE 123"))
    assert bookkeeping.value_of(order, "customer.tax_number") == "DE 123"
    assert bookkeeping.value_of(order, "currency") == "EUR"


def test_an_export_is_in_the_language_of_whoever_asked(client, boss):
    UserProfile.objects.create(user=boss, preferred_language="de")
    order_factory(customer=customer_factory(name="Ada"))
    [row] = exported(client)
    assert row["Kunde"] == "Ada"


def test_numbers_are_numbers_in_a_workbook(client, boss):
    order_factory(items=1)
    response = client.get(pages.url(Order, "list"), {"export": "xlsx"})
    heading, row = load_workbook(io.BytesIO(response.getvalue())).active.values
    assert dict(zip(heading, row, strict=True))["Total"] == 119


def test_an_export_holds_nothing_of_another_shop(client, staff_of, only_site, other_site):
    order_factory(site=other_site)
    own = order_factory()
    staff_of(only_site)
    assert [row["Number"] for row in exported(client)] == [own.number]


# -- speed -----------------------------------------------------------------------------------------

FILTERS = [
    {},
    {"q": "gear"},
    {"q": "gear box"},
    {"worklist": "ready"},
    {"overdue": "payment"},
    {"customer": "a"},
]


def queries(client, model, query):
    with CaptureQueriesContext(connection) as asked:
        client.get(pages.url(model, "list_results"), query)
    return len(asked)


def test_a_page_of_orders_is_eight_queries(client, boss):
    """Session and user, sites, the three filters' choices, the count and the rows."""
    order_factory(items=1)
    queries(client, Order, {})  # what Django and Wagtail remember from then on
    assert queries(client, Order, {}) == 8


def test_a_search_is_ten_queries_at_most(client, boss):
    """Two more: for what is found if it is little, and for the exact number."""
    order_factory(items=1)
    queries(client, Order, {"q": "poster"})
    assert queries(client, Order, {"q": "poster a1 order"}) <= 10
    assert queries(client, Order, {"q": "poster"}) <= 10


def test_a_list_asks_the_same_however_many_rows_it_shows(client, boss):
    order_factory(items=1)
    for query in FILTERS:  # what a process asks once, such as for the indexes of searching
        queries(client, Order, query)
    before = [queries(client, Order, query) for query in FILTERS]
    for _ in range(3):
        order_factory(items=1)
    assert [queries(client, Order, query) for query in FILTERS] == before


def test_a_draft_without_a_customer_names_nobody(client, boss):
    estimate_factory(published=False, title="For whom?")
    Estimate.objects.update(customer=None)
    page = client.get(pages.url(Estimate, "list")).content.decode()
    assert "For whom?" in page
    assert "<bdi>None</bdi>" not in page

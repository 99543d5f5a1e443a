"""A prepared query finds what the queryset finds, and is put together once."""

import threading

import pytest
from django.db import connection
from django.db.models import Case, Count, When
from django.db.models.sql.compiler import SQLCompiler
from wagtail.models import Site

from portal_plugin.models import Comment, Customer, Order
from portal_plugin.models.prepared import Prepared
from portal_plugin.models.threads import PreparedThread
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def customers():
    return Prepared(Customer.objects.select_related("site"), "pk", 0)


def test_it_finds_each_row_with_what_belongs_to_it(customers, django_assert_num_queries):
    one, two = factories.customer_factory(), factories.customer_factory()
    with django_assert_num_queries(3):
        found = [customers.get(customer.pk) for customer in (one, two, one)]
    assert found == [one, two, one]
    with django_assert_num_queries(0):
        sites = [customer.site.pk for customer in found]
    assert sites == [one.site_id, two.site_id, one.site_id]


def test_it_reads_what_is_there_now(customers):
    customer = factories.customer_factory()
    assert customers.get(customer.pk).site.port != 8123
    Site.objects.filter(pk=customer.site_id).update(port=8123)
    assert customers.get(customer.pk).site.port == 8123


def test_it_finds_nothing_where_nothing_is(customers):
    assert customers.get(-1) is None


def test_it_is_put_together_once(customers, monkeypatch):
    customer = factories.customer_factory()
    asked, as_sql = [], SQLCompiler.as_sql
    monkeypatch.setattr(SQLCompiler, "as_sql", lambda *args, **kw: asked.append(1) or as_sql(*args))
    for _turn in range(3):
        assert customers.get(customer.pk) == customer
    assert len(asked) == 1


@pytest.mark.django_db(transaction=True)
def test_threads_use_connections_of_their_own(customers):
    customer, found = factories.customer_factory(), []

    def ask():
        found.append(customers.get(customer.pk))
        connection.close()

    customers.get(customer.pk)
    threads = [threading.Thread(target=ask) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [customer, customer]


def test_it_refuses_a_query_that_asks_for_more_after_the_value():
    counted = Customer.objects.annotate(count=Count("recipients")).filter(count__gte=7)
    with pytest.raises(ValueError, match="last"):
        Prepared(counted, "pk", 0).get(1)


def test_it_finds_all_rows_in_their_order():
    of_site = Prepared(Customer.objects.order_by("-pk"), "site", 0)
    customers = [factories.customer_factory() for _number in range(3)]
    factories.customer_factory(factories.site_factory("shop-b.localhost"))
    assert of_site.rows(customers[0].site_id) == customers[::-1]
    assert of_site.rows(-1) == []


def test_one_row_needs_no_order():
    first = Case(When(name="x", then=0), default=1)
    customer = factories.customer_factory()
    assert Prepared(Customer.objects.order_by(first), "pk", 0).get(customer.pk) == customer


def test_a_thread_is_the_same_with_and_without_a_past():
    said = PreparedThread(Comment.objects.order_by("pk"))
    estimate = factories.estimate_factory(items=1)
    Comment.objects.create(document=estimate, text="Before")
    factories.approve(estimate)
    order = Order.objects.get()
    Comment.objects.create(document=order, text="After")
    assert [comment.text for comment in said.of(order)] == ["Before", "After"]
    assert [comment.text for comment in said.of(estimate)] == ["Before"]

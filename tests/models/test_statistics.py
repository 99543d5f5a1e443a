"""SQLite learns how long tables are, once after they have grown."""

import pytest
from django.db import connection

from portal_plugin import registry
from portal_plugin.models import Customer, statistics
from tests.factories import site_factory

CUSTOMERS = Customer._meta.db_table


@pytest.fixture(autouse=True)
def shorter(monkeypatch):
    monkeypatch.setattr(statistics, "FEWEST", 10)


def write(count):
    site = site_factory()
    Customer.objects.bulk_create([Customer(site=site, name="Kim") for _ in range(count)])


def known():
    with connection.cursor() as cursor:
        return statistics._known(cursor).get(CUSTOMERS)


@pytest.mark.django_db
@pytest.mark.only_on("sqlite")
def test_a_table_is_looked_at_when_it_has_become_long():
    write(9)
    assert statistics.refresh() == []
    write(1)
    assert statistics.refresh() == [CUSTOMERS]
    assert known() == 10


@pytest.mark.django_db
@pytest.mark.only_on("sqlite")
def test_and_again_when_it_is_several_times_as_long():
    write(10)
    statistics.refresh()
    write(29)
    assert statistics.refresh() == []
    write(1)
    assert statistics.refresh() == [CUSTOMERS]
    assert known() == 40


@pytest.mark.django_db
@pytest.mark.only_on("sqlite")
def test_high_keys_of_few_rows_are_no_long_table():
    write(50)
    last = Customer.objects.order_by("-pk").values_list("pk", flat=True)[:5]
    Customer.objects.exclude(pk__in=list(last)).delete()
    assert statistics.refresh() == []


@pytest.mark.django_db
@pytest.mark.only_on("sqlite")
def test_the_sweep_looks_and_asks_little_where_nothing_grew(django_assert_num_queries):
    write(10)
    registry.workers()["statistics"]()
    assert known() == 10
    with django_assert_num_queries(3):
        registry.workers()["statistics"]()


@pytest.mark.django_db
@pytest.mark.only_on("postgres")
def test_other_databases_look_by_themselves(django_assert_num_queries):
    write(10)
    with django_assert_num_queries(0):
        assert statistics.refresh() == []

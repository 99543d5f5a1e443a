"""Search through the database's own indexes: they follow whoever writes, and are what is asked."""

import pytest
from django.db import connection

from portal_plugin.models import Contact, Customer, LineItem, Order, SalesDocument, trigrams
from portal_plugin.services import erasing
from portal_plugin.services.importing import files, planning
from portal_plugin.services.importing.kinds import Customers
from tests.factories import customer_factory, estimate_factory, line_item, order_factory

pytestmark = pytest.mark.django_db


def found(text):
    return list(SalesDocument.objects.search(text).values_list("pk", flat=True))


def plan_of(rows):
    """In the words of the database, with what it would do if it had many rows."""
    sql, params = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        begin = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
        cursor.execute(f"{begin} {sql}", params)
        return "\n".join(str(row) for row in cursor.fetchall())


@pytest.mark.parametrize("model", [SalesDocument, LineItem, Customer, Contact])
def test_no_table_is_read_from_end_to_end(model):
    plan = plan_of(trigrams.holding(model.objects.order_by(), "lettering"))
    assert f"portal_letters_{model._meta.model_name}" in plan
    assert f"SCAN {model._meta.db_table}" not in plan


def test_two_letters_are_found_without_an_index():
    order = order_factory(title="Ab 5")
    assert found("ab") == found("5") == [order.pk]


@pytest.mark.parametrize(
    "text", ['5" pipe', "100%", "a_b", "AND", "title:x", "NEAR(", "o'clock", "*"]
)
def test_signs_mean_themselves(text):
    order = order_factory(title=f"So {text} end")
    order_factory(title="other thing 100 aXb title x", items=[line_item(name="Nothing else")])
    assert found(text) == [order.pk]


@pytest.mark.parametrize("text", ["müller", "MÜLLER", "ÜLLE"])
def test_letters_with_accents_are_large_or_small(text):
    order = order_factory(customer=customer_factory(name="Anna Müller"))
    assert found(text) == [order.pk]


def test_a_nul_finds_what_is_left_of_the_word():
    order = order_factory(title="Window")
    assert found("win\0dow") == [order.pk]
    assert found("\0") == found("")


def test_words_of_a_customer_follow_a_form_a_contact_and_an_import():
    customer = customer_factory(name="Before Then", email="one@example.org")
    order = order_factory(customer=customer)
    customer.name = "After Now"
    customer.contacts = [Contact(name="Second Person", phone="555 0199")]
    customer.save()
    assert found("then") == []
    assert found("after") == found("second") == found("0199") == [order.pk]
    table = files.read(b"Name,Email\nImported Name,one@example.org\n", size=45)
    digest = planning.plan(Customers, table, customer.site).digest
    planning.apply(
        Customers,
        table,
        customer.site,
        digest=digest,
        all_or_none=False,
        may_change=True,
        user=None,
    )
    assert found("now") == []
    assert found("imported") == [order.pk]


def test_words_of_items_follow_a_publish_and_never_a_draft():
    order = order_factory(items=[line_item(name="Brass gear")])
    order.line_items = [line_item(name="Steel gear", key=order.lines[0].key)]
    draft = order.save_revision()
    assert found("brass") == [order.pk]
    assert found("steel") == []
    draft.publish(skip_permission_checks=True)
    assert found("brass") == []
    assert found("steel") == [order.pk]


def test_a_number_is_found_once_it_is_given():
    estimate = estimate_factory()
    SalesDocument.objects.filter(pk=estimate.pk).update(number="XQ-77123")
    assert found("q-7712") == [estimate.pk]


def test_who_was_erased_is_found_no_more():
    order = order_factory()
    Contact.objects.create(customer=order.customer, name="Ada Lovelace", email="ada@example.org")
    assert found("lovelace") == found("ada@") == [order.pk]
    erasing.erase(erasing.by_email("ada@example.org"))
    assert found("lovelace") == found("ada@") == []


def test_what_was_deleted_is_out_of_the_index():
    draft = Order.objects.create(site=customer_factory().site, title="Short life")
    Order.objects.filter(pk=draft.pk).delete()
    assert found("short life") == []


def test_a_migration_that_loses_them_is_made_good_after_it():
    """One that writes a table of SQLite anew leaves its triggers behind."""
    order = order_factory(title="Old words")
    lost = {"sqlite": "TRIGGER portal_letters_salesdocument_update"}
    with connection.cursor() as cursor:
        cursor.execute(f"DROP {lost.get(connection.vendor, 'INDEX portal_letters_salesdocument')}")
    assert not trigrams.are_there()
    SalesDocument.objects.filter(pk=order.pk).update(title="New words")
    connection.check_constraints()  # PostgreSQL indexes no table with something to check.
    trigrams.make()
    assert trigrams.are_there()
    assert found("new words") == [order.pk]
    assert found("old words") == []


def test_without_the_indexes_every_row_is_looked_at(monkeypatch):
    order = order_factory(title="Window sign")
    trigrams.make()
    monkeypatch.setattr(trigrams, "_are_on_sqlite", lambda connection: False)
    assert found("indow") == [order.pk]

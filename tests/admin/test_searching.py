"""The search of the lists: what it finds, in which order, and what it looks at for that."""

import pytest

from portal_plugin.models import Contact, Order, searching
from tests.factories import customer_factory, line_item, order_factory

from .test_lists import rows, set_back

pytestmark = pytest.mark.django_db


@pytest.fixture
def wanted():
    customer = customer_factory(
        name="Ada Lovelace", company="Engines", phone="+49 30 99887", email="ada@engine.example"
    )
    Contact.objects.create(
        customer=customer, name="Charles B", email="cb@works.example", phone="5551234"
    )
    items = [line_item(1, name="Brass gear", description="Polished"), line_item(2, name="Gear box")]
    order = order_factory(
        items=items, customer=customer, title="Difference", purchase_order_number="PO-7788"
    )
    order_factory()
    return order


@pytest.mark.parametrize(
    "text",
    [
        "lovelace",
        "engines",
        "99887",
        "ada@engine",
        "charles",
        "cb@works",
        "5551234",
        "differ",
        "po-7788",
        "gear",
        "polished",
        "ada gear",
    ],
)
def test_search_finds_a_document_once_by_what_belongs_to_it(client, boss, wanted, text):
    assert rows(client, q=text) == [wanted.number]
    assert rows(client, q=f"{text} nowhere") == []


@pytest.mark.parametrize("few", [0, 500])
def test_the_exact_number_comes_first(client, boss, monkeypatch, few):
    monkeypatch.setattr(searching, "FEW", few)
    first, second, third = (order_factory() for _ in range(3))
    set_back(first, number="2026-1")
    set_back(second, number="2026-10")
    set_back(third, number="2026-11")
    assert rows(client, q="2026-1") == ["2026-1", "2026-11", "2026-10"]


def test_search_and_filters_narrow_together(client, boss, wanted):
    assert rows(client, q="gear", worklist="unpaid") == [wanted.number]
    assert rows(client, q="gear", listed_state="approved") == []


def test_what_matches_much_is_found_as_what_matches_little(client, boss, monkeypatch):
    numbers = [order_factory(title="Common sign").number for _ in range(3)]
    monkeypatch.setattr(searching, "FEW", 2)
    assert rows(client, q="common") == numbers[::-1]
    monkeypatch.setattr(searching, "FEW", 3)
    assert rows(client, q="common") == numbers[::-1]


def test_a_page_of_a_common_word_is_that_of_the_whole_list(client, boss, monkeypatch):
    monkeypatch.setattr(searching, "COMMON", 1)
    numbers = [
        order_factory(title="Common sign").number,
        order_factory(customer=customer_factory(name="Common Ltd")).number,
        order_factory(items=[line_item(name="A common thing")]).number,
        order_factory(items=[line_item(1, name="Common"), line_item(2, name="Common")]).number,
    ]
    kim = order_factory(title="Nobody's").customer
    Contact.objects.create(customer=kim, name="Kim Common")
    numbers.append(Order.objects.get(customer=kim).number)
    order_factory(title="Rare")
    found = Order.objects.order_by("-created_at").search("common")
    assert [row.number for row in found] == numbers[::-1]
    assert len(found.first_ids) == len(numbers)
    for end in (2, 5, 9):  # a page that is among the first, and pages that reach further
        assert [row.number for row in found.page(0, end)] == numbers[::-1][:end]
        assert [row.number for row in found.page(2, end)] == numbers[::-1][2:end]
    assert "lineitem" in str(found.query)
    assert "lineitem" not in str(found.page(0, 2).query)
    assert rows(client, q="common") == numbers[::-1]
    monkeypatch.setattr(searching, "FIRST", 2)
    assert rows(client, q="common") == numbers[::-1]


@pytest.mark.only_on("sqlite")
def test_letters_that_sqlite_compares_as_typed_are_left_to_its_index(boss, monkeypatch):
    monkeypatch.setattr(searching, "COMMON", 1)
    for title in ("Größe", "GRÖSSE", "größe"):
        order_factory(title=title)
    found = Order.objects.order_by("-created_at").search("größe")
    assert found.first_ids == ()
    assert [row.title for row in found.page(0, 9)] == ["größe", "Größe"]
    monkeypatch.setattr(searching, "FEW", 1)
    found = Order.objects.order_by("-created_at").search("GRÖSSE grösse")
    assert [row.title for row in found.page(0, 9)] == ["GRÖSSE"]


def test_of_a_rare_word_and_common_ones_only_the_rows_of_the_rare_one_are_looked_at(
    boss, monkeypatch
):
    monkeypatch.setattr(searching, "FEW", 2)
    for _ in range(3):
        order_factory(title="A common sign")
    wanted = order_factory(title="A common sign", customer=customer_factory(name="Rare Ltd"))
    order_factory(customer=wanted.customer)
    found = Order.objects.order_by("-created_at").search("a common rare sign")
    assert list(found) == [wanted]
    assert "UNION" not in str(found.query)
    assert list(Order.objects.order_by("-created_at").search("a common rare zebra")) == []


@pytest.mark.parametrize("both", [0, 1, 2])
def test_what_is_rare_only_together_is_gathered_once(
    boss, monkeypatch, django_assert_num_queries, both
):
    monkeypatch.setattr(searching, "FEW", 1)
    for title in ["Alpha sign", "Beta sign"] * 2:
        order_factory(title=title)
    wanted = [order_factory(title="Beta alpha") for _ in range(both)]
    found = Order.objects.order_by("-created_at").search("alpha beta", exact_first=True)
    with django_assert_num_queries(0):
        assert found.count() == both
    assert list(found.page(0, 9)) == wanted[::-1]
    assert found.filter(title="Alpha sign").count() == 0


def test_in_a_list_where_somebody_sees_nothing_nothing_is_found(boss):
    order = order_factory(title="Common sign")
    for text in ("common", "common sign", order.number):
        assert list(Order.objects.none().search(text, exact_first=True)) == []


def test_what_is_rare_is_not_looked_for_row_by_row(boss):
    order_factory(title="Rare")
    found = Order.objects.order_by("-created_at").search("rare")
    assert len(found.first_ids) <= searching.COMMON
    assert found.first_ids == ()
    assert found.count() == 1


def test_a_document_that_holds_a_word_often_hides_no_other(client, boss, monkeypatch):
    monkeypatch.setattr(searching, "FEW", 3)
    items = [line_item(number, name="Same sign") for number in (1, 2, 3)]
    numbers = [order_factory(items=items).number, order_factory(title="Same again").number]
    assert sorted(rows(client, q="same")) == sorted(numbers)


def test_search_stays_with_the_shop(client, staff_of, only_site, other_site):
    order_factory(site=other_site, title="Hidden thing")
    staff_of(only_site)
    assert rows(client, q="hidden") == []

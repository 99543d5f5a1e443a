"""Customers and item templates from files: what is planned is what is done."""

from decimal import Decimal

import pytest
from wagtail.models import ModelLogEntry

from portal_plugin.exceptions import FileRefused, NotAvailable
from portal_plugin.models import Customer, ItemTemplate
from portal_plugin.services.importing.kinds import ItemTemplates
from tests.factories import customer_factory, site_factory
from tests.importing import imported, outcomes, planned, site, why

__all__ = ["site"]
pytestmark = pytest.mark.django_db


# -- planning and doing ----------------------------------------------------------------------------


def test_plan_writes_nothing_and_import_does_what_it_said(site):
    text = "Name,Email,Phone\nKim,kim@example.org,1\nLee,,2\n"
    plan = planned(site, text)
    assert outcomes(plan) == ["new", "new"]
    assert not Customer.objects.exists()
    imported(site, text, digest=plan.digest)
    assert list(Customer.objects.values_list("site", "name", "email", "phone")) == [
        (site.pk, "Kim", "kim@example.org", "1"),
        (site.pk, "Lee", "", "2"),
    ]


def test_same_file_twice_changes_nothing(site):
    text = (
        "Name;Firma;E-Mail;Sprache;Währung;Zahlungsziel\n"
        "Kim Ö;Ö GmbH;KIM@MÜLLER.example;Deutsch;eur;14\n"
        "Lee;;;;;\n"
        "Lee;Shop;;;;\n"
    )
    assert outcomes(imported(site, text)) == ["new"] * 3
    before = list(Customer.objects.values())
    assert outcomes(imported(site, text)) == ["same"] * 3
    assert list(Customer.objects.values()) == before


def test_known_by_email_whatever_its_case(site):
    customer = customer_factory(site, name="Kim", email="Kim@Example.org", phone="1")
    plan = imported(site, "name,email,phone\nKim Lo,kim@example.ORG,\n")
    assert outcomes(plan) == ["changed"]
    customer.refresh_from_db()
    # An empty cell takes nothing away.
    assert (customer.name, customer.phone) == ("Kim Lo", "1")


def test_known_by_name_and_company_where_there_is_no_email(site):
    customer = customer_factory(site, name="Kim", company="Lo Ltd", email="")
    plan = imported(site, "name,company,email\nKim,Lo Ltd,kim@example.org\nKim,,\n")
    assert outcomes(plan) == ["changed", "new"]
    customer.refresh_from_db()
    assert customer.email == "kim@example.org"


def test_two_customers_who_could_be_meant_are_left_alone(site):
    for _number in range(2):
        customer_factory(site, name="Kim", email="")
    plan = planned(site, "name\nKim\n")
    assert outcomes(plan) == ["refused"]
    assert "Several customers" in why(plan)[0]


def test_rows_of_another_site_are_not_seen(site):
    customer_factory(site_factory("shop-b.localhost"), name="Kim", email="kim@example.org")
    assert outcomes(planned(site, "name,email\nKim,kim@example.org\n")) == ["new"]


def test_bad_rows_do_not_stop_good_ones(site):
    text = "name,email,currency\nKim,no address,EUR\n,kim@example.org,\nLee,,XXQ\nAda,,usd\n"
    plan = imported(site, text)
    assert outcomes(plan) == ["refused", "refused", "refused", "new"]
    assert "Email: Enter a valid email address." in why(plan)[0]
    assert why(plan)[1] == "Name is empty."
    assert "three letters" in why(plan)[2]
    assert [row.number for row in plan.rows] == [2, 3, 4, 5]
    assert Customer.objects.get().currency == "USD"


def test_all_or_none_writes_nothing_while_one_is_refused(site):
    with pytest.raises(NotAvailable):
        imported(site, "name,email\nKim,\nLee,no address\n", all_or_none=True)
    assert not Customer.objects.exists()


def test_refused_where_something_changed_since_the_plan(site):
    text = "name,phone\nKim,2\n"
    digest = planned(site, text).digest
    customer_factory(site, name="Kim", email="", phone="1")
    with pytest.raises(NotAvailable):
        imported(site, text, digest=digest)
    assert Customer.objects.get().phone == "1"


def test_second_arrival_of_an_import_does_nothing(site):
    text = "name\nKim\n"
    digest = planned(site, text).digest
    imported(site, text, digest=digest)
    assert imported(site, text, digest=digest).to_do == 0
    assert Customer.objects.count() == 1


def test_change_without_the_right_to_it_is_refused(site):
    customer_factory(site, name="Kim", email="", phone="1")
    plan = planned(site, "name,phone\nKim,2\nLee,2\n", may_change=False)
    assert outcomes(plan) == ["refused", "new"]


def test_row_that_says_the_same_as_an_earlier_one(site):
    plan = planned(site, "name,email,phone\nKim,k@example.org,1\nKim,k@example.org,1\n")
    assert outcomes(plan) == ["new", "same"]
    assert "Row 2 of this file" in why(plan)[1]


def test_row_that_contradicts_an_earlier_one_is_refused(site):
    plan = planned(site, "name,email,phone\nKim,k@example.org,1\nKim,K@example.org,2\n")
    assert outcomes(plan) == ["new", "refused"]


def test_planning_takes_as_many_queries_for_many_rows(site, django_assert_num_queries):
    for count in (2, 200):
        rows = "".join(f"Kim {n},kim{n}@example.org\n" for n in range(count))
        with django_assert_num_queries(2):
            planned(site, f"name,email\n{rows}")


def test_what_is_written_is_in_wagtails_log(site):
    customer_factory(site, name="Kim", email="", phone="1")
    imported(site, "name,phone\nKim,2\nLee,2\n")
    assert sorted(ModelLogEntry.objects.values_list("action", flat=True)) == [
        "wagtail.create",
        "wagtail.edit",
    ]


# -- item templates --------------------------------------------------------------------------------


def test_item_templates_start_with_what_the_shop_says_and_go_to_the_end(site):
    ItemTemplate.objects.create(site=site, name="Sign", position=4)
    text = "Item;Preis;Einheit;tax rate;offered\nPoster;1.234,50 €;Stück;;\nBanner;12;;7 %;nein\n"
    plan = imported(site, text, ItemTemplates)
    assert outcomes(plan) == ["new", "new"]
    poster, banner = ItemTemplate.objects.order_by("position")[1:]
    assert (poster.name, poster.position, banner.position) == ("Poster", 5, 6)
    assert (poster.unit_price, poster.unit, poster.tax_rate) == (Decimal("1234.5"), "Stück", 19)
    assert (banner.tax_rate, banner.is_active) == (7, False)
    assert outcomes(imported(site, text, ItemTemplates)) == ["same", "same"]


def test_item_template_that_is_there_is_changed(site):
    ItemTemplate.objects.create(site=site, name="Sign", unit_price=2)
    plan = planned(site, "name,price,kind of tax\nSign,2.5,Reverse charge\n", ItemTemplates)
    assert plan.rows[0].changes["unit_price"] == (Decimal(2), Decimal("2.5"))
    assert plan.rows[0].changes["tax_category"][1] == "AE"


@pytest.mark.parametrize("price", ["9999999999999.999999", "-1000000000000"])
def test_price_that_no_list_could_show_again_is_refused(site, price):
    """On SQLite it closed the list of templates, and the page of every document."""
    plan = imported(site, f"Item;Preis\nSign;{price}\nPoster;5\n", ItemTemplates)
    assert outcomes(plan) == ["refused", "new"]
    assert [row.name for row in ItemTemplate.objects.all()] == ["Poster"]


def test_days_to_pay_that_no_clock_counts_are_refused(site):
    plan = imported(site, "name;Zahlungsziel\nKim;20261231\nLee;14\n")
    assert outcomes(plan) == ["refused", "new"]


def test_rate_that_no_tax_has_is_refused(site):
    plan = planned(site, "name,tax rate\nSign,190\n", ItemTemplates)
    assert outcomes(plan) == ["refused"]


# -- headings --------------------------------------------------------------------------------------


def test_headings_in_english_german_and_our_own_words(site):
    text = "Kunde,FIRMA,E-Mail-Adresse,Telefon,Anschrift,tax_number,Pays by,Notes,Hat size\n"
    plan = planned(site, text + "Kim,,,,,,transfer,,7\n")
    assert plan.used == [
        "Name",
        "Company",
        "Email",
        "Phone",
        "Address",
        "Tax number",
        "Pays by",
        "Internal notes",
    ]
    assert plan.unknown == ["Hat size"]
    assert plan.rows[0].changes["pays_by"] == ("", "transfer")


def test_file_without_names_says_what_its_first_row_holds(site):
    with pytest.raises(FileRefused, match=r"Email, Phone"):
        planned(site, "Email,Phone\nkim@example.org,1\n")


def test_two_columns_of_the_same_are_refused(site):
    with pytest.raises(FileRefused, match="Two columns"):
        planned(site, "name,email,E-Mail\nKim,a@example.org,b@example.org\n")


def test_our_own_export_comes_back_as_it_was(site):
    customer = customer_factory(site, name="=Kim", phone="+49 30 1", address="A\r\nB")
    plan = planned(site, f"Name,Email,Phone,Address\n'=Kim,{customer.email},'+49 30 1,\"A\nB\"\n")
    assert outcomes(plan) == ["same"]


def test_an_address_book_parts_names_and_addresses(site):
    text = "Ort;PLZ;Vorname;Nachname;Straße\nDresden;01067;Jörg;Müßig;Königsstr. 5\n;;;Roth;\n"
    plan = imported(site, text)
    assert (plan.used, plan.unknown) == (["Address", "Name"], [])
    assert list(Customer.objects.order_by("pk").values_list("name", "address")) == [
        ("Jörg Müßig", "Königsstr. 5\n01067 Dresden"),
        ("Roth", ""),
    ]


def test_pieces_of_what_the_file_has_whole_are_left_out(site):
    plan = imported(site, "Name,Address,City,Last name\nKim Roth,Main St 1,Hull,Roth\n")
    assert plan.unknown == ["City", "Last name"]
    assert Customer.objects.get().address == "Main St 1"

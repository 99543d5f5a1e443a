"""Customers and item templates from files, honest and hostile: what is planned is what is done."""

import io
import re
import zipfile
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from openpyxl import Workbook

from portal_plugin.exceptions import FileRefused, NotAvailable
from portal_plugin.models import Customer, ItemTemplate
from portal_plugin.services.importing import cells, files, planning
from portal_plugin.services.importing.kinds import Customers, ItemTemplates
from tests.factories import customer_factory, site_factory

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return site_factory(currency="EUR", tax_rate=Decimal(19))


def planned(site, text, kind=Customers, **options):
    data = text.encode() if isinstance(text, str) else text
    return planning.plan(kind, files.read(data), site, **options)


def imported(site, text, kind=Customers, **options):
    data = text.encode() if isinstance(text, str) else text
    table = files.read(data)
    digest = options.pop("digest", None) or planning.plan(kind, table, site).digest
    return planning.apply(kind, table, site, digest=digest, **options)


def outcomes(plan):
    return [str(row.outcome) for row in plan.rows]


def why(plan):
    return [" ".join(row.sentences) for row in plan.rows]


def xlsx(*rows, **formats):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for place, number_format in formats.items():
        book.active[place].number_format = number_format
    return saved(book)


def saved(book):
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def with_part(data, name, change):
    """An XLSX file with one of its parts written anew."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", 8) as new:
        for part in old.namelist():
            content = old.read(part)
            new.writestr(part, change(content) if part == name else content)
    return made.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


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
    from wagtail.models import ModelLogEntry

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


# -- files -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encodings_and_delimiters(encoding, delimiter):
    text = f'Name{delimiter}Address\n"Jörg{delimiter}Ü"{delimiter}"Weg 1\n12345 Köln"\n'
    table = files.read(text.encode(encoding))
    assert table.header == ["Name", "Address"]
    assert table.rows[0].cells == [f"Jörg{delimiter}Ü", "Weg 1\n12345 Köln"]


def test_rows_are_counted_as_spreadsheets_count_them():
    table = files.read(b'\nname,phone\n\nKim\n,,,\n"A\nB"\nLee\n')
    assert [row.number for row in table.rows] == [4, 6, 7]


def test_row_with_an_unquoted_comma_is_refused(site):
    plan = planned(site, "name,address\nKim,Main Road 1, Berlin\n")
    assert "more cells than there are columns" in why(plan)[0]


def test_xlsx_values(site):
    data = xlsx(
        ["Name", "Price", "Tax rate", "Gross"],
        ["Sign", 1.234, 0.19, True],
        ["Poster", 1234.5, "7,5", "ja"],
        ["Sheet", 0.1 + 0.2, 0, None],
        C2="0%",
    )
    rows = planned(site, data, ItemTemplates).rows
    assert [row.changes.get("unit_price", (0, 0))[1] for row in rows] == [
        Decimal("1.234"),
        Decimal("1234.5"),
        Decimal("0.3"),
    ]
    assert "tax_rate" not in rows[0].changes  # 19 is what the shop has
    assert rows[1].changes["tax_rate"][1] == Decimal("7.5")
    assert rows[0].changes["price_includes_tax"][1] is True


def test_xlsx_phone_number_stays_whole(site):
    plan = planned(site, xlsx(["name", "phone"], ["Kim", 4930123456789]))
    assert plan.rows[0].changes["phone"][1] == "4930123456789"


def test_formula_is_not_computed_and_not_taken_for_an_empty_cell(site):
    plan = planned(site, xlsx(["name", "phone"], ["Kim", "=1+1"], ["Lee", "2"]))
    assert outcomes(plan) == ["refused", "new"]
    assert "formula" in why(plan)[0]


def test_formula_with_a_value_is_its_value(site):
    data = xlsx(["name", "phone"], ["Kim", "=1+1"])
    data = with_part(data, SHEET, lambda part: re.sub(rb"<v ?/>|<v></v>", b"<v>2</v>", part))
    assert planned(site, data).rows[0].changes["phone"][1] == "2"


def test_error_of_a_spreadsheet_is_no_text(site):
    plan = planned(site, xlsx(["name", "phone"], ["Kim", "#N/A"]))
    assert "#N/A" in why(plan)[0]


# -- hostile files ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"name\n",
        b"\xff\xfen\x00a\x00m\x00e\x00\n\x00K\x00",
        b"\xd0\xcf\x11\xe0rest",
        b"PK\x03\x04 no archive",
        b'name\n"never closed\nKim\n',
        b"name\n" + b"x" * files.MAX_BYTES,
        b"name\n" + b"x\n" * (files.MAX_ROWS + 1),
        b"name\nKim\n" + b"\n" * files.MAX_LOOKED_AT,
        b",".join([b"name"] * (files.MAX_COLUMNS + 1)) + b"\nKim\n",
        b'name\n"' + b"x" * 200_000 + b'"\n',
    ],
    ids=[
        "nothing",
        "headings alone",
        "UTF-16",
        "old Excel",
        "broken archive",
        "open quote",
        "too many bytes",
        "too many rows",
        "empty rows",
        "too many columns",
        "endless cell",
    ],
)
def test_whole_file_is_refused_in_a_sentence(data):
    with pytest.raises(FileRefused) as refused:
        files.read(data)
    assert refused.value.message.endswith(".")


def test_zip_bomb_is_not_unpacked():
    data = with_part(xlsx(["name"], ["Kim"]), SHEET, lambda part: part + b" " * (3 * 10**7))
    assert len(data) < files.MAX_BYTES
    with pytest.raises(FileRefused, match="unpacked"):
        files.read(data)


def test_a_million_rows_are_not_read():
    row = b'<row r="1048576"><c r="A1048576" t="inlineStr"><is><t>Kim</t></is></c></row>'
    data = with_part(
        xlsx(["name"]), SHEET, lambda part: part.replace(b"</sheetData>", row + b"</sheetData>")
    )
    with pytest.raises(FileRefused, match="rows"):
        files.read(data)


def test_column_far_away_is_not_read(site):
    row = b'<row r="2"><c r="A2"><v>1</v></c><c r="XFD2"><v>1</v></c></row>'
    data = with_part(
        xlsx(["name"]), SHEET, lambda part: part.replace(b"</sheetData>", row + b"</sheetData>")
    )
    assert files.read(data).rows[0].cells == ["1"]


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/styles.xml"])
def test_entities_are_not_expanded(part):
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    with pytest.raises(FileRefused, match="no spreadsheet needs"):
        files.read(with_part(xlsx(["name"], ["Kim"]), part, lambda xml: bomb + xml))


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "[Content_Types].xml"])
def test_broken_part_is_refused_in_a_sentence(part):
    with pytest.raises(FileRefused, match="cannot be read"):
        files.read(with_part(xlsx(["name"], ["Kim"]), part, lambda xml: xml[: len(xml) // 2]))


def test_archive_that_is_no_spreadsheet_is_refused():
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(FileRefused):
        files.read(data.getvalue())


def test_nul_bytes_and_long_names_are_refused_at_their_row(site):
    text = f"name,address\nK\x00im,\n{'x' * 300},\nLee,{'y' * 10_001}\nAda,\n"
    plan = imported(site, text)
    assert outcomes(plan) == ["refused", "refused", "refused", "new"]
    assert "character" in why(plan)[0]
    assert "200" in why(plan)[1]
    assert list(Customer.objects.values_list("name", flat=True)) == ["Ada"]


# -- numbers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("12", "12"),
        ("12.5", "12.5"),
        ("12,50", "12.5"),
        ("0,125", "0.125"),
        ("1.234,50", "1234.5"),
        ("1,234.50", "1234.5"),
        ("1'234.50", "1234.5"),
        ("1 234,50 €", "1234.5"),
        ("EUR 12", "12"),
        ("1.234.567", "1234567"),
        ("-3,5", "-3.5"),
        ("19 %", "19"),
    ],
)
def test_number(cell, value):
    assert cells.number(cell) == Decimal(value)


@pytest.mark.parametrize(
    "cell", ["1.234", "1,234", "12.34.5", "1.2,3", "1e5", "NaN", "x", "٣", "--1"]
)
def test_number_that_is_none_or_two(cell):
    with pytest.raises(ValidationError):
        cells.number(cell)

"""Files that are imported, honest and hostile, and what stands in their cells."""

import io
import re
import zipfile
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from openpyxl import Workbook

from portal_plugin.exceptions import FileRefused
from portal_plugin.models import Customer
from portal_plugin.services.importing import cells, files
from portal_plugin.services.importing.kinds import ItemTemplates
from tests.importing import imported, outcomes, planned, site, why

__all__ = ["site"]
pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]
SHEET = "xl/worksheets/sheet1.xml"


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


# -- files -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encodings_and_delimiters(encoding, delimiter):
    text = f'Name{delimiter}Address\n"Jörg{delimiter}Ü"{delimiter}"Weg 1\n12345 Köln"\n'
    table = files.read(text.encode(encoding))
    assert table.header == ["Name", "Address"]
    assert table.rows[0].cells == [f"Jörg{delimiter}Ü", "Weg 1\n12345 Köln"]


@pytest.mark.parametrize("line", ["sep=;\r\n", "SEP=;\n", '"sep=;"\n', "\ufeffsep=;\n"])
def test_a_line_that_only_tells_what_parts_the_cells_is_no_heading(line):
    """No program shows it; here the heading has more commas than that."""
    table = files.read(f"{line}Name;Notes (a,b,c)\nKim;1,2\n".encode())
    assert table.header == ["Name", "Notes (a,b,c)"]
    assert table.rows[0].cells == ["Kim", "1,2"]


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


def test_xlsx_postcode_has_the_noughts_that_its_cell_shows(site):
    data = xlsx(["name", "PLZ", "Ort"], ["Kim", 1067, "Dresden"], B2="00000")
    assert planned(site, data).rows[0].changes["address"][1] == "01067 Dresden"


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

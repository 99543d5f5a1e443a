"""A table of texts from a CSV or XLSX file, whoever made it and with whatever intent."""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from ...exceptions import FileRefused
from ...formulas import without_guard

MAX_BYTES = 1024 * 1024
#: Each leaves an entry in Wagtail's log: that many are done while somebody waits.
MAX_ROWS = 2000
MAX_COLUMNS = 50
#: Characters.
MAX_CELL = 10_000
MAX_TEXT = 3_000_000
#: An XLSX file is a zip archive: bytes that its parts may unpack to.
MAX_UNPACKED = 20 * 1024 * 1024
#: Empty rows are left out, but looked at.
MAX_LOOKED_AT = 4 * MAX_ROWS

UTF_16 = (b"\xff\xfe", b"\xfe\xff")
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
#: How spreadsheet programs are told what stands between the cells: a line that none of them shows.
SEPARATOR = re.compile(r'\A"?sep=([;,|\t])"?\r?\n', re.IGNORECASE)
#: The format of a number that begins with noughts, such as a postcode.
PADDED = re.compile("0{2,}")
#: ``1.234`` is a thousand to some and a little more than one to others.
TWO_WAYS = re.compile(r"-?[1-9]\d{0,2}\.\d{3}")
#: All that openpyxl was seen to raise over a file that is none.
UNREADABLE = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)


@dataclass(frozen=True)
class Row:
    """``number`` as spreadsheet programs count; ``problem`` is why it cannot be read."""

    number: int
    cells: list[str]
    problem: str = ""


@dataclass(frozen=True)
class Table:
    header: list[str]
    rows: list[Row]

    def as_lists(self) -> list:
        """For JSON."""
        return [self.header, [[row.number, row.cells, row.problem] for row in self.rows]]

    @classmethod
    def from_lists(cls, lists: list) -> "Table":
        header, rows = lists
        return cls(header, [Row(*row) for row in rows])


def read(data: bytes, *, size: int = 0) -> Table:
    """The first sheet. Raises ``FileRefused`` with a sentence where the whole file is no use.

    ``size`` is that of a file whose bytes nobody wanted to read any more.
    """
    if max(len(data), size) > MAX_BYTES:
        raise FileRefused(
            _("This file is larger than 1 MB. Split it and import one after another.")
        )
    if data.startswith(b"PK"):
        return _of_xlsx(data)
    if data.startswith(OLD_EXCEL):
        raise FileRefused(_("This is an old Excel file. Save it as XLSX or CSV."))
    return _of_csv(data)


# -- CSV -------------------------------------------------------------------------------------------


def _of_csv(data: bytes) -> Table:
    text = _decoded(data)
    told = SEPARATOR.match(text)
    text = text[told.end() :] if told else text
    delimiter = told[1] if told else _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return _table((cells, "") for cells in reader)
    except csv.Error as error:
        sentence = _("Line %(line)s cannot be read: its quotation marks do not match.")
        raise FileRefused(sentence % {"line": reader.line_num}) from error


def _delimiter(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(";,\t", key=first.count)


def _decoded(data: bytes) -> str:
    """UTF-8, else the superset of Latin-1 that Windows writes, else Latin-1 itself."""
    if data.startswith(UTF_16):
        raise FileRefused(_("This file is in UTF-16. Save it as CSV in UTF-8."))
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


# -- XLSX ------------------------------------------------------------------------------------------


def _of_xlsx(data: bytes) -> Table:
    try:
        _refuse_bombs(data)
        return _table(_rows_of_sheet(data))
    except UNREADABLE as error:
        raise FileRefused(_("This XLSX file cannot be read. Save it again, or as CSV.")) from error


def _refuse_bombs(data: bytes) -> None:
    """Before anything is parsed. A part cannot unpack to more than its entry says: zipfile stops
    there. Office programs write no document types, which entities would need."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        if sum(part.file_size for part in parts) > MAX_UNPACKED:
            raise FileRefused(_("This file is too large when it is unpacked. Save it as CSV."))
        for part in parts:
            content = archive.read(part)
            if part.filename.endswith((".xml", ".rels")) and _is_odd_xml(content):
                raise FileRefused(
                    _("This XLSX file holds what no spreadsheet needs. Save it as CSV.")
                )


def _is_odd_xml(content: bytes) -> bool:
    return b"<!DOCTYPE" in content or b"\x00" in content


def _rows_of_sheet(data: bytes) -> Iterator[tuple[list[str], str]]:
    """Values as they were last shown. The formulas beside them tell an empty cell from one whose
    formula nobody has computed; none is computed here."""
    for shown, written in zip(
        _sheet(data, data_only=True), _sheet(data, data_only=False), strict=True
    ):
        problem = ""
        for value, formula in zip(shown, written, strict=True):
            if value.value is None and formula.value is not None:
                problem = _("A cell holds a formula without a value. Write the value itself.")
            elif value.data_type == "e":
                problem = _("A cell holds an error of the spreadsheet's (%(error)s).") % {
                    "error": value.value
                }
        yield [_text(cell) for cell in shown], problem


def _sheet(data: bytes, *, data_only: bool) -> Iterator[tuple]:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(data), read_only=True, data_only=data_only, keep_links=False)
    sheet = book.worksheets[0]
    sheet.reset_dimensions()  # what the file says of its own size is not believed
    return sheet.iter_rows(max_col=MAX_COLUMNS + 1)


def _text(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int | float):
        return _digits(value, cell.number_format or "")
    return str(value)


def _digits(value: float, shown_as: str) -> str:
    """With the fifteen digits that spreadsheets keep, and never to be read in two ways; with the
    noughts before it that the format of the cell shows."""
    exact = Decimal(f"{value:.15g}") * (100 if "%" in shown_as else 1)
    text = format(exact.normalize() if exact.is_finite() else exact, "f")
    if PADDED.fullmatch(shown_as) and text.isdigit():
        return text.zfill(len(shown_as))
    return f"{text}0" if TWO_WAYS.fullmatch(text) else text


# -- both ------------------------------------------------------------------------------------------


def _table(found: Iterable[tuple[list[str], str]]) -> Table:
    header: list[str] = []
    rows: list[Row] = []
    length = 0
    for number, (raw, problem) in enumerate(found, 1):
        if number > MAX_LOOKED_AT:
            raise _too_many()
        cells = [_clean(cell) for cell in raw]
        length += sum(map(len, cells))
        if length > MAX_TEXT:
            raise FileRefused(_("This file holds too much text. Split it."))
        if not any(cells) and not problem:
            continue
        if not header:
            header = _header(cells)
        elif len(rows) == MAX_ROWS:
            raise _too_many()
        else:
            rows.append(_row(number, cells, problem, len(header)))
    if not rows:
        raise FileRefused(_("This file has no rows below its headings."))
    return Table(header, rows)


def _too_many() -> FileRefused:
    sentence = _("This file has more than %(count)s rows. Split it and import one after another.")
    return FileRefused(sentence % {"count": MAX_ROWS})


def _header(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells = cells[:-1]
    if len(cells) > MAX_COLUMNS:
        sentence = _(
            "This file has more than %(count)s columns. Take out those that you do not need."
        )
        raise FileRefused(sentence % {"count": MAX_COLUMNS})
    return cells


def _row(number: int, cells: list[str], problem: str, width: int) -> Row:
    cells, rest = cells[:width] + [""] * (width - len(cells)), cells[width:]
    if any(rest):
        problem = _("It has more cells than there are columns. Is a text with a comma unquoted?")
    if any(len(cell) > MAX_CELL for cell in cells):
        problem = _("A cell holds more than %(count)s characters.") % {"count": MAX_CELL}
        cells = [cell[:100] for cell in cells]
    if any(CONTROLS.search(cell) for cell in cells):
        problem = _("A cell holds a character that is no text.")
        cells = [CONTROLS.sub("", cell) for cell in cells]
    return Row(number, cells, problem)


def _clean(cell: str) -> str:
    return without_guard(cell.replace("\r\n", "\n").replace("\r", "\n").strip())

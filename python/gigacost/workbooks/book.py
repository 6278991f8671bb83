"""A workbook as it is written: sheets row by row, the same bytes for the same cells, text never a formula."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeAlias

from gigacost._formula import like_formula
from gigacost.errors import Fault, SpecError, show
from gigacost.workbooks.forms import DATE, TEXT, WRAPPED, displayed

if TYPE_CHECKING:
    from typing import BinaryIO

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

MOST_ROWS = 1_048_576
"""Rows of a sheet of Excel, heads among them."""
MOST_COLUMNS = 16_384
MOST_CHARACTERS = 32_767
"""Of a cell's text."""
_EXACT = 2**53
"""Whole numbers beyond it are not all numbers of Excel: they are written as text, with every digit."""
_ZERO = dt.date(1899, 12, 30)
_FIRST = dt.date(1900, 3, 1)
"""Excel takes 1900 for a leap year: days before March of it are written as text."""
_WIDEST, _NARROWEST = 84, 8
_WIDEST_WRAPPED, _PER_LINE = 64, 62
_LINE = 15
"""Height of a line [pt]."""
_MEASURED = 1_000
"""Rows by which the widths of columns are set."""


class Formula(NamedTuple):
    """A cell that is computed from others."""

    text: str
    """Without the equals sign."""
    value: float
    """What it comes to: what is shown before anything is computed again."""


Value: TypeAlias = "float | int | str | dt.date | Formula | None"


class Cell(NamedTuple):
    """A value and how it looks."""

    value: Value
    form: str = TEXT
    """Excel's number format."""
    bold: bool = False
    indent: int = 0
    above: bool = False
    """Whether a line runs above it, as above a sum."""
    head: bool = False
    right: bool = False
    """Whether a text stands at the right, as numbers do."""


class Book:
    """An Excel workbook that is being written to a file."""

    def __init__(self, file: BinaryIO, about: str, created: dt.date, field: str, name: str) -> None:
        """``field`` and ``name`` are what the file is called in faults."""
        import tempfile

        import xlsxwriter

        self._rows = tempfile.TemporaryDirectory(prefix="gigacost-")
        self._book = xlsxwriter.Workbook(file, {"constant_memory": True, "tmpdir": self._rows.name})
        self._book.set_properties({"title": about, "created": dt.datetime.combine(created, dt.time(), dt.UTC)})
        self._formats: dict[Any, Format] = {}
        self.field, self.name = field, name

    def sheet(self, name: str, *, frozen: tuple[int, int] = (1, 0)) -> Sheet:
        """A further sheet, of which so many rows and columns stay in sight."""
        made = self._book.add_worksheet(name, worksheet_class=_worksheet_class())
        made.freeze_panes(*frozen)
        made.hide_gridlines(2)
        made.set_landscape()
        made.fit_to_pages(1, 0)
        if frozen[0]:
            made.repeat_rows(0, frozen[0] - 1)
        return Sheet(self, made, name)

    def close(self) -> None:
        """Write the file."""
        self._book.use_zip64()
        self._book.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Remove what rows were kept in."""
        for sheet in self._book.worksheets():
            sheet.row_data_fh.close()
        self._rows.cleanup()

    def format(self, cell: Cell, column: int) -> Format:
        """The format of a cell; text beside other columns is set in, which keeps it off a number before it."""
        is_text = isinstance(cell.value, str)
        quoted = isinstance(cell.value, str) and like_formula(cell.value)
        left = is_text and not cell.right
        indent = cell.indent + (1 if left and column else 0)
        key = (cell.form, cell.bold, indent, cell.above, cell.head, left, quoted)
        if key not in self._formats:
            self._formats[key] = self._book.add_format(
                {
                    "valign": "top",
                    "align": "left" if left else "right",
                    **({"num_format": cell.form} if cell.form not in {TEXT, WRAPPED} else {}),
                    **({"text_wrap": True} if cell.form == WRAPPED else {}),
                    **({"bold": True} if cell.bold or cell.head else {}),
                    **({"bottom": 1, "bg_color": "#E8EDF2"} if cell.head else {}),
                    **({"top": 1} if cell.above else {}),
                    **({"indent": indent} if indent else {}),
                    **({"quote_prefix": True} if quoted else {}),
                }
            )
        return self._formats[key]

    def refuse(self, what: str, allowed: str) -> None:
        """Raise SpecError: it does not fit into a workbook."""
        raise SpecError(Fault(self.field, show(self.name), what, allowed))


class Sheet:
    """A sheet that is written from top to bottom."""

    def __init__(self, book: Book, sheet: Worksheet, name: str) -> None:
        self._book, self._sheet = book, sheet
        self.name = name
        self.next = 0
        """The row that is written next, counted from 0."""
        self._widths: dict[int, int] = {}

    def heads(self, *texts: str, words: Container[int | str] = (), numbers_first: bool = False) -> None:
        """A row of heads; those of ``words``, by place or text, stand above text, and so does the first of most."""
        first, *more = texts
        others = (
            Cell(text, head=True, right=place not in words and text not in words) for place, text in enumerate(more, 1)
        )
        self._write([Cell(first, head=True, right=numbers_first), *others])

    def row(self, cells: Iterable[Cell | Value]) -> int:
        """Write a row; its number, counted from 0."""
        return self._write([cell if isinstance(cell, Cell) else Cell(cell) for cell in cells])

    def title(self, text: str) -> None:
        """A line in bold, which makes its column no wider."""
        self._write([Cell(text, bold=True)], measured=False)

    def skip(self) -> None:
        """Leave a row empty."""
        self.next += 1

    def filtered(self, first: int, columns: int) -> None:
        """Let the rows from ``first``, which has the heads, to the last be sorted and filtered."""
        if self.next > first + 1:
            self._sheet.autofilter(first, 0, self.next - 1, columns - 1)

    def done(self) -> None:
        """Set the widths of the columns."""
        for column, width in self._widths.items():
            self._sheet.set_column(column, column, max(width + 2, _NARROWEST))

    def _write(self, cells: Sequence[Cell], *, measured: bool = True) -> int:
        row = self.next
        if row >= MOST_ROWS:
            self._book.refuse(f"more than {MOST_ROWS:,} rows", "fewer rows (--limit), or a .parquet or .csv file")
        if len(cells) > MOST_COLUMNS:
            self._book.refuse(f"{len(cells):,} columns", f"at most {MOST_COLUMNS:,}")
        lines = max((_lines(cell) for cell in cells), default=1)
        if lines > 1:
            self._sheet.set_row(row, _LINE * lines)
        for column, cell in enumerate(cells):
            self._cell(row, column, cell)
            if measured and row < _MEASURED:
                width = min(len(displayed(_shown(cell.value), cell.form)) + cell.indent, _widest(cell.form))
                self._widths[column] = max(self._widths.get(column, 0), width + (1 if cell.bold or cell.head else 0))
        self.next += 1
        return row

    def _cell(self, row: int, column: int, cell: Cell) -> None:
        value = cell.value
        if isinstance(value, int) and abs(value) > _EXACT:
            cell = cell._replace(value=str(value), form=TEXT, right=True)
        elif isinstance(value, dt.date):
            is_known = value >= _FIRST
            cell = cell._replace(value=(value - _ZERO).days if is_known else value.isoformat(), form=DATE, right=True)
        value, form = cell.value, self._book.format(cell, column)
        if value is None or value == "":
            self._sheet.write_blank(row, column, None, form)
        elif isinstance(value, Formula):
            self._sheet.write_formula(row, column, f"={value.text}", form, value.value)
        elif isinstance(value, str):
            if len(value) > MOST_CHARACTERS:
                self._book.refuse(f"a text of {len(value):,} characters", f"at most {MOST_CHARACTERS:,}")
            self._sheet.write_string(row, column, value, form)
        else:
            self._sheet.write_number(row, column, value, form)


def at(row: int, column: int, *, fixed: bool = False, sheet: Sheet | None = None) -> str:
    """A cell's name in a formula: ``B3``, ``$B$3``, ``'Costs'!$B$3``."""
    from xlsxwriter.utility import xl_rowcol_to_cell

    name: str = xl_rowcol_to_cell(row, column, row_abs=fixed, col_abs=fixed)
    return f"'{sheet.name}'!{name}" if sheet else name


def span(rows: Sequence[int], column: int) -> str:
    """Cells of a column in a formula, rows that follow each other as a range: ``B3:B7,B9``."""
    ranges: list[list[int]] = []
    for row in sorted(rows):
        if ranges and row == ranges[-1][1] + 1:
            ranges[-1][1] = row
        else:
            ranges.append([row, row])
    names = [(at(first, column), at(last, column)) for first, last in ranges]
    return ",".join(first if first == last else f"{first}:{last}" for first, last in names)


def _lines(cell: Cell) -> int:
    """How many lines a cell takes: programs do not agree on it, so that it is set."""
    return -(-len(cell.value) // _PER_LINE) if cell.form == WRAPPED and isinstance(cell.value, str) else 1


def _widest(form: str) -> int:
    return _WIDEST_WRAPPED if form == WRAPPED else _WIDEST


def _shown(value: Value) -> float | str | dt.date | None:
    return value.value if isinstance(value, Formula) else value


@cache
def _worksheet_class() -> type[Worksheet]:
    from xlsxwriter.worksheet import Worksheet

    class Exact(Worksheet):  # type: ignore[misc] # its methods have no types
        """A sheet that keeps all digits of a number, where XlsxWriter writes 16, and takes no text for its own XML."""

        def _xml_number_element(self, number: float, attributes: Sequence[tuple[str, Any]] = ()) -> None:
            self._xml_data_cell(repr(number), attributes)

        def _xml_rich_inline_string(self, string: str, attributes: Sequence[tuple[str, Any]] = ()) -> None:
            self._xml_inline_string(string, True, attributes)  # noqa: FBT003 - XlsxWriter's form

        def _xml_data_cell(self, text: str, attributes: Sequence[tuple[str, Any]]) -> None:
            named = "".join(f' {key}="{value}"' for key, value in attributes)
            self.fh.write(f"<c{named}><v>{text}</v></c>")

    return Exact

"""Rows of combinations as sheets: what ``top`` and ``pareto`` find, and what the first of them rest on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from gigacost.compiler.bound import Bound
from gigacost.errors import SpecError
from gigacost.queries.estimates import estimated
from gigacost.workbooks.book import Book, Cell, Formula, Sheet
from gigacost.workbooks.forms import TEXT, form_of
from gigacost.workbooks.sources import figures, write_sources

if TYPE_CHECKING:
    from gigacost.queries.rows import RowView

SOURCED = 20
"""So many rows, from the first on, have their figures told."""
_SAMPLE = 200
"""Rows by which the format of a column is chosen."""


class Written(NamedTuple):
    """A sheet of rows."""

    sheet: Sheet
    columns: tuple[str, ...]
    forms: dict[str, str]
    first: int
    last: int
    """The first and the last row that is not a head."""


class More(NamedTuple):
    """A column that is computed from others."""

    head: str
    form: str
    cells: Iterable[Formula | None]


def write_rows(book: Book, view: RowView, more: Sequence[More] = ()) -> Written:
    """Write the rows of a view, with some further columns."""
    from gigacost.workbooks.book import MOST_ROWS

    if len(view) >= MOST_ROWS:
        book.refuse(f"{len(view):,} rows and their heads", f"at most {MOST_ROWS:,} (--limit), or .parquet, .csv")
    sheet = book.sheet("Rows", frozen=(1, 1))
    columns = view.column_names
    sample = view[:_SAMPLE].to_numpy() if len(view) else {}
    forms = {name: _form(view, name, sample.get(name, ())) for name in columns}
    words = {name for name in columns if forms[name] == TEXT}
    sheet.heads(*columns, *(one.head for one in more), words=words, numbers_first=True)
    first = sheet.next
    beside = [iter(one.cells) for one in more]
    for row in view:
        cells = [Cell(row[name], forms[name]) for name in columns]
        sheet.row([*cells, *(Cell(next(cell), one.form) for one, cell in zip(more, beside, strict=True))])
    sheet.filtered(0, len(columns) + len(more))
    sheet.done()
    return Written(sheet, columns, forms, first, sheet.next - 1)


def write_row_sources(book: Book, view: RowView) -> str:
    """Write the figures behind the first rows; what is to be said of it."""
    found, names = [], []
    bound = view.bound
    for index in view.indices[:SOURCED].tolist():
        alone = Bound(replace(bound.spec, axes=(), where=None, fixed=bound.settings(index)), bound.model, bound.catalog)
        try:
            found.append(estimated(alone).to_dict())
        except SpecError:  # a model of one's own may have no estimate
            continue
        names.append(str(index))
    if found:
        write_sources(book, figures(found, names), "index", len(found))
    if len(view) > len(found):
        return f"The sheet of sources is that of the first {len(found)} of {len(view):,} rows."
    return ""


def form_in(view: RowView, name: str, values: Iterable[Any]) -> str:
    """The format of a column's values."""
    bound = view.bound
    derived = bound.spec.derive.get(name)
    unit = derived.unit if derived else bound.model.unit(name) if name in bound.model.names else ""
    return form_of(name, unit or "", values)


def _form(view: RowView, name: str, values: Any) -> str:  # noqa: ANN401 - an array, or nothing
    if name == "index":
        return "0"
    numbers = [value for value in (values.tolist() if len(values) else ()) if value == value]  # noqa: PLR0124 - no NaN
    return TEXT if any(isinstance(value, str) for value in numbers) else form_in(view, name, numbers)

"""Tables in CSV as people hand them in: a header, then rows under it. Anything odd is refused by row and column."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TypeVar

from gigacost.catalog.files import book_text
from gigacost.catalog.price_books.schema import Faults
from gigacost.errors import Fault, SpecError, escape, nearest, show

T = TypeVar("T")

_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?\Z|[+-]?\.[0-9]+\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it stands in the file."""

    number: int
    """The header is row 1; blank lines count."""
    line: int
    """Of the file, where it begins."""
    cells: Sequence[str]


def csv_rows(text: str, faults: Faults) -> list[Row]:
    """All rows that are not blank, the header among them. Raises SpecError where it is not CSV."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[Row] = []
    line = 1
    try:
        for number, cells in enumerate(reader, start=1):
            if cells:
                rows.append(Row(number, line, cells))
            line = reader.line_num + 1
    except csv.Error as problem:
        faults.add(f"row {reader.line_num}", "", f"not CSV: {problem}")
        raise SpecError(*faults.found) from None
    return rows


def header(rows: Sequence[Row], known: Collection[str], required: Collection[str], faults: Faults) -> list[str]:
    """The columns' names in order; unknown, repeated and missing ones are noted."""
    names = [cell.strip() for cell in rows[0].cells]
    if not set(names) & set(known):
        faults.add("row 1", show(",".join(names)), "the header is missing", ", ".join(known))
        return names
    for place, column in enumerate(names, start=1):
        where = f"row 1, column {place}"
        if column not in known:
            faults.add(where, show(column), "unknown column", ", ".join(known), nearest(column, known))
        elif column in names[: place - 1]:
            faults.add(where, show(column), f"the same as column {names.index(column) + 1}", "each column once")
    for column in required:
        if column not in names:
            faults.add("row 1", "", f"the column {column} is missing", ", ".join([*names, column]))
    return names


def cells_under(names: Sequence[str], row: Row, faults: Faults) -> dict[str, str]:
    """A row's cells by column, without the space around them; none where they are too few or too many."""
    if len(row.cells) != len(names):
        faults.add(f"row {row.number}", "", f"{len(row.cells)} cells under {len(names)} columns", f"{len(names)} cells")
        return {}
    found = {}
    for column, raw in zip(names, row.cells, strict=True):
        where = f"row {row.number}, column {column}"
        if "\n" in raw or "\r" in raw:
            faults.add(where, show(raw), "a line break within a cell", "one line")
        elif raw.strip().startswith("#"):
            faults.add(where, show(raw), "an error of the spreadsheet")
        else:
            found[column] = raw.strip()
    return found


def number(where: str, cell: str, faults: Faults, example: str) -> float | None:
    """The number in a cell, infinite where it is too large; noted where there is none."""
    if _NUMBER.match(cell):
        return float(cell)
    what = "a separator of thousands, or a decimal comma" if "," in cell or " " in cell else "not a number"
    faults.add(where, show(cell), what if cell else "missing", f"a number, as {example}")
    return None


def read_table(
    path: str | os.PathLike[str],
    field: str,
    of: str,
    *,
    known: Collection[str],
    required: Collection[str],
    read: Callable[[Row, Sequence[str], Faults], T],
    check: Callable[[Sequence[T], Faults], None],
) -> tuple[T, ...]:
    """What ``read`` makes of each row of a file; ``check`` looks at all of them together.

    ``field`` is what the file is called in messages, and ``of`` what a row is; of the ``known`` columns those that are
    ``required`` must be there. Raises SpecError with every fault, by row (the header is row 1), column and line.
    """
    name = escape(os.fsdecode(path))
    text = book_text(path, field)
    if text.startswith("\ufeff"):
        raise SpecError(Fault(field, show(name), "begins with more than one byte order mark"))
    lines: dict[str, int] = {}
    faults = Faults(name, lambda where: lines.get(where.split(",")[0]))
    rows = csv_rows(text, faults)
    lines |= {f"row {row.number}": row.line for row in rows}
    if len(rows) < 2:  # noqa: PLR2004 - a header and a row
        faults.add(f"row {len(rows) + 1}", "", f"missing: a table of no {of}" if rows else "an empty table")
    names = header(rows, known, required, faults) if rows else []
    found: list[T] = []
    if not faults.found:
        found = [read(row, names, faults) for row in rows[1:]]
        check(found, faults)
    if faults.found:
        raise SpecError(*faults.found)
    return tuple(found)

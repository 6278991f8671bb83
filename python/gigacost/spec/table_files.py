"""Tables of candidates in files: CSV, and Parquet where pyarrow or polars is installed to read it."""

from __future__ import annotations

import os
from typing import Any

from gigacost.catalog.csv_table import csv_rows
from gigacost.catalog.files import book_text
from gigacost.catalog.price_books.schema import Faults
from gigacost.errors import Fault, SpecError, Typed, escape, show

_ENDINGS = ".csv or .parquet"


def read_table(path: str | os.PathLike[str], at: str) -> Any:  # noqa: ANN401 - a mapping, or a table of a library
    """The columns of a file. The cells of a CSV are text, read as values are on the command line.

    Raises SpecError, with faults that name ``at``.
    """
    name = os.fsdecode(path)
    if name.lower().endswith(".csv"):
        return _csv(name, at)
    if name.lower().endswith(".parquet"):
        return _parquet(name, at)
    raise SpecError(Fault(at, show(name), "not the name of a table", _ENDINGS))


def _csv(name: str, at: str) -> dict[str, list[Typed]]:
    faults = Faults(escape(name))
    rows = csv_rows(book_text(name, at).removeprefix("\ufeff"), faults)
    if not rows:
        raise SpecError(Fault(at, show(name), "an empty table"))
    names = [cell.strip() for cell in rows[0].cells]
    for i, column in enumerate(names):
        if column in names[:i]:
            faults.add(f"row 1, column {i + 1}", show(column), f"the same as column {names.index(column) + 1}")
    for row in rows[1:]:
        if len(row.cells) != len(names):
            what = f"{len(row.cells)} cells under {len(names)} columns"
            faults.add(f"row {row.number}", "", what, f"{len(names)} cells")
    if faults.found:
        raise SpecError(*faults.found)
    return {name: [Typed(row.cells[i].strip()) for row in rows[1:]] for i, name in enumerate(names)}


def _parquet(name: str, at: str) -> Any:  # noqa: ANN401 - a table of a library
    try:
        from pyarrow import parquet

        read: Any = parquet.read_table
    except ImportError:
        try:
            from polars import read_parquet as read
        except ImportError:
            what = "Parquet is read with pyarrow or polars, and neither is installed"
            raise SpecError(Fault(at, show(name), what, "pip install pyarrow; or a .csv")) from None
    try:
        return read(name)
    except Exception as problem:  # noqa: BLE001 - whatever the library makes of a broken file
        raise SpecError(Fault(at, show(name), f"cannot be read: {str(problem).splitlines()[0]}")) from None

"""Price lists in CSV: a header and one rental quote per row. Anything odd is refused by row and column."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

from gigacost.catalog.form import RENTAL
from gigacost.catalog.schema import Faults
from gigacost.errors import SpecError, nearest, show

REQUIRED = ("hardware", "market", "usd_per_chip_hour", "date")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?\Z|[+-]?\.[0-9]+\Z", re.ASCII)
_PRICE = "usd_per_chip_hour"


def read_price_list(text: str, name: str) -> dict[str, Any]:
    """The list as a price book; SpecError with every fault, by row (the header is row 1) and column."""
    faults = Faults(name)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        rows = list(enumerate(reader, start=1))
    except csv.Error as problem:
        faults.add(f"row {reader.line_num}", "", f"not CSV: {problem}")
        raise SpecError(*faults.found) from None
    rows = [(number, row) for number, row in rows if row]
    header = _header(rows, faults)
    if faults.found:
        raise SpecError(*faults.found)
    rental = [_quote(number, row, header, faults) for number, row in rows[1:]]
    if not rental:
        faults.add("row 2", "", "missing: a price list without prices")
    _check_duplicates(rows[1:], header, faults)
    if faults.found:
        raise SpecError(*faults.found)
    return {"name": name, "rental": rental}


def _header(rows: list[tuple[int, list[str]]], faults: Faults) -> list[str]:
    if not rows:
        faults.add("row 1", "", "an empty price list")
        return []
    header = [cell.strip() for cell in rows[0][1]]
    if not set(header) & set(RENTAL):
        faults.add("row 1", show(",".join(header)), "the header is missing", ", ".join(RENTAL))
        return header
    for place, column in enumerate(header, start=1):
        where = f"row 1, column {place}"
        if column not in RENTAL:
            faults.add(where, show(column), "unknown column", ", ".join(RENTAL), nearest(column, RENTAL))
        elif column in header[: place - 1]:
            faults.add(where, show(column), f"the same as column {header.index(column) + 1}", "each column once")
    for column in REQUIRED:
        if column not in header:
            faults.add("row 1", "", f"the column {column} is missing", ", ".join([*header, column]))
    return header


def _quote(number: int, row: list[str], header: list[str], faults: Faults) -> dict[str, Any]:
    if len(row) != len(header):
        what = f"{len(row)} cells under {len(header)} columns"
        faults.add(f"row {number}", "", what, f"{len(header)} cells")
        return {}
    quote: dict[str, Any] = {}
    for column, raw in zip(header, row, strict=True):
        where = f"row {number}, column {column}"
        cell = raw.strip()
        if "\n" in raw or "\r" in raw:
            faults.add(where, show(raw), "a line break within a cell", "one line")
        elif cell.startswith("#"):
            faults.add(where, show(raw), "an error of the spreadsheet")
        elif column == _PRICE:
            quote[column] = _price(where, cell, faults)
        elif cell:
            quote[column] = cell
        elif column in REQUIRED:
            faults.add(where, "", "missing")
    return quote


def _price(where: str, cell: str, faults: Faults) -> float:
    if not _NUMBER.match(cell):
        what = "a separator of thousands, or a decimal comma" if "," in cell or " " in cell else "not a number"
        faults.add(where, show(cell), what if cell else "missing", "a number, as 2.10")
        return 1.0
    value = float(cell)
    if not 0.0 < value < float("inf"):
        faults.add(where, show(cell), "out of range", "> 0 and finite")
    return value


def _check_duplicates(rows: list[tuple[int, list[str]]], header: list[str], faults: Faults) -> None:
    keys = [place for place, column in enumerate(header) if column not in {_PRICE, "source"}]
    seen: dict[tuple[str, ...], int] = {}
    for number, row in rows:
        if len(row) != len(header):
            continue
        key = tuple(row[place].strip().casefold() for place in keys)
        if key in seen:
            columns = ", ".join(header[place] for place in keys)
            faults.add(f"row {number}", "", f"the same quote as row {seen[key]}", f"each {columns} once")
        seen.setdefault(key, number)

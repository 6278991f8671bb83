"""Price lists in CSV: a header and one rental quote per row. Anything odd is refused by row and column."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gigacost.catalog.csv_table import Row, cells_under, csv_rows, header, number
from gigacost.catalog.price_books.fields import RENTAL
from gigacost.catalog.price_books.schema import Faults
from gigacost.errors import SpecError, show

REQUIRED = ("hardware", "market", "usd_per_chip_hour", "date")
_PRICE = "usd_per_chip_hour"
_CHIP = "chip"
"""Another name of the column ``hardware``."""


def read_price_list(text: str, name: str) -> dict[str, Any]:
    """The list as a price book; SpecError with every fault, by row (the header is row 1) and column."""
    faults = Faults(name)
    rows = csv_rows(text, faults)
    if not rows:
        faults.add("row 1", "", "an empty price list")
    if rows:
        rows[0] = replace(rows[0], cells=["hardware" if cell.strip() == _CHIP else cell for cell in rows[0].cells])
    names = header(rows, RENTAL, REQUIRED, faults) if rows else []
    if faults.found:
        raise SpecError(*faults.found)
    rental = [_quote(row, names, faults) for row in rows[1:]]
    if not rental:
        faults.add("row 2", "", "missing: a price list without prices")
    _check_duplicates(rows[1:], names, faults)
    if faults.found:
        raise SpecError(*faults.found)
    return {"name": name, "rental": rental}


def _quote(row: Row, names: list[str], faults: Faults) -> dict[str, Any]:
    quote: dict[str, Any] = {}
    for column, cell in cells_under(names, row, faults).items():
        where = f"row {row.number}, column {column}"
        if column == _PRICE:
            quote[column] = _price(where, cell, faults)
        elif cell:
            quote[column] = cell
        elif column in REQUIRED:
            faults.add(where, "", "missing")
    return quote


def _price(where: str, cell: str, faults: Faults) -> float:
    value = number(where, cell, faults, "2.10")
    if value is None:
        return 1.0
    if not 0.0 < value < float("inf"):
        faults.add(where, show(cell), "out of range", "> 0 and finite")
    return value


def _check_duplicates(rows: list[Row], names: list[str], faults: Faults) -> None:
    keys = [place for place, column in enumerate(names) if column not in {_PRICE, "source"}]
    seen: dict[tuple[str, ...], int] = {}
    for row in rows:
        if len(row.cells) != len(names):
            continue
        key = tuple(row.cells[place].strip().casefold() for place in keys)
        if key in seen:
            columns = ", ".join(names[place] for place in keys)
            faults.add(f"row {row.number}", "", f"the same quote as row {seen[key]}", f"each {columns} once")
        seen.setdefault(key, row.number)

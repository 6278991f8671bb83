"""From a path or a mapping to the tables of a price book, with the lines on which they stand."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import Any

from gigacost.catalog.pricelist import read_price_list
from gigacost.catalog.read import book_text, book_toml
from gigacost.catalog.schema import Faults
from gigacost.errors import Fault, SpecError, show

_FORMS = "a .toml book or a .csv price list"
_ROW = re.compile(r"rental\[([0-9]+)\]")


def opened(book: str | os.PathLike[str] | Mapping[str, Any]) -> tuple[Mapping[str, Any], Faults]:
    """The tables of a book, not yet checked, and where to note its faults; SpecError if it cannot be read."""
    if isinstance(book, Mapping):
        return book, Faults("")
    if not isinstance(book, str | os.PathLike):
        raise SpecError(Fault("catalog", show(book), f"expected a path or a mapping, got {type(book).__name__}"))
    path = os.fsdecode(book)
    suffix = PurePath(path).suffix.lower()
    if suffix not in {".toml", ".csv"}:
        raise SpecError(Fault("catalog", show(path), "not a price book", _FORMS))
    text = book_text(book)
    if suffix == ".toml":
        tables, lines = book_toml(text, path)
        return tables, Faults(path, _line_in(lines))
    tables = read_price_list(text, path)
    # Cited by its name alone: a result should not depend on, or tell, where a book lies.
    tables["name"] = PurePath(path).name
    return tables, Faults(path, _row_of(text))


def _line_in(lines: Mapping[str, int]) -> Callable[[str], int | None]:
    def line_of(field: str) -> int | None:
        # What is missing stands nowhere: then the line of the table that lacks it.
        while field and field not in lines:
            field = field[: max(field.rfind("."), field.rfind("["), 0)]
        return lines.get(field)

    return line_of


def _row_of(text: str) -> Callable[[str], int | None]:
    rows = [number for number, line in enumerate(text.splitlines(), start=1) if line]

    def line_of(field: str) -> int | None:
        match = _ROW.match(field)
        return rows[int(match[1]) + 1] if match else None

    return line_of

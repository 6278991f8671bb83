"""From a path or a mapping to the tables of a price book, with the lines on which they stand."""

from __future__ import annotations

import io
import os
import pickle
import re
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from gigacost.catalog.files import book_text, book_toml
from gigacost.catalog.price_books.price_list import read_price_list
from gigacost.catalog.price_books.schema import Faults
from gigacost.errors import Fault, SpecError, show

_FORMS = "a .toml book or a .csv price list"
_ROW = re.compile(r"rental\[([0-9]+)\]")


@dataclass(frozen=True, slots=True)
class Book:
    """A price book as it was found, not yet taken apart."""

    path: str
    """Where it was read from; empty for a mapping."""
    content: Mapping[str, Any] | str
    key: Hashable | None
    """Never the same for books of different content; None where the content cannot be told."""

    def tables(self) -> tuple[Mapping[str, Any], Faults]:
        """Its tables, not yet checked, and where to note its faults; SpecError if it cannot be read."""
        if not isinstance(self.content, str):
            return self.content, Faults("")
        if _suffix(self.path) == ".toml":
            tables, lines = book_toml(self.content, self.path)
            return tables, Faults(self.path, _line_in(lines))
        tables = read_price_list(self.content, self.path)
        # Cited by its name alone: a result should not depend on, or tell, where a book lies.
        tables["name"] = PurePath(self.path).name
        return tables, Faults(self.path, _row_of(self.content))


def found(book: str | os.PathLike[str] | Mapping[str, Any]) -> Book:
    """The book that is meant; SpecError where there is none."""
    if isinstance(book, Mapping):
        return Book("", book, _key_of(book))
    if not isinstance(book, str | os.PathLike):
        raise SpecError(Fault("catalog", show(book), f"expected a path or a mapping, got {type(book).__name__}"))
    path = os.fsdecode(book)
    if _suffix(path) not in {".toml", ".csv"}:
        raise SpecError(Fault("catalog", show(path), "not a price book", _FORMS))
    text = book_text(book)
    return Book(path, text, (PurePath(path).name, text))


class _PlainPickler(pickle.Pickler):
    """Writes plain data only, whose bytes tell all about it."""

    def reducer_override(self, value: object) -> Any:  # noqa: ANN401 - as pickle has it
        """Whatever is not of a builtin type: a numpy number, a mapping that is no dict."""
        raise TypeError(f"{type(value).__name__} is not plain data")


def _key_of(book: Mapping[str, Any]) -> bytes | None:
    written = io.BytesIO()
    try:
        _PlainPickler(written).dump(book)
    except (TypeError, RecursionError):
        return None
    return written.getvalue()


def _suffix(path: str) -> str:
    return PurePath(path).suffix.lower()


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

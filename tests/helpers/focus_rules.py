"""FOCUS 1.2 as tests/queries/focus_1_2.toml records it, and what of it a file breaks: each rule by its id.

``COLUMN.present``, ``COLUMN.type``, ``COLUMN.null``, ``COLUMN.allowed`` and ``COLUMN.FORMAT`` follow from the table of
columns; the rules of rows and of whole files are listed in the file.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
from focus_conditions import COLUMNS, OF_COLUMNS, OF_FILES, OF_ROWS, TABLE, Column, Row, Rows
from pyarrow import parquet

ALLOWED = {**TABLE["allowed"], "ServiceSubcategory": [one for some in TABLE["subcategories"].values() for one in some]}
_TIMES = "Year|Month|Day|Hour|Minute|Second"
FORMATS = {
    "numeric": re.compile(r"-?[0-9]+(\.[0-9]+)?(E-?[0-9]+)?"),
    "time": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"),
    "currency": re.compile(r"[A-Z]{3}"),
    "unit": re.compile(rf"(\d+ )?[A-Z][A-Za-z]*(-({_TIMES})s|/({_TIMES}|\d+ ({_TIMES})s))?"),
}


@dataclass
class Dataset:
    """The columns of a file and its rows: numbers as Decimal, times as datetime, the rest as text, null as None."""

    columns: list[str]
    rows: Rows
    broken: set[str]
    """What reading it has already found."""


def of_csv(path: Path) -> Dataset:
    """A CSV file, gzipped or not."""
    packed = path.read_bytes()
    text = (gzip.decompress(packed) if path.suffix == ".gz" else packed).decode()
    return of_text(text)


def of_text(text: str) -> Dataset:
    """The text of a CSV file. A number or a time that is none stays text."""
    reader = csv.DictReader(io.StringIO(text, newline=""))
    raw = [{name: cell or None for name, cell in row.items()} for row in reader]
    broken: set[str] = set()
    rows: Rows = [{name: _value(name, cell, broken) for name, cell in row.items()} for row in raw]
    return Dataset(list(reader.fieldnames or ()), rows, broken)


def of_parquet(path: Path | BinaryIO) -> Dataset:
    """A Parquet file: types are those of its schema."""
    table = parquet.read_table(path)
    tests = {"Decimal": pa.types.is_decimal, "String": pa.types.is_string, "JSON": pa.types.is_string}
    broken = set()
    for field in table.schema:
        if field.name in COLUMNS:
            type_ = COLUMNS[field.name].type
            fits = pa.types.is_timestamp(field.type) and field.type.tz == "UTC"
            if not (fits if type_ == "Date/Time" else tests[type_](field.type)):
                broken.add(f"{field.name}.type")
    return Dataset(table.column_names, table.to_pylist(), broken)


def breaches(data: Dataset) -> set[str]:
    """The ids of the rules that a file breaks."""
    found = set(data.broken)
    found |= {f"{name}.present" for name, column in COLUMNS.items() if column.applies != (name in data.columns)}
    found |= {rule for rule, holds in OF_COLUMNS.items() if not holds(data.columns)}
    with localcontext(Context(prec=100)):  # sums and products are exact
        for row in data.rows:
            found |= set(_cells(row))
            found |= {rule for rule, holds in OF_ROWS.items() if not holds(row)}
        return found | {rule for rule, holds in OF_FILES.items() if not holds(data.rows)}


def checked() -> set[str]:
    """The ids of all rules that are checked."""
    found = {*OF_COLUMNS, *OF_ROWS, *OF_FILES}
    for name, column in COLUMNS.items():
        found.add(f"{name}.present")
        if column.applies:
            found.add(f"{name}.type")
            found |= {f"{name}.{kind}" for kind in _kinds(name, column)}
    return found


def source(rule: str) -> str:
    """Where the specification says it."""
    name = rule.partition(".")[0]
    file = TABLE["rules"][rule][0] if rule in TABLE["rules"] else ""
    file = file or f"columns/{TABLE['files'].get(name, f'{name.lower()}.md')}"
    return f"{TABLE['source']['url']}/blob/{TABLE['source']['commit']}/{TABLE['source']['folder']}/{file}"


def _kinds(name: str, column: Column) -> Iterator[str]:
    if not column.nulls:
        yield "null"
    if name in ALLOWED:
        yield "allowed"
    if column.format:
        yield column.format


def _value(name: str, cell: str | None, broken: set[str]) -> Any:
    type_ = COLUMNS[name].type if name in COLUMNS else "String"
    if cell is None or type_ not in {"Decimal", "Date/Time"}:
        return cell
    form = "numeric" if type_ == "Decimal" else "time"
    try:
        if FORMATS[form].fullmatch(cell):
            return Decimal(cell) if form == "numeric" else dt.datetime.fromisoformat(cell)
    except ValueError:  # no day of the calendar
        pass
    broken |= {f"{name}.{form}", f"{name}.type"}
    return cell


def _cells(row: Row) -> Iterator[str]:
    """What is wrong with the cells of a row, each alone."""
    for name, column in COLUMNS.items():
        cell = row.get(name)
        if name not in row:
            continue
        if cell is None:
            if not column.nulls:
                yield f"{name}.null"
            continue
        if name in ALLOWED and cell not in ALLOWED[name]:
            yield f"{name}.allowed"
        if column.format in {"currency", "unit"} and not FORMATS[column.format].fullmatch(str(cell)):
            yield f"{name}.{column.format}"
        if column.format == "key-value" and not _is_flat(cell):
            yield f"{name}.key-value"
            yield f"{name}.type"
        if column.type == "String" and not isinstance(cell, str):
            yield f"{name}.type"


def _is_flat(cell: object) -> bool:
    """Whether a text is a JSON object of unique keys and values that are no structures."""
    try:
        pairs = json.loads(str(cell), object_pairs_hook=_Pairs, parse_constant=_refused)
    except ValueError:
        return False
    if not isinstance(pairs, _Pairs):
        return False
    keys = [key for key, _ in pairs]
    return len(keys) == len(set(keys)) and not any(isinstance(value, list) for _, value in pairs)


class _Pairs(list[tuple[str, Any]]):
    """The pairs of a JSON object as they stand, repeated keys too."""


def _refused(name: str) -> None:
    raise ValueError(name)

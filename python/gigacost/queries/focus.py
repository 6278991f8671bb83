"""Costs as billing data: rows in the form of FOCUS 1.2, the FinOps Open Cost and Usage Specification.

Each contribution to the cost of a design, without those that are 0, month by month: its EffectiveCost adds up to it
exactly, and so does that of the design to its ``cost_total_usd``, but for the last bit of a sum of floats. Hours of
chips that are reserved stand as what a commitment costs, as those of it that are used, and as those that are not. What
is written is a forecast and no invoice: the billing account is called so. docs/focus.md says what each column holds.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, islice
from typing import BinaryIO, TextIO

from gigacost._formula import disarmed
from gigacost.errors import Fault, SpecError, not_installed, show
from gigacost.queries.billing import amounts, periods
from gigacost.queries.billing.bill import TOTAL, Bill, Cell, Row
from gigacost.queries.billing.columns import COLUMNS, COST_PRECISION, KINDS, TIME, VERSION, schema, schema_json
from gigacost.queries.space import Space

__all__ = ["COLUMNS", "VERSION", "Written", "refuse", "schema", "write", "write_parquet"]

_GROUP = 50_000
"""Rows of a group of a Parquet file."""


@dataclass(slots=True)
class Written:
    """How much there was."""

    designs: int = 0
    rows: int = 0
    left_out: int = 0
    """Designs that have no cost, one of 10^15 dollars or more, or a bill of more than a century."""


def refuse(sweep: Space) -> None:
    """Raise SpecError for a sweep of which there is no bill."""
    if sweep.spec.base_year is not None:
        what = "a bill is in dollars of its day, not of base_year"
        raise SpecError(Fault("base_year", show(sweep.spec.base_year), what, "no base_year"))
    if TOTAL not in sweep.model.quantities:
        raise SpecError(Fault("--format", show("focus"), f"the model has no {TOTAL}"))


def write(
    sweep: Space,
    sink: TextIO,
    *,
    limit: int | None = None,
    threads: int | None = None,
    csv_safe: bool = True,
    term: bool = False,
) -> Written:
    """Write the costs of a sweep's designs as CSV, at most ``limit`` designs.

    ``term``: of a design on a commitment, all runs that share it, not one. Raises SpecError, also for runs of which a
    commitment holds no whole number.
    """
    done = Written()
    rows = _rows(sweep, done, limit, threads, term=term)
    first = list(islice(rows, 1))  # what is refused is refused before anything is written
    writer = csv.writer(sink, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in chain(first, rows):
        writer.writerow([_cell(row.get(column), safe=csv_safe) for column in COLUMNS])
    return done


def write_parquet(
    sweep: Space, sink: BinaryIO, *, limit: int | None = None, threads: int | None = None, term: bool = False
) -> Written:
    """Write the same as a Parquet file: decimals of 38 digits, times in UTC, and FOCUS's metadata under ``focus``.

    Raises SpecError where pyarrow is not installed, and as ``write``.
    """
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        raise not_installed("-o", "pyarrow", "gigacost[parquet]") from None
    done = Written()
    types = {
        name: pa.timestamp("ms", "UTC") if kind is TIME
        else pa.string() if kind.scale is None
        else pa.decimal128(COST_PRECISION, kind.scale)
        for name, kind in KINDS.items()
    }  # fmt: skip
    schema_ = pa.schema(types.items(), metadata={"focus": schema_json()})
    rows = _rows(sweep, done, limit, threads, term=term)
    with parquet.ParquetWriter(sink, schema_, compression="zstd") as writer:
        while group := list(islice(rows, _GROUP)):
            columns = [pa.array([row.get(name) for row in group], type_) for name, type_ in types.items()]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema_))
    return done


def _rows(sweep: Space, done: Written, limit: int | None, threads: int | None, *, term: bool) -> Iterator[Row]:
    """The rows of a sweep's bill, counted."""
    refuse(sweep)
    bill = Bill(sweep, term=term)
    for design in bill.designs(threads):
        if limit is not None and done.designs >= limit:
            return
        rows = bill.rows(design, done.designs + done.left_out)
        if rows is None:
            done.left_out += 1
            continue
        done.designs += 1
        done.rows += len(rows)
        yield from rows


def _cell(value: Cell, *, safe: bool) -> str:
    """A cell as text; null is empty, and text that a spreadsheet would take for a formula gets a '."""
    if value is None:
        return ""
    if isinstance(value, str):
        return disarmed(value) if safe else value
    return amounts.plain(value) if isinstance(value, Decimal) else periods.text(value)

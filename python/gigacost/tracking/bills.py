"""Reading the bills of a run: a row for each, with what it is for and the day up to which it goes.

Columns: ``date`` (the last day that it covers) or ``hours`` (since the start), ``usd``, ``what`` (``rent``, ``energy``,
``colo``, or anything else, which is told and not forecast). A FOCUS file is read by ChargePeriodEnd, BilledCost and
ServiceCategory, one that gigacost wrote by x_ContributionName.
"""

from __future__ import annotations

import datetime as dt
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gigacost.catalog.csv_table import Row, cells_under, csv_rows, number
from gigacost.catalog.dates import DAY_FORM, day
from gigacost.catalog.files import book_text
from gigacost.catalog.price_books.schema import Faults
from gigacost.errors import SpecError, escape, show
from gigacost.tracking.log import SECONDS_PER_HOUR, hours_of

RENT, ENERGY, COLO = "rent", "energy", "colo"
COLUMNS = ("date", "hours", "usd", "what")
_FOCUS = ("ChargePeriodEnd", "BilledCost")
_FOCUS_KINDS = ("x_ContributionName", "ServiceCategory")
_KINDS = {
    "compute": RENT,
    "ai and machine learning": RENT,
    "cost_rent_usd": RENT,
    "cost_energy_usd": ENERGY,
    "cost_colo_usd": COLO,
}
_DAY = 24.0


@dataclass(frozen=True, slots=True)
class Bill:
    """One amount."""

    hours: float
    """Of the run that have passed when what it covers ends."""
    usd: float
    what: str


def read_bills(path: str | os.PathLike[str], start: dt.datetime) -> tuple[Bill, ...]:
    """The bills in a CSV file, by time. Raises SpecError with every fault, by row (the header is row 1) and column."""
    name = escape(os.fsdecode(path))
    lines: dict[str, int] = {}
    faults = Faults(name, lambda where: lines.get(where.split(",")[0]))
    rows = csv_rows(book_text(path, "bills"), faults)
    lines |= {f"row {row.number}": row.line for row in rows}
    names = [cell.strip() for cell in rows[0].cells] if rows else []
    focus = set(_FOCUS) <= set(names)
    if not focus and not ("usd" in names and len({"date", "hours"} & set(names)) == 1):
        allowed = f"date (or hours), usd, what; or a FOCUS file with {', '.join(_FOCUS)}"
        faults.add("row 1", show(",".join(names)), "not the columns of bills", allowed)
        raise SpecError(*faults.found)
    found = [one for row in rows[1:] if (one := _bill(row, names, start, faults, focus=focus)) is not None]
    if faults.found:
        raise SpecError(*faults.found)
    return tuple(sorted(found, key=lambda one: one.hours))


def _bill(row: Row, names: Sequence[str], start: dt.datetime, faults: Faults, *, focus: bool) -> Bill | None:
    before = len(faults.found)
    cells = cells_under(names, row, faults)
    if not cells:
        return None
    amount = "BilledCost" if focus else "usd"
    usd = number(f"row {row.number}, column {amount}", cells[amount], faults, "1250.00")
    if usd is not None and not math.isfinite(usd):
        faults.add(f"row {row.number}, column {amount}", show(cells[amount]), "out of range", "finite")
    hours = _until(row, cells, start, faults, focus=focus)
    if hours <= 0.0:
        faults.add(f"row {row.number}", "", "covers nothing after the start of the run", f"later than {start:%Y-%m-%d}")
    told = (cells.get(column, "") for column in (_FOCUS_KINDS if focus else ("what",)))
    what = next(filter(None, told), RENT).casefold()
    what = _KINDS.get(what, what)
    return Bill(hours, usd or 0.0, what) if len(faults.found) == before else None


def _until(row: Row, cells: Mapping[str, str], start: dt.datetime, faults: Faults, *, focus: bool) -> float:
    began = start.timestamp() / SECONDS_PER_HOUR
    if focus:
        return hours_of(f"row {row.number}, column ChargePeriodEnd", cells["ChargePeriodEnd"], faults) - began
    if "hours" in cells:
        value = number(f"row {row.number}, column hours", cells["hours"], faults, "168")
        return math.nan if value is None else value
    try:
        last = day(cells["date"])
    except ValueError as problem:
        faults.add(f"row {row.number}, column date", show(cells["date"]), str(problem), DAY_FORM)
        return math.nan
    end = dt.datetime(last.year, last.month, last.day, tzinfo=dt.UTC).timestamp() / SECONDS_PER_HOUR + _DAY
    return end - began

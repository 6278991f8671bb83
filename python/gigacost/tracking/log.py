"""Reading what a run wrote down while it went on: a row for each time, with the tokens done by then.

Columns: ``time`` (ISO 8601) or ``hours`` (since the start); ``tokens`` (done so far) or ``tokens_per_second`` (the mean
since the row before); and where they are known ``power_mw`` (of the whole facility) and ``state`` (``running``, or why
it stood still since the row before). Other columns are passed over.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gigacost.catalog.csv_table import Row, cells_under, csv_rows, number
from gigacost.catalog.files import book_text
from gigacost.catalog.price_books.schema import Faults
from gigacost.errors import SpecError, escape, show

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Truths = NDArray[np.bool_]

TIMES, DONE = ("time", "hours"), ("tokens", "tokens_per_second")
COLUMNS = (*TIMES, *DONE, "power_mw", "state")
RUNNING = "running"
_TIME_FORM = "ISO 8601, as 2026-11-21T06:00:00Z"
_EXAMPLES = {"hours": "12.5", "tokens": "1.5e12", "tokens_per_second": "1.2e6", "power_mw": "0.32"}
_GAP = 3.0
"""A row that is later than so many usual distances has a gap before it."""
SECONDS_PER_HOUR = 3600.0


@dataclass(frozen=True, slots=True, eq=False)
class RunLog:
    """The rows of a log in order of time."""

    hours: Floats
    """Since the start."""
    tokens: Floats
    """Done by then."""
    stopped: Truths
    """Whether it stood still since the row before, as the log itself says."""
    power_mw: Floats
    """NaN where it is not known."""
    start: dt.datetime | None
    """When the run started; None where the log counts hours."""
    stops: Mapping[str, int]
    """How many rows give each reason to stand still."""
    notes: tuple[str, ...] = ()
    """What was made of odd rows."""


@dataclass(frozen=True, slots=True)
class _Entry:
    number: int
    time: float
    """Hours, since the epoch where the log has dates."""
    done: float
    power_mw: float
    state: str


def read_log(path: str | os.PathLike[str], start: dt.datetime | None = None) -> RunLog:
    """The log in a CSV file. Raises SpecError with every fault, by row (the header is row 1) and column."""
    name = escape(os.fsdecode(path))
    text = book_text(path, "log")
    lines: dict[str, int] = {}
    faults = Faults(name, lambda where: lines.get(where.split(",")[0]))
    rows = csv_rows(text, faults)
    lines |= {f"row {row.number}": row.line for row in rows}
    if not rows:
        faults.add("row 1", "", "an empty file", f"a header of {', '.join(COLUMNS)}")
        raise SpecError(*faults.found)
    names = _header(rows[0], faults)
    if faults.found:
        raise SpecError(*faults.found)
    entries = [one for row in rows[1:] if (one := _entry(row, names, faults)) is not None]
    notes: list[str] = []
    entries = _in_order(entries, faults, notes)
    if faults.found:
        raise SpecError(*faults.found)
    return _made(entries, names, start, notes, faults)


def _header(row: Row, faults: Faults) -> list[str]:
    names = [cell.strip() for cell in row.cells]
    for either in (TIMES, DONE):
        found = [name for name in either if name in names]
        if len(found) != 1:
            what = "both columns" if found else "no such column"
            faults.add("row 1", show(",".join(names)), what, f"one of {' and '.join(either)}")
    for place, column in enumerate(names):
        if column in COLUMNS and column in names[:place]:
            faults.add(f"row 1, column {place + 1}", show(column), "the same as one before", "each column once")
    return names


def _entry(row: Row, names: Sequence[str], faults: Faults) -> _Entry | None:
    before = len(faults.found)
    cells = cells_under(names, row, faults)
    if not cells:
        return None
    clock = "time" if "time" in names else "hours"
    counter = "tokens" if "tokens" in names else "tokens_per_second"
    state = cells.get("state", "").casefold()
    if clock == "time":
        time = hours_of(f"row {row.number}, column time", cells["time"], faults)
    else:
        time = _amount(row, "hours", cells, faults)
    blank = counter == "tokens_per_second" and not cells[counter] and state not in {"", RUNNING}
    done = 0.0 if blank else _amount(row, counter, cells, faults)
    power = _amount(row, "power_mw", cells, faults) if cells.get("power_mw") else math.nan
    return _Entry(row.number, time, done, power, state) if len(faults.found) == before else None


def _amount(row: Row, column: str, cells: Mapping[str, str], faults: Faults) -> float:
    where = f"row {row.number}, column {column}"
    value = number(where, cells[column], faults, _EXAMPLES[column])
    if value is not None and not 0.0 <= value < math.inf:
        faults.add(where, show(cells[column]), "out of range", ">= 0 and finite")
    return math.nan if value is None else value


def hours_of(where: str, cell: str, faults: Faults) -> float:
    """Hours since the epoch of a time as a log has it; UTC where it names no zone."""
    try:
        found = dt.datetime.fromisoformat(cell)
    except ValueError:
        faults.add(where, show(cell), "not a time" if cell else "missing", _TIME_FORM)
        return math.nan
    return (found if found.tzinfo else found.replace(tzinfo=dt.UTC)).timestamp() / SECONDS_PER_HOUR


def _in_order(entries: Sequence[_Entry], faults: Faults, notes: list[str]) -> list[_Entry]:
    """The rows by time; those that say the same twice once, those that contradict each other are faults."""
    ordered = sorted(entries, key=lambda one: (one.time, one.number))
    late = sum(one.time < before.time for before, one in itertools.pairwise(entries))
    if late:
        notes.append(f"rows out of order: {late}, sorted by time")
    kept: list[_Entry] = []
    for one in ordered:
        if not kept or one.time > kept[-1].time:
            kept.append(one)
        elif _said(one) != _said(kept[-1]):
            what = f"another value than row {kept[-1].number} at the same time"
            faults.add(f"row {one.number}", f"{one.done:.15g}", what, f"{kept[-1].done:.15g}, or another time")
    again = len(ordered) - len(kept) - sum("the same time" in fault.what for fault in faults.found)
    if again > 0:
        notes.append(f"rows that repeat another: {again}, counted once")
    return kept


def _said(one: _Entry) -> tuple[float, str, str]:
    return one.done, repr(one.power_mw), one.state


def _made(
    entries: Sequence[_Entry], names: Sequence[str], start: dt.datetime | None, notes: list[str], faults: Faults
) -> RunLog:
    dated = "time" in names
    times = np.array([one.time for one in entries])
    began = start.timestamp() / SECONDS_PER_HOUR if start else (float(times[0]) if dated and entries else 0.0)
    hours = times - began if dated else times
    if len(hours) and hours[0] < 0.0:
        faults.add(f"row {entries[0].number}", "", "before the start of the run", "times from the start on")
        raise SpecError(*faults.found)
    done = np.array([one.done for one in entries])
    stopped = np.array([one.state not in {"", RUNNING} for one in entries], np.bool_)
    power = np.array([one.power_mw for one in entries])
    if len(hours) and hours[0] > 0.0:
        hours, done = np.concatenate([[0.0], hours]), np.concatenate([[0.0], done])
        stopped, power = np.concatenate([[False], stopped]), np.concatenate([[math.nan], power])
    if "tokens" not in names:
        took = np.diff(hours, prepend=hours[:1])
        usual = float(np.median(took[1:])) if len(took) > 1 else 0.0
        gaps = took > _GAP * usual
        if gaps.any():
            notes.append(f"gaps: {int(gaps.sum())}, in which tokens_per_second is that of the row after them")
        done = np.cumsum(done * took * SECONDS_PER_HOUR)
    else:
        back = int((np.diff(done) < 0.0).sum())
        if back:
            notes.append(f"tokens go back: {back} times; what was done again counts as time lost")
    moment = start or (dt.datetime.fromtimestamp(began * SECONDS_PER_HOUR, dt.UTC) if dated and entries else None)
    return RunLog(hours, done, stopped, power, moment, _reasons(entries), tuple(notes))


def _reasons(entries: Sequence[_Entry]) -> dict[str, int]:
    def states() -> Iterator[str]:
        yield from (one.state for one in entries if one.state not in {"", RUNNING})

    found: dict[str, int] = {}
    for state in states():
        found[state] = found.get(state, 0) + 1
    return found

"""The sheet of sources: every figure that goes in, with where it stands, its date and how old it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from gigacost.catalog.dates import day, last_day
from gigacost.workbooks.book import Book, Cell, Formula, Value, at
from gigacost.workbooks.forms import WHOLE, WRAPPED, form_of

_HEADS = ("figure", "value", "unit", "date", "prices of", "age [days]", "source")
_DATE, _AS_OF = 3, 4
_DAY = len("2026-11-21")


class Figure(NamedTuple):
    """A figure that goes in."""

    name: str
    value: float | str | None
    unit: str
    source: str
    date: str
    as_of: str
    """The date of the prices it is used beside, from which its age counts."""


def figure(told: Mapping[str, Any], as_of: str) -> Figure:
    """An assumption of a plain document."""
    return Figure(told["name"], told["value"], told["unit"], told["source"], told["date"], as_of)


def figures(documents: Iterable[Mapping[str, Any]], names: Sequence[str]) -> dict[Figure, list[str]]:
    """The assumptions of plain estimates, each once, with the names of the estimates that it goes into."""
    found: dict[Figure, list[str]] = {}
    for document, name in zip(documents, names, strict=True):
        as_of = str(document["inputs"].get("as_of", ""))
        for told in document["assumptions"]:
            found.setdefault(figure(told, as_of), []).append(name)
    return found


def write_sources(book: Book, found: Mapping[Figure, Sequence[str]], of: str = "", everything: int = 0) -> None:
    """Write the sheet; ``of`` heads the column that says what each goes into, ``everything`` is of how many."""
    sheet = book.sheet("Sources", frozen=(1, 1))
    sheet.heads(*_HEADS, *([of] if of else []), words={"unit", "source", of})
    for one, names in found.items():
        date, as_of = dated(one.date), dated(one.as_of)
        told = "all" if everything and len(names) == everything else ", ".join(names)
        sheet.row(
            [
                one.name,
                Cell(one.value, form_of(one.name, one.unit, [one.value])),
                one.unit if one.unit != "1" else None,
                Cell(date, right=True),
                Cell(as_of, right=True),
                Cell(_age(one, sheet.next), WHOLE),
                Cell(one.source, WRAPPED),
                *([told] if of else []),
            ]
        )
    sheet.filtered(0, len(_HEADS) + bool(of))
    sheet.done()


def dated(text: str) -> Value:
    """A day as a date of Excel; a month or a year as it is written; None without one."""
    return day(text) if len(text) == _DAY else text or None


def _age(one: Figure, row: int) -> Formula | None:
    """Days from a figure's date to that of the prices; a month or a year counts by its last day, if that is past."""
    try:
        used, known = day(one.as_of), last_day(one.date)
    except ValueError:
        return None
    if len(one.date) == _DAY:
        return Formula(f"{at(row, _AS_OF)}-{at(row, _DATE)}", (used - known).days)
    if one.as_of.startswith(one.date):
        known = used
    return Formula(f"{at(row, _AS_OF)}-DATE({known.year},{known.month},{known.day})", (used - known).days)


def created() -> dt.date:
    """The date of the bundled catalogue: what a workbook says it was made on, whenever that was."""
    from gigacost.catalog import Catalog

    return day(Catalog.bundled().date)

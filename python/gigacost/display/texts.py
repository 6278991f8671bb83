"""Values of documents as people read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gigacost.charts.units import said, unit_of, words
from gigacost.display.html import COLUMNS, Table
from gigacost.display.shown import ROWS
from gigacost.units.numbers import share

SHARES = frozenset({"mfu", "hfu", "goodput"})
"""Quantities that people read as percentages, beside those called a share."""

_TELLING = frozenset({"chip", "param", "token"})
"""Units that are said by the name already, as in ``chips``."""


def value(told: object, name: str = "", unit: str | None = None) -> str:
    """A value of a quantity; — for none."""
    if told is None or isinstance(told, bool):
        return {None: "—", True: "yes", False: "no"}[told]
    if isinstance(told, Mapping):
        return pairs(told)
    if isinstance(told, list | tuple):
        return ", ".join(value(one, name, unit) for one in told)
    if isinstance(told, float | int) and (name in SHARES or name.endswith("_share")):
        return share(float(told))
    known = unit_of(name) if unit is None else unit
    if isinstance(told, float | int) and (name == "index" or known == "chip"):
        return f"{told:,.0f}"
    return said(told, name, "1" if known in _TELLING or known.startswith("1/") else known)


def span(interval: Mapping[str, Any], name: str, unit: str | None = None) -> str:
    """P10 to P90 of an interval."""
    low, high = interval.get("p10"), interval.get("p90")
    return "" if low is None and high is None else f"{value(low, name, unit)} to {value(high, name, unit)}"


def percent(told: float | None) -> str:
    """A share with its sign."""
    return "—" if told is None else f"{told:+.1%}".replace("%", " %")


def pairs(told: Mapping[str, Any], most: int = 12) -> str:
    """Names with their values in a line."""
    shown = [f"{name} {value(one, name)}" for name, one in [*told.items()][:most]]
    return ", ".join(shown) + (f" and {len(told) - most} more" if len(told) > most else "")


def facts(document: Mapping[str, Any], names: Iterable[str], title: str = "") -> Table:
    """A table of quantities, each with its words."""
    found = [(words(name), value(document[name], name)) for name in names if document.get(name) is not None]
    return Table(("", ""), found, title)


def table(rows: Sequence[Mapping[str, Any]], names: Sequence[str], title: str = "", total: int | None = None) -> Table:
    """The first of some rows; ``total`` is how many there are."""
    columns = [*names][:COLUMNS]
    shown = rows[:ROWS]
    text = {i for i, name in enumerate(columns) if any(isinstance(row.get(name), str) for row in shown)}
    cells = [[value(row.get(name), name) for name in columns] for row in shown]
    return Table(columns, cells, title, frozenset(text), more=(len(rows) if total is None else total) - len(shown))


def warnings(document: Mapping[str, Any]) -> list[str]:
    """What is doubtful about an answer."""
    return [f"warning: {text}" for text in document.get("meta", document).get("warnings", ())][:ROWS]

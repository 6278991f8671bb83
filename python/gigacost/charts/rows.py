"""Rows of combinations: what their axes are, and what tells them apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gigacost.charts.units import told

_MOST_COLOURS = 8
"""Values that can be told apart by their colours."""


def axes_of(row: Mapping[str, Any]) -> list[str]:
    """The axes of a row: what stands before its status."""
    names = list(row)
    return [name for name in names[: names.index("status")] if name != "index"]


def differing(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> list[str]:
    """Those of some names that have not the same value in all rows."""
    return [name for name in names if any(row.get(name) != rows[0].get(name) for row in rows)]


def place(row: Mapping[str, Any], names: Sequence[str]) -> str:
    """What a row has of some names, in words: ``gb200-nvl72, 4,096 chips``."""
    return ", ".join(told(row[name], name) for name in names if row.get(name) is not None)


def no_longer_possible(curve: Sequence[Mapping[str, Any]], axis: str, option: object, unknown: str, at: float) -> bool:
    """Whether an option has no design from a value of the unknown on; one that another passes goes on."""
    return option is not None and not any(row[axis] == option and row[unknown] >= at for row in curve)


def unlike(texts: Sequence[str]) -> list[str]:
    """Texts that differ from each other: what stands there for the second time is numbered."""
    seen: dict[str, int] = {}
    unlike_ones = []
    for text in texts:
        seen[text] = seen.get(text, 0) + 1
        unlike_ones.append(f"{text} ({seen[text]})" if seen[text] > 1 else text)
    return unlike_ones


def colouring(rows: Sequence[Mapping[str, Any]], names: Sequence[str], first: Sequence[str] = ("hardware",)) -> str:
    """What rows are coloured by: of names with a few labels one of ``first``, else the first; else nothing."""
    few = []
    for name in differing(rows, names) if rows else []:
        values = {row.get(name) for row in rows}
        if len(values) <= _MOST_COLOURS and all(isinstance(value, str) for value in values):
            few.append(name)
    return next((name for name in (*first, *few) if name in few), "")


def in_common(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> str:
    """What all rows have of some names, in words."""
    same = [name for name in names if name not in differing(rows, names)]
    return " · ".join(told(rows[0][name], name) for name in same if rows[0].get(name) is not None)
